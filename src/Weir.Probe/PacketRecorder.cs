using Weir.Packets;
using Weir.Records;

namespace Weir.Probe;

/// <summary>Limits of <see cref="PacketRecorder"/>.</summary>
/// <param name="MaxBytes">Frames held while it is not known yet whether their exchange matches.</param>
/// <param name="MaxBytesPerConnection">The same for one connection, so that a single download can't push out the rest.</param>
public sealed record PacketRecorderLimits(long MaxBytes = 64 << 20, long MaxBytesPerConnection = 8 << 20);

/// <summary>
/// Writes the packets of the exchanges that matched. Frames wait per connection until an exchange of it ends: a match
/// writes them, anything else drops them; the handshake stays so that other tools can reassemble what is written.
/// </summary>
public sealed class PacketRecorder(PcapNgWriter writer, PacketRecorderLimits limits)
{
    private readonly Dictionary<Key, Pending> _pending = [];
    private readonly LinkedList<Key> _oldestFirst = [];
    private long _heldBytes;

    /// <summary>Frames that were let go before their exchange ended, because a limit was reached.</summary>
    public long EvictedFrames { get; private set; }

    public void OnPacket(in Frame frame, in PacketView packet)
    {
        if (packet.Protocol != IpProtocol.Tcp) return;
        var key = Key.Of(packet.Source, packet.SourcePort, packet.Destination, packet.DestinationPort);
        if (!_pending.TryGetValue(key, out var pending))
        {
            pending = new Pending(_oldestFirst.AddLast(key));
            _pending.Add(key, pending);
        }

        var handshake = (packet.Flags & TcpFlags.Syn) != 0;
        pending.Frames.Add(new Held(
            frame.Data.ToArray(), frame.OriginalLength, frame.TimestampNs, frame.LinkType, frame.InterfaceId, handshake));
        pending.Bytes += frame.Data.Length;
        _heldBytes += frame.Data.Length;
        if (pending.Bytes > limits.MaxBytesPerConnection) Drop(pending, pending.Frames.Count / 2 + 1);
        while (_heldBytes > limits.MaxBytes && _oldestFirst.First is { } oldest) Evict(oldest.Value);
    }

    public void OnExchange(Exchange exchange, bool matched)
    {
        var key = Key.Of(exchange.Client.Ip, exchange.Client.Port, exchange.Server.Ip, exchange.Server.Port);
        if (!_pending.TryGetValue(key, out var pending)) return;
        if (matched)
        {
            foreach (var held in pending.Frames) Write(held);
            _heldBytes -= pending.Bytes;
            pending.Frames.Clear();
            pending.Bytes = 0;
            return;
        }

        // Frames after this exchange may belong to the next one of a pipelined connection.
        var end = Math.Max(exchange.Request.LastByteNs, exchange.Response.LastByteNs);
        var kept = pending.Frames.FindAll(f => f.Handshake || f.TimestampNs > end);
        var keptBytes = kept.Sum(f => (long)f.Data.Length);
        _heldBytes -= pending.Bytes - keptBytes;
        (pending.Frames, pending.Bytes) = (kept, keptBytes);
    }

    public void Flush() => writer.Flush();

    private void Write(Held held) => writer.Write(new Frame(
        held.Data, held.OriginalLength, held.TimestampNs, held.LinkType, held.InterfaceId));

    private void Evict(Key key)
    {
        var pending = _pending[key];
        Drop(pending, pending.Frames.Count);
        _oldestFirst.Remove(pending.Node);
        _pending.Remove(key);
    }

    private void Drop(Pending pending, int count)
    {
        for (var i = 0; i < count; i++)
        {
            pending.Bytes -= pending.Frames[i].Data.Length;
            _heldBytes -= pending.Frames[i].Data.Length;
        }

        EvictedFrames += count;
        pending.Frames.RemoveRange(0, count);
    }

    private sealed class Pending(LinkedListNode<Key> node)
    {
        public LinkedListNode<Key> Node { get; } = node;

        public List<Held> Frames { get; set; } = [];

        public long Bytes { get; set; }
    }

    private sealed record Held(
        byte[] Data, int OriginalLength, long TimestampNs, LinkType LinkType, int InterfaceId, bool Handshake);

    /// <summary>A connection, the same for both directions.</summary>
    private readonly record struct Key(IpAddress A, ushort PortA, IpAddress B, ushort PortB)
    {
        public static Key Of(IpAddress source, ushort sourcePort, IpAddress destination, ushort destinationPort)
        {
            var swap = sourcePort != destinationPort
                ? sourcePort > destinationPort
                : source.GetHashCode() > destination.GetHashCode();
            return swap
                ? new Key(destination, destinationPort, source, sourcePort)
                : new Key(source, sourcePort, destination, destinationPort);
        }
    }
}
