using Weir.Center.Influx;
using Weir.Center.Wakizashi;
using Weir.Storage.Traffic;

namespace Weir.Center.Traffic;

/// <summary>What a center does with byte counters.</summary>
public sealed record TrafficOptions
{
    /// <summary>What counters are put together by in the store; whole seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    public TrafficStoreLimits Limits { get; init; } = TrafficStoreLimits.Default;

    /// <summary>Where they are written to as well; null nowhere.</summary>
    public InfluxOptions? Influx { get; init; }

    /// <summary>Where probes of wakizashi report; null takes none.</summary>
    public WakizashiPort? Wakizashi { get; init; }
}
