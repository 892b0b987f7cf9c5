using Weir.Packets;
using Weir.Privacy.Redaction;
using Weir.Records;

namespace Weir.Probe;

/// <summary>Limits of <see cref="PacketRecorder"/>, in bytes with what holding a frame costs beside its bytes.</summary>
/// <param name="MaxBytes">Frames held while it is not known yet whether their exchange matches.</param>
/// <param name="MaxBytesPerConnection">The same for one connection, so that a single download can't push out the rest.</param>
public sealed record PacketRecorderLimits(long MaxBytes = 64 << 20, long MaxBytesPerConnection = 8 << 20)
{
    /// <summary>The part of one worker among several.</summary>
    internal PacketRecorderLimits Share(int workers) => this with { MaxBytes = MaxBytes / workers };
}

/// <summary>
/// Writes the packets of the exchanges that matched. Frames wait per connection until an exchange of it ends: a match
/// writes those up to its last byte, anything else drops them. A packet that carries several exchanges is written when the
/// first of them matches, or dropped with it. One per worker; they may share the file.
/// </summary>
public sealed class PacketRecorder(PacketFile file, PacketRecorderLimits limits, RedactionOptions? redaction = null)
{
    private readonly PayloadMasker _masker = new(redaction);

    /// <summary>Object headers, list and table entries of a held frame and of a connection, rounded up.</summary>
    private const int FrameOverheadBytes = 128;

    private const int ConnectionOverheadBytes = 512;

    private readonly Dictionary<Key, Pending> _pending = [];
    private readonly LinkedList<Key> _quietestFirst = [];

    /// <summary>Bytes held now, overhead included; at most <see cref="PacketRecorderLimits.MaxBytes"/> after each packet.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Matching exchanges of which packets were let go before they ended, because a limit was reached.</summary>
    public long CutExchanges { get; private set; }

    /// <summary>Frames that were left out because what is sensitive in them could not be told apart.</summary>
    public long MaskedFrames { get; private set; }

    public void OnPacket(in Frame frame, in PacketView packet)
    {
        var key = Key.Of(packet.Source, packet.SourcePort, packet.Destination, packet.DestinationPort);
        if (!_pending.TryGetValue(key, out var pending))
        {
            pending = new Pending(_quietestFirst.AddLast(key)) { CompleteFromNs = frame.TimestampNs };
            _pending.Add(key, pending);
            HeldBytes += ConnectionOverheadBytes;
        }
        else
        {
            _quietestFirst.Remove(pending.Node);
            _quietestFirst.AddLast(pending.Node);
        }

        var opens = (packet.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;
        var held = new Held(
            frame.Data.ToArray(), frame.OriginalLength, frame.TimestampNs, frame.LinkType, frame.InterfaceId,
            frame.StrippedVlanTci, opens);
        pending.Frames.Add(held);
        pending.Bytes += held.Cost;
        HeldBytes += held.Cost;
        if (pending.Bytes > limits.MaxBytesPerConnection)
        {
            // Half at once, so that a long download does not move the list at each packet.
            Drop(pending, pending.Frames.Count / 2 + 1);
            pending.CompleteFromNs = pending.Frames.Count > 0 ? pending.Frames[0].TimestampNs : frame.TimestampNs + 1;
        }

        while (HeldBytes > limits.MaxBytes && _quietestFirst.First is { } quietest) Evict(quietest.Value);
    }

    /// <param name="exchange">It has ended.</param>
    /// <param name="matched">Its packets are wanted.</param>
    /// <param name="trace">What was masked in it, to be masked in the packets too; null when nothing is.</param>
    public void OnExchange(Exchange exchange, bool matched, RedactionTrace? trace = null)
    {
        var key = Key.Of(exchange.Client.Ip, exchange.Client.Port, exchange.Server.Ip, exchange.Server.Port);
        var found = _pending.TryGetValue(key, out var pending);
        if (matched && (!found || exchange.StartedAtNs < pending!.CompleteFromNs)) CutExchanges++;
        if (!found) return;
        if (!matched)
        {
            Settle(exchange, pending!, matched: false);
            return;
        }

        if (trace is not null) MaskPending(exchange, pending!, trace);
        using (file.Begin()) Settle(exchange, pending!, matched: true);
    }

    public void Flush() => file.Flush();

    /// <summary>Writes or drops the frames up to the end of the exchange.</summary>
    private void Settle(Exchange exchange, Pending pending, bool matched)
    {
        // What comes after this exchange may belong to the next one of the connection.
        var end = Math.Max(exchange.Request.LastByteNs, exchange.Response.LastByteNs);
        var frames = pending.Frames;
        var first = matched ? FirstOfConnection(frames, exchange.StartedAtNs) : frames.Count;
        var kept = 0;
        for (var i = 0; i < frames.Count; i++)
        {
            var held = frames[i];
            if (held.TimestampNs > end)
            {
                frames[kept++] = held;
                continue;
            }

            if (i >= first) Write(held);
            pending.Bytes -= held.Cost;
            HeldBytes -= held.Cost;
        }

        frames.RemoveRange(kept, frames.Count - kept);
    }

    /// <summary>Frames before the SYN that opened this exchange's connection are left from an older one on the same ports.</summary>
    private static int FirstOfConnection(List<Held> frames, long startedAtNs)
    {
        var first = frames.FindLastIndex(held => held.Opens && held.TimestampNs <= startedAtNs);
        // A repeated SYN belongs to the same handshake.
        while (first > 0 && frames[first - 1].Opens) first--;
        return Math.Max(0, first);
    }

    /// <summary>
    /// Masks in all that is held of the connection, because the packets of one exchange can carry parts of the next. A frame
    /// whose bytes can't be told apart (IP fragments) is not written.
    /// </summary>
    private void MaskPending(Exchange exchange, Pending pending, RedactionTrace trace)
    {
        var frames = pending.Frames;
        var writable = _masker.Mask(
            [.. frames.Select(held => new MaskableFrame(held.Data, held.OriginalLength, held.TimestampNs, held.LinkType))],
            exchange.Client.Ip, exchange.Client.Port, trace);
        for (var i = frames.Count - 1; i >= 0; i--)
        {
            if (writable[i]) continue;
            MaskedFrames++;
            pending.Bytes -= frames[i].Cost;
            HeldBytes -= frames[i].Cost;
            frames.RemoveAt(i);
        }
    }

    private void Write(Held held) => file.Write(
        new Frame(held.Data, held.OriginalLength, held.TimestampNs, held.LinkType, held.InterfaceId)
        {
            StrippedVlanTci = held.VlanTci,
        });

    private void Evict(Key key)
    {
        _pending.Remove(key, out var pending);
        Drop(pending!, pending!.Frames.Count);
        _quietestFirst.Remove(pending.Node);
        HeldBytes -= ConnectionOverheadBytes;
    }

    private void Drop(Pending pending, int count)
    {
        for (var i = 0; i < count; i++)
        {
            pending.Bytes -= pending.Frames[i].Cost;
            HeldBytes -= pending.Frames[i].Cost;
        }

        pending.Frames.RemoveRange(0, count);
    }

    private sealed class Pending(LinkedListNode<Key> node)
    {
        public LinkedListNode<Key> Node { get; } = node;

        public List<Held> Frames { get; } = [];

        public long Bytes { get; set; }

        /// <summary>Nothing of the connection was let go from this time on (Unix nanoseconds).</summary>
        public long CompleteFromNs { get; set; }
    }

    private sealed record Held(
        byte[] Data, int OriginalLength, long TimestampNs, LinkType LinkType, int InterfaceId, ushort VlanTci, bool Opens)
    {
        public int Cost => Data.Length + FrameOverheadBytes;
    }

    /// <summary>A connection, the same for both directions.</summary>
    private readonly record struct Key(IpAddress A, ushort PortA, IpAddress B, ushort PortB)
    {
        public static Key Of(IpAddress source, ushort sourcePort, IpAddress destination, ushort destinationPort)
        {
            var swap = sourcePort != destinationPort ? sourcePort > destinationPort : IsAfter(source, destination);
            return swap
                ? new Key(destination, destinationPort, source, sourcePort)
                : new Key(source, sourcePort, destination, destinationPort);
        }

        private static bool IsAfter(IpAddress one, IpAddress other)
        {
            Span<byte> a = stackalloc byte[16];
            Span<byte> b = stackalloc byte[16];
            return a[..one.WriteBytes(a)].SequenceCompareTo(b[..other.WriteBytes(b)]) > 0;
        }
    }
}
