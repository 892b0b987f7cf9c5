using System.Globalization;
using Weir.Center.Ingest;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Hosting;

/// <summary>What the store holds, for status and metrics. A store that can't be read says so; the other parts still report.</summary>
internal sealed class StorageStatus(SqliteExchangeStore store, StoreWriter writer) : IStatusSource
{
    public string Name => "storage";

    public void Report(IStatusReport report)
    {
        StoreStatistics now;
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
            return;
        }

        if (now.OldestNs is { } oldest) report.Gauge("oldest_ms", oldest / 1_000_000);
        if (now.NewestNs is { } newest) report.Gauge("newest_ms", newest / 1_000_000);
    }

    /// <summary>As <c>startedAt</c> of the record: UTC, microseconds.</summary>
    private static string? Time(long? unixNs) => unixNs is { } ns
        ? DateTime.UnixEpoch.AddTicks(ns / 100).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
        : null;
}
