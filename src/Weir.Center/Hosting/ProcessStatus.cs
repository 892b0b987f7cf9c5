using System.Diagnostics;
using Weir.Center.Api;
using Weir.Records;
using Weir.Records.Metrics;
using Weir.Records.Status;

namespace Weir.Center.Hosting;

/// <summary>What this process takes of the machine.</summary>
internal sealed class ProcessStatus : IStatusSource, IMetricSource
{
    private const string Descriptors = "/proc/self/fd";

    public string Name => "process";

    public void Report(IStatusReport report)
    {
        using var process = Process.GetCurrentProcess();
        report.Gauge("resident_bytes", process.WorkingSet64);
        report.Gauge("heap_bytes", GC.GetTotalMemory(forceFullCollection: false));
        report.Counter("allocated_bytes", GC.GetTotalAllocatedBytes());
        // A collection of a higher generation counts in the lower ones too.
        report.Counter("gc_collections", GC.CollectionCount(0));
        report.Gauge("threads", process.Threads.Count);
        if (OpenFiles() is { } files) report.Gauge("open_files", files);
    }

    public void Collect(MetricSet metrics)
    {
        metrics.Add(MetricCatalog.Build, 1, ProductVersion.Text);
        using var process = Process.GetCurrentProcess();
        metrics.Add(MetricCatalog.ProcessCpu, Environment.CpuUsage.TotalTime.TotalSeconds);
        metrics.Add(MetricCatalog.ProcessStart, (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        metrics.Add(MetricCatalog.ProcessPause, GC.GetTotalPauseDuration().TotalSeconds);
    }

    /// <summary>Linux only: nothing portable counts them.</summary>
    private static long? OpenFiles() => Directory.Exists(Descriptors) ? Directory.EnumerateFileSystemEntries(Descriptors).LongCount() : null;
}
