using Weir.Packets;
using Weir.Privacy.Redaction;
using Weir.Records;

namespace Weir.Probe;

/// <summary>Limits of <see cref="PacketRecorder"/>, in bytes with what holding a frame costs beside its bytes.</summary>
public sealed record PacketRecorderLimits
{
    /// <summary>
    /// Frames held while it is not known yet whether their exchange matches, of all connections together. Default 64 MiB: a second of
    /// a busy gigabit.
    /// </summary>
    public long MaxBytes { get; init; } = 64 << 20;

    /// <summary>The same for one connection. Default 8 MiB: a single download can't push out the rest.</summary>
    public long MaxBytesPerConnection { get; init; } = 8 << 20;

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
    /// <summary>
    /// Bytes behind an exchange's end that are masked with it: what begins in its last packet and is sensitive is no longer than a
    /// message's head or the kept part of its body.
    /// </summary>
    private const int MaskAheadBytes = 64 << 10;

    private const int ConnectionOverheadBytes = 512;

    private readonly PayloadMasker _masker = new(redaction);
    private readonly Dictionary<RecorderKey, Pending> _pending = [];
    private readonly LinkedList<RecorderKey> _quietestFirst = [];

    /// <summary>Bytes held now, overhead included; at most <see cref="PacketRecorderLimits.MaxBytes"/> after each packet.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Matching exchanges of which packets were let go before they ended, because a limit was reached.</summary>
    public long CutExchanges { get; private set; }

    /// <summary>Frames that were left out because what is sensitive in them could not be told apart.</summary>
    public long MaskedFrames { get; private set; }

    /// <summary>Captured bytes that were searched for what must be masked, those searched twice counted twice.</summary>
    internal long SearchedBytes { get; private set; }

    public void OnPacket(in Frame frame, in PacketView packet)
    {
        var key = RecorderKey.Of(packet.Source, packet.SourcePort, packet.Destination, packet.DestinationPort, out var fromLow);
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
        var held = new HeldFrame(
            frame.Data.ToArray(), frame.OriginalLength, frame.TimestampNs, frame.LinkType, frame.InterfaceId,
            frame.StrippedVlanTci, opens, fromLow, packet.Tunnel.Network);
        pending.Frames.Add(held);
        pending.Bytes += held.Cost;
        HeldBytes += held.Cost;
        if (pending.Bytes > limits.MaxBytesPerConnection)
        {
            // Half at once, so that a long download does not move the list at each packet.
            Drop(pending, (pending.Frames.Count / 2) + 1);
            pending.CompleteFromNs = pending.Frames.Count > 0 ? pending.Frames[0].TimestampNs : frame.TimestampNs + 1;
        }

        while (HeldBytes > limits.MaxBytes && _quietestFirst.First is { } quietest) Evict(quietest.Value);
    }

    /// <param name="exchange">It has ended.</param>
    /// <param name="matched">Its packets are wanted.</param>
    /// <param name="trace">What was masked in it, to be masked in the packets too; null when nothing is.</param>
    public void OnExchange(Exchange exchange, bool matched, RedactionTrace? trace = null)
    {
        var key = RecorderKey.Of(exchange.Client.Ip, exchange.Client.Port, exchange.Server.Ip, exchange.Server.Port, out var clientIsLow);
        var found = _pending.TryGetValue(key, out var pending);
        if (matched && (!found || exchange.StartedAtNs < pending!.CompleteFromNs)) CutExchanges++;
        if (!found) return;
        bool IsOfExchange(HeldFrame held) => Agree(held.Network, held.FromLow == clientIsLow ? exchange.ClientNetwork : exchange.ServerNetwork);
        // What comes after this exchange may belong to the next one of the connection.
        var count = pending!.Frames.CountUntil(Math.Max(exchange.Request.LastByteNs, exchange.Response.LastByteNs));
        if (!matched)
        {
            Settle(pending, count, IsOfExchange, firstWritten: int.MaxValue);
            return;
        }

        if (trace is not null) Mask(exchange, pending.Frames, count, IsOfExchange, trace);
        using (file.Begin()) Settle(pending, count, IsOfExchange, FirstOfConnection(pending.Frames, count, exchange.StartedAtNs, IsOfExchange));
    }

    public void Flush() => file.Flush();

    /// <summary>A packet outside of tunnels tells no network, and the other way round: it may be anybody's.</summary>
    private static bool Agree(ulong one, ulong other) => one == other || one == 0 || other == 0;

    /// <summary>Writes or drops the frames of an exchange among the first ones.</summary>
    private void Settle(Pending pending, int count, Func<HeldFrame, bool> isOfExchange, int firstWritten)
    {
        for (var i = firstWritten; i < count; i++)
            if (pending.Frames[i] is { IsUnwritable: false } held && isOfExchange(held)) Write(held);
        pending.Frames.Take(count, held =>
        {
            if (!isOfExchange(held)) return false;
            pending.Bytes -= held.Cost;
            HeldBytes -= held.Cost;
            return true;
        });
    }

    /// <summary>Frames before the SYN that opened this exchange's connection are left from an older one on the same ports.</summary>
    private static int FirstOfConnection(HeldFrames frames, int count, long startedAtNs, Func<HeldFrame, bool> isOfExchange)
    {
        var first = count - 1;
        while (first >= 0 && !(frames[first].Opens && frames[first].TimestampNs <= startedAtNs && isOfExchange(frames[first]))) first--;
        // A repeated SYN belongs to the same handshake.
        while (first > 0 && frames[first - 1].Opens) first--;
        return Math.Max(0, first);
    }

    /// <summary>
    /// Masks in the frames of an exchange and some way beyond, because its last packet can carry the beginning of the next one. A
    /// frame whose bytes can't be told apart (IP fragments) is not written.
    /// </summary>
    private void Mask(Exchange exchange, HeldFrames frames, int count, Func<HeldFrame, bool> isOfExchange, RedactionTrace trace)
    {
        var searched = new List<HeldFrame>(count);
        for (var (i, ahead) = (0, 0); i < frames.Count && ahead < MaskAheadBytes; i++)
        {
            if (!isOfExchange(frames[i])) continue;
            searched.Add(frames[i]);
            SearchedBytes += frames[i].Data.Length;
            if (i >= count) ahead += frames[i].Data.Length;
        }

        var writable = _masker.Mask(
            [.. searched.Select(held => new MaskableFrame(held.Data, held.OriginalLength, held.TimestampNs, held.LinkType))],
            exchange.Client.Ip, exchange.Client.Port, trace);
        for (var i = 0; i < searched.Count; i++)
        {
            if (writable[i] || searched[i].IsUnwritable) continue;
            searched[i].IsUnwritable = true;
            MaskedFrames++;
        }
    }

    private void Write(HeldFrame held) => file.Write(
        new Frame(held.Data, held.OriginalLength, held.TimestampNs, held.LinkType, held.InterfaceId)
        {
            StrippedVlanTci = held.VlanTci,
        });

    private void Evict(RecorderKey key)
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

        pending.Frames.RemoveFirst(count);
    }

    private sealed class Pending(LinkedListNode<RecorderKey> node)
    {
        public LinkedListNode<RecorderKey> Node { get; } = node;

        public HeldFrames Frames { get; } = new();

        public long Bytes { get; set; }

        /// <summary>Nothing of the connection was let go from this time on (Unix nanoseconds).</summary>
        public long CompleteFromNs { get; set; }
    }
}

/// <summary>A connection, the same for both directions.</summary>
internal readonly record struct RecorderKey(IpAddress A, ushort PortA, IpAddress B, ushort PortB)
{
    /// <param name="source">One end.</param>
    /// <param name="sourcePort">Its port.</param>
    /// <param name="destination">The other.</param>
    /// <param name="destinationPort">Its port.</param>
    /// <param name="fromLow">The source is the key's first end.</param>
    public static RecorderKey Of(IpAddress source, ushort sourcePort, IpAddress destination, ushort destinationPort, out bool fromLow)
    {
        fromLow = sourcePort != destinationPort ? sourcePort < destinationPort : !IsAfter(source, destination);
        return fromLow
            ? new RecorderKey(source, sourcePort, destination, destinationPort)
            : new RecorderKey(destination, destinationPort, source, sourcePort);
    }

    private static bool IsAfter(IpAddress one, IpAddress other)
    {
        Span<byte> a = stackalloc byte[16];
        Span<byte> b = stackalloc byte[16];
        return a[..one.WriteBytes(a)].SequenceCompareTo(b[..other.WriteBytes(b)]) > 0;
    }
}
