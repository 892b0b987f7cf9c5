using System.Net;
using Weir.Center.Hosting;
using Weir.Center.Ingest;
using Weir.Storage;

namespace Weir.Center.Tests;

public class IngestTests
{
    [Fact]
    public async Task Stopping_stores_everything_that_is_queued()
    {
        var directory = Directory.CreateTempSubdirectory("weir-center-").FullName;
        try
        {
            await using (var host = CenterHost.Create(TestCenter.Options(directory)))
            {
                await host.StartAsync(CancellationToken.None);
                for (var n = 0; n < 5000; n++) host.Ingest.Write(Calls.Make(n));
                await host.StopAsync();
                await host.StopAsync();
            }

            using var store = new SqliteExchangeStore(new SqliteStoreOptions { Path = Path.Combine(directory, "weir.db") });
            Assert.Equal(5000, store.Count);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_full_disk_shows_in_readiness_and_status_and_nothing_is_lost_once_there_is_room()
    {
        await using var center = await TestCenter.Start(o => o with { Ingest = new IngestLimits(FlushMs: 5) });
        center.Host.Store.LimitPages(1);
        center.Ingest(0, 500);
        await TestCenter.Until(async () =>
        {
            using var ready = await center.Get("/readyz");
            return ready.StatusCode == HttpStatusCode.ServiceUnavailable;
        });
        var status = await center.Json("/api/v1/status");
        Assert.Contains("disk is full", status.GetProperty("storage").GetProperty("lastError").GetString(), StringComparison.Ordinal);
        Assert.True(status.GetProperty("ingest").GetProperty("storeFailures").GetInt64() > 0);
        Assert.Equal(0, status.GetProperty("ingest").GetProperty("dropped").GetProperty("store_refused").GetInt64());
        Assert.Equal("ok", await center.Http.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
        center.Host.Store.LimitPages(0);
        await TestCenter.Until(() => center.Host.Store.Count == 500);
        await TestCenter.Until(async () =>
        {
            using var ready = await center.Get("/readyz");
            return ready.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task What_the_store_refuses_until_the_end_is_counted_as_lost()
    {
        await using var center = await TestCenter.Start(o => o with { Ingest = new IngestLimits(FlushMs: 5) });
        center.Host.Store.LimitPages(1);
        center.Ingest(0, 500);
        await center.Host.StopAsync();
        var counters = center.IngestCounters();
        var (refused, stored) = (counters.GetProperty("dropped").GetProperty("store_refused").GetInt64(), counters.GetProperty("stored").GetInt64());
        // A first batch of a few rows may find room in the pages that are there.
        Assert.InRange(stored, 0, 20);
        Assert.Equal(500 - stored, refused);
        Assert.Equal(0, counters.GetProperty("queued").GetInt64());
    }

    [Fact]
    public async Task A_failure_that_nobody_foresaw_is_counted_and_the_writer_goes_on()
    {
        await using var center = await TestCenter.Start(o => o with { Ingest = new IngestLimits(FlushMs: 5) });
        await center.IngestStored(0, 1);
        center.Host.Store.Dispose();
        center.Ingest(1, 10);
        await TestCenter.Until(() => Lost(center) == 10);
        center.Ingest(11, 10);
        await TestCenter.Until(() => Lost(center) == 20);
    }

    [Fact]
    public async Task A_full_queue_is_counted_and_capture_goes_on()
    {
        await using var center = await TestCenter.Start(o => o with { Ingest = new IngestLimits(MaxRows: 100, BatchRows: 50, FlushMs: 5) });
        center.Host.Store.LimitPages(1);
        center.Ingest(0, 5000);
        var counters = center.IngestCounters();
        var full = counters.GetProperty("dropped").GetProperty("ingest_queue_full").GetInt64();
        Assert.Equal(5000, counters.GetProperty("received").GetInt64());
        Assert.InRange(full, 5000 - 100 - 50, 4999);
        center.Host.Store.LimitPages(0);
        await TestCenter.Until(() => center.Host.Store.Count == 5000 - full);
    }

    [Fact]
    public void The_queue_is_bounded_in_bytes_and_rows_that_are_used_again_count_anew()
    {
        var row = Row(new ExchangeRow(), 1000);
        var queue = new IngestQueue(new IngestLimits(MaxRows: 10, MaxBytes: (row.Length * 2) + 10, BatchRows: 4));
        for (var round = 0; round < 5; round++)
        {
            Assert.True(queue.TryEnqueue(Row(queue.Rent(), 1000)));
            Assert.True(queue.TryEnqueue(Row(queue.Rent(), 1000)));
            Assert.False(queue.TryEnqueue(Row(queue.Rent(), 1000)));
            while (queue.Reader.TryRead(out var taken))
            {
                queue.Left(taken);
                queue.Return(taken);
                // Filled with something else before it is queued again.
                Row(taken, 10 * (round + 1));
            }
        }

        queue.Complete();
        Assert.False(queue.TryEnqueue(Row(new ExchangeRow(), 1)));
    }

    [Fact]
    public void A_large_row_is_not_kept_for_reuse()
    {
        var queue = new IngestQueue(new IngestLimits());
        var (large, small) = (Row(new ExchangeRow(), 1 << 20), Row(new ExchangeRow(), 10));
        queue.Return(large);
        queue.Return(small);
        Assert.Same(small, queue.Rent());
    }

    [Fact]
    public async Task Several_capture_threads_may_write_at_once()
    {
        await using var center = await TestCenter.Start();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() => center.Ingest(t * 1000, 1000))));
        await TestCenter.Until(() => center.Host.Store.Count == 4000);
        Assert.Equal(4000, center.IngestCounters().GetProperty("stored").GetInt64());
    }

    private static long Lost(TestCenter center) =>
        center.IngestCounters().GetProperty("dropped").GetProperty("store_refused").GetInt64();

    private static ExchangeRow Row(ExchangeRow row, int bytes)
    {
        row.Set(Calls.Make(1), [], new byte[bytes]);
        return row;
    }
}
