using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;
using Weir.Protocols.GraphQl;
using Weir.Records;

namespace Weir.Protocols.WebSocket;

/// <content>Messages: joined from fragments, unmasked, inflated, counted, and kept within limits.</content>
internal sealed partial class WebSocketParser
{
    private readonly ByteBuffer _content = new();
    private readonly byte[] _control = new byte[WebSocketFrame.MaxControlBytes];
    private Inflater? _inflater;
    private int _controlBytes;
    private bool _controlCut;
    private bool _open;
    /// <summary>Found back after a loss: a message may be going on whose beginning is lost.</summary>
    private bool _mayBeWithin;
    private bool _readsGraphQl;
    private WebSocketKind _kind;
    private bool _compressed;
    /// <summary>The content of the open message is being kept.</summary>
    private bool _keeps;
    private bool _cut;
    private long _messageBytes;
    private long _lastNs;
    /// <summary>The compressor's window is not known: what refers to it cannot be read.</summary>
    private bool _windowLost;
    private int _trialMessages;
    private long _trialBytes;

    /// <summary>A close frame was seen.</summary>
    public bool Closed { get; private set; }

    private bool ResetsWindow => fromClient ? _agreed.ClientResets : _agreed.ServerResets;

    private bool HasRoom =>
        _session.Captured.Count < _limits.SessionCaptureMessages && _session.Text.Length < _limits.SessionCaptureBytes;

    private void StartMessages()
    {
        _content.Clear();
        _open = _windowLost = _mayBeWithin = Closed = false;
        _readsGraphQl = fromClient && GraphQlSocket.IsSpoken(_exchange.Response);
        _trialMessages = 0;
        _trialBytes = _messageBytes = _lastNs = 0;
    }

    private void BeginFrame()
    {
        if (_frame.IsControl)
        {
            _controlBytes = 0;
            _controlCut = false;
            return;
        }

        if (_frame.Opcode == WebSocketFrame.Continuation)
        {
            if (!_open && !_mayBeWithin) _exchange.Anomalies.Add(Anomaly.WebSocketFrameInvalid);
            return;
        }

        if (_frame.Opcode > WebSocketFrame.Binary) return;
        if (Closed) _exchange.Anomalies.Add(Anomaly.UnexpectedBytes);
        if (_open)
        {
            _exchange.Anomalies.Add(Anomaly.WebSocketFrameInvalid);
            if (_compressed) LoseWindow();
        }

        BeginMessage();
    }

    private void BeginMessage()
    {
        _open = true;
        _mayBeWithin = false;
        _kind = _frame.Opcode == WebSocketFrame.Text ? WebSocketKind.Text : WebSocketKind.Binary;
        _messageBytes = 0;
        _content.Clear();
        _compressed = _frame.HasReservedBits;
        _keeps = _trial < 0 && HasRoom;
        // Found back in the middle of a direction: what is open has no content, and its window was not followed.
        _cut = _trial >= 0;
        if (!_compressed) return;
        if (_trial >= 0 || !_agreed.Deflate || !TryPrepareInflater())
        {
            _cut = true;
            _windowLost = true;
        }
    }

    private bool TryPrepareInflater()
    {
        if (!HasRoom)
        {
            // Nothing more will be kept, so nothing needs to be inflated.
            ReleaseInflater();
            return false;
        }

        if (ResetsWindow) _windowLost = false;
        if (_windowLost) return false;
        _inflater ??= host.Inflaters.Rent();
        if (_inflater is null) return false;
        if (ResetsWindow) _inflater.Reset();
        _inflater.BeginMessage();
        return true;
    }

    private void TakePayload(ReadOnlySpan<byte> part, long ns)
    {
        _lastNs = ns;
        if (_frame.IsControl)
        {
            var room = Math.Min(part.Length, _control.Length - _controlBytes);
            if (room <= 0) return;
            part[..room].CopyTo(_control.AsSpan(_controlBytes));
            Unmask(_control.AsSpan(_controlBytes, room), _mask);
            _controlBytes += room;
            return;
        }

        if (_frame.Opcode > WebSocketFrame.Binary) return;
        _messageBytes += part.Length;
        Count(0, part.Length);
        if (!_open || _cut) return;
        Span<byte> plain = stackalloc byte[1024];
        var mask = _mask;
        while (!part.IsEmpty && !_cut)
        {
            var some = part[..Math.Min(part.Length, plain.Length)];
            part = part[some.Length..];
            some.CopyTo(plain);
            // The size of the buffer is a multiple of four, so the mask keeps its phase.
            Unmask(plain[..some.Length], mask);
            Keep(plain[..some.Length]);
        }
    }

    private void Keep(ReadOnlySpan<byte> plain)
    {
        if (_compressed)
        {
            Inflate(plain);
            return;
        }

        var room = _keeps ? Room - _content.Length : 0;
        if (room < plain.Length) _cut = true;
        if (room > 0) _content.Append(plain[..Math.Min(room, plain.Length)]);
    }

    private int Room => Math.Min(_limits.MessageCaptureBytes, _limits.SessionCaptureBytes - _session.Text.Length);

    private void Inflate(ReadOnlySpan<byte> plain)
    {
        var outcome = _inflater!.Inflate(plain, _content, _keeps ? Room : 0, _limits.MaxInflatedBytes);
        if (outcome == InflateOutcome.Taken) return;
        if (outcome == InflateOutcome.Invalid) _exchange.Anomalies.Add(Anomaly.WebSocketCompressionInvalid);
        LoseWindow();
    }

    private void LoseWindow()
    {
        _cut = true;
        _windowLost = true;
        ReleaseInflater();
    }

    /// <summary>Bytes of the payload are missing, and known to be payload.</summary>
    private void LosePayload(long length)
    {
        if (_frame.IsControl) _controlCut = true;
        if (_frame.Opcode > WebSocketFrame.Binary) return;
        _messageBytes += length;
        Count(0, length);
        if (!_open) return;
        _cut = true;
        if (_compressed) LoseWindow();
    }

    private void EndOfFrame(long ns)
    {
        _lastNs = ns;
        if (_frame.Opcode == WebSocketFrame.Close) EndOfClose();
        if (_frame.IsControl || !_frame.IsFinal || _frame.Opcode > WebSocketFrame.Binary) return;
        if (_open || _mayBeWithin) EndMessage(ns);
    }

    private void EndMessage(long ns)
    {
        var known = _open;
        _open = _mayBeWithin = false;
        Count(1, 0);
        if (!known || !_keeps || !HasRoom) return;
        if (_compressed && !_cut) EndInflating();
        var kept = _content.Span;
        var room = Math.Min(kept.Length, Room);
        if (room < kept.Length) _cut = true;
        if (_kind == WebSocketKind.Text && !_cut && !Utf8.IsValid(kept)) _exchange.Anomalies.Add(Anomaly.WebSocketTextInvalid);
        if (_readsGraphQl && !_cut) 
            GraphQlSocket.Inspect(kept, host.GraphQl, host.Options.GraphQl, _exchange.GraphQl);
        var slice = _session.Text.Append(kept[..room]);
        _session.Captured.Add(new WebSocketMessage(fromClient, _kind, ns, _messageBytes, slice, _cut));
    }

    /// <summary>RFC 7692 §7.2.2: four bytes of an empty stored block were taken off the end.</summary>
    private void EndInflating()
    {
        Inflate([0x00, 0x00, 0xFF, 0xFF]);
        if (_inflater is null) return;
        if (_inflater.Produced > _content.Length) _cut = true;
        if (_inflater.AtBoundary) return;
        _exchange.Anomalies.Add(Anomaly.WebSocketCompressionInvalid);
        LoseWindow();
    }

    private void EndOfClose()
    {
        // 1005 stands for a close frame without a code; it is never sent (RFC 6455 §7.4.1).
        var code = _controlBytes >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(_control) : 1005;
        var valid = _controlBytes == 0 || (code is >= 1000 and < 5000 and not (1004 or 1005 or 1006 or 1015));
        // Before the framing is certain again, only what says so itself is taken for a close frame.
        if (_trial >= 0 && (!valid || _controlBytes == 0)) return;
        Closed = true;
        if (!valid) _exchange.Anomalies.Add(Anomaly.WebSocketFrameInvalid);
        if (_session.CloseCode != 0 || _controlCut) return;
        _session.CloseCode = code;
        if (_controlBytes > 2) _session.CloseReason = _session.Text.Append(_control.AsSpan(2, _controlBytes - 2));
    }

    private void DropMessage()
    {
        if (_open && _compressed) _windowLost = true;
        if (_agreed.Deflate && _damaged) _windowLost = true;
        if (_windowLost) ReleaseInflater();
        _open = false;
        _mayBeWithin = true;
        _content.Clear();
    }

    private void ReleaseInflater()
    {
        if (_inflater is null) return;
        host.Inflaters.Return(_inflater);
        _inflater = null;
        // What comes later refers to bytes that nobody followed.
        _windowLost = true;
    }

    private void Count(int messages, long bytes)
    {
        if (_trial >= 0)
        {
            _trialMessages += messages;
            _trialBytes += bytes;
        }
        else if (fromClient)
        {
            _session.MessagesIn += messages;
            _session.BytesIn += bytes;
        }
        else
        {
            _session.MessagesOut += messages;
            _session.BytesOut += bytes;
        }
    }

    private static void Unmask(Span<byte> bytes, uint mask)
    {
        if (mask == 0) return;
        var wide = ((ulong)mask << 32) | mask;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ wide);
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] ^= (byte)BitOperations.RotateRight(mask, (i & 3) * 8);
    }
}
