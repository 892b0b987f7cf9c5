using System.Text.Json;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage.Tests;

/// <summary>Rows of calls that run: replaced while they do, ended when whoever ran them is gone.</summary>
public class RunningTests
{
    [Fact]
    public void Running_calls_of_a_killed_process_end_as_unknown_at_the_next_start()
    {
        using var store = new TemporaryStore(options => options with { BatchSize = 7 });
        store.Store.Append([.. Enumerable.Range(0, 40).Select(n => Rows.Row(n % 2 == 0 ? Running(n) : Rows.Make(n)))]);
        store.Reopen();
        Assert.Equal(20, Count(store, "in_progress"));
        Assert.Equal(20, store.Store.EndRunning());
        Assert.Equal(0, store.Store.EndRunning());
        Assert.Equal((0, 20, 40L), (Count(store, "in_progress"), Count(store, "'end_unknown' in anomalies"), store.Store.Count));
        for (var n = 0; n < 40; n++)
        {
            var record = store.Store.Get(Rows.Make(n).Id)!;
            if (n % 2 == 1) Assert.Equal(Rows.Row(n).Record.ToArray(), record);
            else Assert.Equal(Expected(n), record);
        }

        Assert.All(
            store.Store.Query(new ExchangeQuery { Limit = 100 }).Items,
            item => Assert.False(JsonDocument.Parse(item.Json).RootElement.TryGetProperty("inProgress", out _)));
    }

    [Fact]
    public void A_damaged_record_stays_and_stops_nothing()
    {
        using var store = new TemporaryStore();
        store.Store.Append([Rows.Row(Running(4)), Rows.Row(Running(6))]);
        store.Execute("UPDATE exchanges SET encoding=0, record=x'7B' WHERE key=1");
        Assert.Equal(2, store.Store.EndRunning());
        Assert.Equal("{"u8.ToArray(), store.Store.Get(Rows.Make(4).Id));
        Assert.Equal(0, Count(store, "in_progress"));
    }

    [Fact]
    public void A_database_of_before_running_calls_is_brought_up_to_date()
    {
        using var store = new TemporaryStore();
        store.Store.Append([Rows.Row(Running(4))]);
        store.Store.Dispose();
        store.Execute("DROP INDEX exchanges_running; DROP TABLE documents; PRAGMA user_version=2");
        store.Reopen();
        Assert.Equal(1, store.Store.EndRunning());
    }

    private static int Count(TemporaryStore store, string filter) =>
        store.Store.Query(new ExchangeQuery { Limit = 100, Filter = TemporaryStore.Filter(filter) }).Items.Count;

    private static byte[] Expected(int n)
    {
        var exchange = Running(n);
        exchange.InProgress = exchange.Complete = false;
        exchange.Anomalies.Add(Anomaly.EndUnknown);
        return Rows.Json(exchange, ExchangeDetail.Full);
    }

    private static Exchange Running(int n)
    {
        var exchange = Rows.Make(n);
        exchange.InProgress = true;
        exchange.Complete = false;
        return exchange;
    }
}
