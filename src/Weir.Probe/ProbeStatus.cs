using Weir.Records.Status;

namespace Weir.Probe;

/// <summary>Shows a running capture's counters to the center's status and metrics.</summary>
public sealed class ProbeStatus(ProbeRun run) : IStatusSource
{
    private const string AnomalyPrefix = "anomaly_";

    /// <summary>Those of the pipeline's counters that also fall, by the name under which they are told; all others only grow.</summary>
    private static readonly Dictionary<string, string> s_gauges = new()
    {
        ["stream_connections_active"] = "stream_connections_active",
        ["stream_buffered_bytes"] = "stream_buffered_bytes",
        ["stream_buffered_bytes_peak"] = "stream_buffered_peak_bytes",
    };

    public string Name => "capture";

    public void Report(IStatusReport report)
    {
        var now = run.Report();
        report.Counter("packets", now.Packets);
        report.Counter("bytes", now.Bytes);
        report.Counter("exchanges", now.Exchanges);
        report.Counter("connections", now.Connections);
        foreach (var (name, value) in run.Details)
            if (!now.Dropped.ContainsKey(name) && name != "exchanges") Report(report, name, value);
        foreach (var (name, value) in now.Ignored) report.Counter("ignored", "reason", name, value);
        foreach (var loss in now.Losses) report.Dropped(loss);
        foreach (var (process, ends) in run.Opaque) report.Named("opaque", process, ends);
        foreach (var i in run.Interfaces) report.Interface(i.Name, i.Frames, i.Bytes, i.KernelDrops, i.Truncated);
    }

    private static void Report(IStatusReport report, string name, long value)
    {
        if (s_gauges.TryGetValue(name, out var told)) report.Gauge(told, value);
        else if (name.StartsWith(AnomalyPrefix, StringComparison.Ordinal)) report.Counter("anomaly", "anomaly", name[AnomalyPrefix.Length..], value);
        else report.Counter(name, value);
    }
}
