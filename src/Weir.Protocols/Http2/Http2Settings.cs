using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Weir.Protocols.Http1;
using Weir.Records;

namespace Weir.Protocols.Http2;

/// <summary>
/// SETTINGS_HEADER_TABLE_SIZE values that one side announced and the other has not acknowledged yet, oldest first. They bind
/// the header blocks of the side that acknowledges, from its acknowledgment on (RFC 9113 §6.5.3).
/// </summary>
internal sealed class Http2Settings
{
    private const int HeaderTableSize = 1;
    private const int MaxFrameSize = 5;

    /// <summary>A peer that announces more often than this without an answer is not worth following.</summary>
    private const int MaxWaiting = 64;

    /// <summary>Every registered setting once, in base64url, fits twice.</summary>
    private const int MaxUpgradeBytes = 256;

    private readonly Queue<uint?> _waiting = new();
    private int _early;

    public void Clear()
    {
        _waiting.Clear();
        _early = 0;
    }

    /// <summary>The side announced settings.</summary>
    /// <param name="payload">Identifiers and values, RFC 9113 §6.5.1.</param>
    /// <param name="acknowledger">The other direction, which the settings bind.</param>
    public void Announce(ReadOnlySpan<byte> payload, Http2Direction acknowledger)
    {
        uint? tableSize = null;
        for (; payload.Length >= 6; payload = payload[6..])
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            switch (BinaryPrimitives.ReadUInt16BigEndian(payload))
            {
                case HeaderTableSize:
                    // Of several values the smallest must be kept to before the last is (RFC 7541 §4.2).
                    tableSize = value;
                    break;
                case MaxFrameSize when value <= 0xFF_FFFF:
                    acknowledger.MaxFrameLength = Math.Max(acknowledger.MaxFrameLength, (int)value);
                    break;
            }
        }

        if (_early > 0)
        {
            // The acknowledgment was captured first.
            _early--;
            if (tableSize is { } size) acknowledger.Hpack.Allow(size);
        }
        else if (_waiting.Count < MaxWaiting)
        {
            _waiting.Enqueue(tableSize);
        }
    }

    /// <summary>HTTP2-Settings (RFC 7540 §3.2.1): a SETTINGS payload in base64url, acknowledged by the 101.</summary>
    public void AnnounceInUpgrade(HttpMessage request, Http2Direction acknowledger)
    {
        foreach (var field in request.Headers)
        {
            if (!Http1Syntax.EqualsIgnoreCase(request[field.Name], "http2-settings"u8)) continue;
            Span<byte> payload = stackalloc byte[MaxUpgradeBytes];
            var text = request[field.Value];
            if (text.Length > MaxUpgradeBytes || Base64Url.DecodeFromUtf8(text, payload, out _, out var length) != OperationStatus.Done) return;
            Announce(payload[..length], acknowledger);
            Acknowledge(acknowledger);
            return;
        }
    }

    public void Acknowledge(Http2Direction acknowledger)
    {
        if (!_waiting.TryDequeue(out var tableSize)) _early = Math.Min(_early + 1, MaxWaiting);
        else if (tableSize is { } size) acknowledger.Hpack.Allow(size);
    }
}
