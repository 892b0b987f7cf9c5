namespace Weir.Flows.Accounting;

/// <summary>What counting bytes may hold.</summary>
/// <param name="MaxRows">
/// Rows of one interval: device, addresses, direction and protocol, 80 bytes each in every worker. What comes beyond is counted for its
/// device and direction, as other. 65 536: a node that speaks with thousands of others on dozens of devices.
/// </param>
/// <param name="MaxDevices">
/// Devices that are told apart; the frames of others are counted as those of one. 2 048: a device or two for each pod, and as many that
/// were there before, whose counters may not be told yet.
/// </param>
public sealed record TrafficLimits(int MaxRows, int MaxDevices)
{
    public static TrafficLimits Default { get; } = new(65_536, 2048);
}
