using Weir.Packets;
using Weir.Privacy.Detection;
using Weir.Privacy.Detection.Walking;

namespace Weir.Privacy.Redaction;

/// <summary>A captured frame whose payload may be overwritten in place.</summary>
/// <param name="Data">Captured bytes.</param>
/// <param name="OriginalLength">Bytes on the wire.</param>
/// <param name="TimestampNs">Unix nanoseconds.</param>
/// <param name="LinkType">What the frame begins with.</param>
public readonly record struct MaskableFrame(byte[] Data, int OriginalLength, long TimestampNs, LinkType LinkType);

/// <summary>
/// Blanks secrets in the packets of one connection before they are written to a capture file. Each direction is put together
/// by sequence number; what the redactor hid in the exchange is searched in it, across segment borders, and what else has the
/// form of a secret (another exchange in the same packets); both become asterisks of the same length, and TCP checksums are
/// corrected. Off the hot path: allocates. Not thread-safe.
/// </summary>
public sealed class PayloadMasker
{
    /// <summary>A direction longer than this, in bytes, is blanked as a whole; a recorder holds less of one connection.</summary>
    private const int MaxStreamBytes = 32 << 20;

    private readonly RedactionOptions _options;
    private readonly Walker _walker;
    private readonly MatchList _matches = new();

    public PayloadMasker(RedactionOptions? options = null)
    {
        _options = options ?? RedactionOptions.Default;
        _walker = WalkerFactory.Create(_options);
    }

    /// <param name="frames">Frames of one TCP connection in the order of capture.</param>
    /// <param name="client">Address of the side that sends requests.</param>
    /// <param name="clientPort">Its port.</param>
    /// <param name="trace">What was hidden in the exchange that these frames carried.</param>
    /// <returns>For each frame whether it may be written: not when its bytes can't be told apart (IP fragments).</returns>
    public bool[] Mask(IReadOnlyList<MaskableFrame> frames, IpAddress client, ushort clientPort, RedactionTrace trace)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentNullException.ThrowIfNull(trace);
        var writable = new bool[frames.Count];
        var (requests, responses) = (new List<TcpSegmentBytes>(), new List<TcpSegmentBytes>());
        var decoder = new PacketDecoder();
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = new Frame(frames[i].Data, frames[i].OriginalLength, frames[i].TimestampNs, frames[i].LinkType, 0);
            if (decoder.Decode(in frame, out var packet) != DecodeOutcome.Decoded || packet.Protocol != IpProtocol.Tcp) continue;
            if (packet.Payload.IsEmpty)
            {
                writable[i] = true;
                continue;
            }

            if (!TcpSegmentBytes.TryLocate(frames[i].Data, in packet, out var segment)) continue;
            writable[i] = true;
            (packet.Source == client && packet.SourcePort == clientPort ? requests : responses).Add(segment);
        }

        Direction(requests, trace.Request);
        Direction(responses, trace.Response);
        return writable;
    }

    private void Direction(List<TcpSegmentBytes> segments, MessageTrace trace)
    {
        if (segments.Count == 0) return;
        var first = segments[0].Sequence;
        foreach (var segment in segments)
            if ((int)(segment.Sequence - first) < 0) first = segment.Sequence;
        var length = 0L;
        foreach (var segment in segments) length = Math.Max(length, (long)(segment.Sequence - first) + segment.Length);
        if (trace.BlankAll || length > MaxStreamBytes)
        {
            foreach (var segment in segments) segment.Blank(0, segment.Length);
            return;
        }

        var stream = new byte[length];
        foreach (var segment in segments) segment.Payload.CopyTo(stream.AsSpan((int)(segment.Sequence - first)));
        var blank = new bool[length];
        Values(stream, trace, blank);
        Scan(stream, blank);
        if (trace.BlankBody) Body(stream, blank);
        foreach (var segment in segments)
        {
            // A retransmission with other bytes is not in the stream; its own bytes are looked at too.
            var own = blank.AsSpan((int)(segment.Sequence - first), segment.Length).ToArray();
            if (!segment.Payload.SequenceEqual(stream.AsSpan((int)(segment.Sequence - first), segment.Length)))
            {
                Values(segment.Payload, trace, own);
                Scan(segment.Payload, own);
            }

            segment.Blank(own);
        }
    }

    private static void Values(ReadOnlySpan<byte> stream, MessageTrace trace, Span<bool> blank)
    {
        for (var i = 0; i < trace.Count; i++)
        {
            var value = trace[i];
            if (value.IsEmpty) continue;
            for (var at = 0; at < stream.Length;)
            {
                var next = stream[at..].IndexOf(value);
                if (next < 0) break;
                blank.Slice(at + next, value.Length).Fill(true);
                at += next + value.Length;
            }
        }
    }

    private void Scan(ReadOnlySpan<byte> stream, Span<bool> blank)
    {
        _walker.Text(stream, new ScanPlace { Cut = true, Glued = true }, "", _matches);
        foreach (ref readonly var match in _matches.Span)
            if (_options.Masks(match.Class)) blank.Slice(match.Offset, match.Length).Fill(true);
        if (_matches.Overflowed) blank.Fill(true);
        _matches.Clear();
        _walker.Shrink();
    }

    /// <summary>Everything behind the first head: its end is the only one that can be told without parsing.</summary>
    private static void Body(ReadOnlySpan<byte> stream, Span<bool> blank)
    {
        var end = stream.IndexOf("\r\n\r\n"u8);
        var bare = stream.IndexOf("\n\n"u8);
        if (end < 0 || (bare >= 0 && bare < end)) end = bare - 2;
        blank[(end < 0 ? 0 : end + 4)..].Fill(true);
    }
}
