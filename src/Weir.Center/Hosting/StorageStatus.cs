using System.Globalization;
using Weir.Center.Ingest;
using Weir.Records.Metrics;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Hosting;

/// <summary>What the store holds, for status and metrics. A store that can't be read says so; the other parts still report.</summary>
/// <param name="store">Asked for its figures.</param>
/// <param name="writer">Knows the last failure.</param>
/// <param name="directory">Where the store is, for the room on its disk; null when it is on another machine.</param>
/// <param name="maxBytes">Size beyond which the oldest calls go; the largest number for none.</param>
internal sealed class StorageStatus(IExchangeStore store, StoreWriter writer, string? directory, long maxBytes) : IStatusSource
{
    private const long NsPerMs = 1_000_000;

    public string Name => "storage";

    public void Report(IStatusReport report)
    {
        StoreStatistics now;
        if (maxBytes < long.MaxValue) report.Gauge("limit_bytes", maxBytes);
        if (DiskAvailable() is { } room) report.Gauge("disk_available_bytes", room);
        try
        {
            now = store.ReadStatistics();
        }
        catch (StoreException failure)
        {
            report.Gauge("readable", 0);
            (report as Api.StatusSection)?.Text("last_error", failure.Message);
            return;
        }

        report.Gauge("readable", 1);
        report.Gauge("exchanges", now.Exchanges);
        report.Gauge("bytes", now.DatabaseBytes + now.LogBytes);
        report.Counter("stored", now.Stored);
        report.Counter("duplicates", now.Duplicates);
        report.Counter("deleted_by_age", now.DeletedByAge);
        report.Counter("deleted_by_size", now.DeletedBySize);
        report.Counter("failures", now.Failures);
        if (report is Api.StatusSection section)
        {
            section.Text("oldest", Time(now.OldestNs));
            section.Text("newest", Time(now.NewestNs));
            section.Text("last_error", writer.LastError ?? now.LastError);
        }
        else if (report is MetricSet metrics)
        {
            if (now.OldestNs is { } oldest) metrics.Add(MetricCatalog.StoreOldest, oldest / NsPerMs / 1000.0);
            if (now.NewestNs is { } newest) metrics.Add(MetricCatalog.StoreNewest, newest / NsPerMs / 1000.0);
        }
    }

    private long? DiskAvailable()
    {
        if (directory is null) return null;
        try
        {
            return new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A file system that does not tell; the sample is then absent.
            return null;
        }
    }

    /// <summary>As <c>startedAt</c> of the record: UTC, microseconds.</summary>
    private static string? Time(long? unixNs) => unixNs is { } ns
        ? DateTime.UnixEpoch.AddTicks(ns / 100).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
        : null;
}
