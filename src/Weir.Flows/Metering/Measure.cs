using System.Numerics;

namespace Weir.Flows.Metering;

/// <summary>The numbers that a packet changes, where the profiles agree.</summary>
internal static class Measure
{
    /// <summary>A longer silence begins another subflow.</summary>
    private const long SubflowGapUs = 1_000_000;

    /// <summary>The first packet of a flow or part.</summary>
    public static void First(ref DirectionState side, in FlowPacket packet)
    {
        AddSide(ref side, in packet);
        side.SmallestHeader = packet.HeaderBytes;
        side.InitWindow = packet.Window;
    }

    /// <summary>Any later one. <see cref="FlowState.LastUs"/> is still the time of the one before.</summary>
    public static void Next(FlowState flow, ref DirectionState side, in FlowPacket packet, long activityTimeoutUs)
    {
        var now = packet.TimeUs;
        if (now - flow.LastUs > SubflowGapUs)
        {
            flow.Subflows++;
            flow.UpdateActivity(now, activityTimeoutUs);
        }

        if (side.Packets > 0) side.Iat.Add(now - side.LastUs);
        AddSide(ref side, in packet);
        side.SmallestHeader = Math.Min(side.SmallestHeader, packet.HeaderBytes);
        flow.Iat.Add(now - flow.LastUs);
        (flow.LastUs, flow.LastNs) = (now, packet.TimeNs);
    }

    private static void AddSide(ref DirectionState side, in FlowPacket packet)
    {
        for (var flags = (uint)packet.Flags; flags != 0; flags &= flags - 1) side.Flags[BitOperations.TrailingZeroCount(flags)]++;
        side.Length.Add(packet.PayloadBytes);
        side.HeaderBytes += packet.HeaderBytes;
        if (packet.PayloadBytes > 0) side.DataPackets++;
        side.LastUs = packet.TimeUs;
    }
}
