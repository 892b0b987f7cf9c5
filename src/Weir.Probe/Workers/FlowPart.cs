using Weir.Packets;

namespace Weir.Probe;

/// <summary>
/// One worker's part of a file that every worker reads for itself: reading and decoding a packet once more costs a tenth of what
/// handing it to another thread does.
/// </summary>
internal sealed class FlowPart(IPacketSink next, FlowShares shares, int worker) : IPacketSink
{
    public void OnPacket(in Frame frame, in PacketView packet)
    {
        if (shares.Of(in packet) == worker) next.OnPacket(in frame, in packet);
    }

    public void Advance(long nowNs) => next.Advance(nowNs);

    public void OnIdle(long nowNs) => next.OnIdle(nowNs);

    public void Finish(long nowNs) => next.Finish(nowNs);
}
