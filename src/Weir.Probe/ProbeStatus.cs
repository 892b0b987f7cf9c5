using Weir.Records.Status;

namespace Weir.Probe;

/// <summary>Shows a running capture's counters to the center's status and metrics.</summary>
public sealed class ProbeStatus(ProbeRun run) : IStatusSource
{
    public string Name => "capture";

    public void Report(IStatusReport report)
    {
        var now = run.Report();
        report.Counter("packets", now.Packets);
        report.Counter("bytes", now.Bytes);
        report.Counter("exchanges", now.Exchanges);
        report.Counter("connections", now.Connections);
        foreach (var (name, value) in run.Details)
            if (!now.Dropped.ContainsKey(name)) report.Gauge(name, value);
        foreach (var (name, value) in now.Ignored) report.Gauge($"ignored_{name}", value);
        foreach (var loss in now.Losses) report.Dropped(loss);
        foreach (var i in run.Interfaces) report.Interface(i.Name, i.Frames, i.Bytes, i.KernelDrops, i.Truncated);
    }
}
