using Weir.Center.Ingest;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Hosting;

/// <summary>What the store holds, for status and metrics.</summary>
internal sealed class StorageStatus(SqliteExchangeStore store, StoreWriter writer) : IStatusSource
{
    public string Name => "storage";

    public void Report(IStatusReport report)
    {
        var now = store.ReadStatistics();
        report.Gauge("exchanges", now.Exchanges);
        report.Gauge("bytes", now.DatabaseBytes + now.LogBytes);
        report.Gauge("oldest_ms", (now.OldestNs ?? 0) / 1_000_000);
        report.Gauge("newest_ms", (now.NewestNs ?? 0) / 1_000_000);
        report.Counter("stored", now.Stored);
        report.Counter("duplicates", now.Duplicates);
        report.Counter("deleted_by_age", now.DeletedByAge);
        report.Counter("deleted_by_size", now.DeletedBySize);
        report.Counter("failures", now.Failures);
        if (report is Api.StatusSection section) section.Text("last_error", writer.LastError ?? now.LastError);
    }
}
