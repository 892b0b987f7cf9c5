using Weir.Packets;
using Weir.Protocols.Dns;

namespace Weir.Probe;

/// <summary>
/// Which worker a packet belongs to: a connection always to the same one, both directions, every interface, inside tunnels and put
/// together from fragments alike, because it looks at what the decoder found. The same packets in the same order give the same answers.
/// </summary>
/// <remarks>
/// Flows are put into buckets by <see cref="FlowHash"/>; a bucket goes to the workers in turn when its first packet comes, which
/// spreads a few long connections better than the hash would.
/// </remarks>
/// <param name="workers">At most <see cref="WorkerCount.Max"/>.</param>
internal sealed class FlowShares(int workers)
{
    /// <summary>A power of two; so many that a few dozen long connections seldom share one.</summary>
    private const int Buckets = 4096;

    /// <summary>Worker number + 1; 0 for a bucket that nothing came for yet.</summary>
    private readonly byte[] _owners = new byte[Buckets];
    private int _assigned;

    public int Of(in PacketView packet)
    {
        // What was asked of a group is answered by another address: one worker sees both.
        var hash = DnsDatagrams.IsOfGroup(in packet) ? 0 : FlowHash.Of(in packet);
        ref var owner = ref _owners[(int)(hash & (Buckets - 1))];
        if (owner == 0) owner = (byte)((_assigned++ % workers) + 1);
        return owner - 1;
    }
}
