using Weir.Packets;

namespace Weir.Probe;

/// <summary>Takes decoded packets that the options want, and the time as the capture tells it.</summary>
internal interface IPacketSink
{
    /// <summary>The frame and what the decoder found in it; both are valid during the call only.</summary>
    void OnPacket(in Frame frame, in PacketView packet);

    /// <summary>Time has come this far (Unix nanoseconds), whoever the packets were for.</summary>
    void Advance(long nowNs);

    /// <summary>As <see cref="Advance"/>, and the source has nothing to hand over just now.</summary>
    void OnIdle(long nowNs);

    /// <summary>The capture is over; returns when everything is delivered.</summary>
    void Finish(long nowNs);
}
