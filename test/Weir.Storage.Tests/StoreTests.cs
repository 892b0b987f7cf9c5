using System.Text;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage.Tests;

public class StoreTests
{
    [Fact]
    public void A_record_comes_back_byte_for_byte_small_or_compressed()
    {
        using var store = new TemporaryStore();
        var rows = Rows.Range(0, 200);
        store.Store.Append(rows);
        Assert.Contains(rows, row => row.Record.Length > 2000);
        Assert.Contains(rows, row => row.Record.Length < 1024);
        foreach (var row in rows) Assert.Equal(row.Record.ToArray(), store.Store.Get(row.Id));
        var page = store.Store.Query(new ExchangeQuery { Limit = 200 });
        Assert.Equal(rows.Reverse().Select(row => Encoding.UTF8.GetString(row.Summary)), page.Items.Select(item => Encoding.UTF8.GetString(item.Json)));
        var full = store.Store.Query(new ExchangeQuery { Limit = 200, Detail = ExchangeDetail.Full });
        Assert.Equal(rows.Reverse().Select(row => row.Record.ToArray()), full.Items.Select(item => item.Json));
    }

    [Fact]
    public void A_repeated_id_is_stored_once_and_counted()
    {
        using var store = new TemporaryStore();
        Assert.Equal(new AppendResult(10, 0), store.Store.Append(Rows.Range(0, 10)));
        Assert.Equal(new AppendResult(5, 5), store.Store.Append(Rows.Range(5, 10)));
        Assert.Equal(new AppendResult(1, 2), store.Store.Append([Rows.Row(20), Rows.Row(20), Rows.Row(20)]));
        var statistics = store.Store.ReadStatistics();
        Assert.Equal((16, 16, 7), (statistics.Exchanges, statistics.Stored, statistics.Duplicates));
        Assert.Equal(16, store.Store.Query(new ExchangeQuery { Limit = 100 }).Items.Count);
    }

    [Fact]
    public void An_unknown_id_is_null()
    {
        using var store = new TemporaryStore();
        Assert.Null(store.Store.Get(new ExchangeId(17)));
    }

    [Fact]
    public void Statistics_name_the_oldest_and_newest()
    {
        using var store = new TemporaryStore();
        Assert.Null(store.Store.ReadStatistics().OldestNs);
        var rows = Rows.Range(0, 50);
        store.Store.Append(rows);
        var statistics = store.Store.ReadStatistics();
        Assert.Equal(rows[0].StartedAtNs, statistics.OldestNs);
        Assert.Equal(rows[^1].StartedAtNs, statistics.NewestNs);
        Assert.True(statistics.DatabaseBytes + statistics.LogBytes > 0);
    }

    [Fact]
    public void What_was_acknowledged_is_there_after_the_process_died()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 500));
        // The files of a killed process: database and log as they are now, without the checkpoint that closing makes.
        var copy = Path.Combine(Path.GetDirectoryName(store.Path)!, "killed.db");
        File.Copy(store.Path, copy);
        File.Copy(store.Path + "-wal", copy + "-wal");
        using var reopened = new SqliteExchangeStore(store.Options with { Path = copy });
        Assert.Equal(500, reopened.Count);
        Assert.Equal(new AppendResult(10, 500), reopened.Append(Rows.Range(0, 510)));
    }

    [Fact]
    public void A_torn_log_loses_only_its_torn_end()
    {
        using var store = new TemporaryStore();
        for (var i = 0; i < 10; i++) store.Store.Append(Rows.Range(i * 10, 10));
        var copy = Path.Combine(Path.GetDirectoryName(store.Path)!, "torn.db");
        File.Copy(store.Path, copy);
        var log = File.ReadAllBytes(store.Path + "-wal");
        File.WriteAllBytes(copy + "-wal", log[..(log.Length - 777)]);
        using var reopened = new SqliteExchangeStore(store.Options with { Path = copy });
        Assert.InRange(reopened.Count, 10, 99);
        Assert.Equal(0, reopened.Count % 10);
    }

    [Fact]
    public void Reopening_keeps_everything()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 100));
        store.Reopen();
        Assert.Equal(100, store.Store.Count);
    }

    [Fact]
    public void Many_threads_may_read_while_one_writes()
    {
        using var store = new TemporaryStore();
        Parallel.Invoke(
            () =>
            {
                for (var i = 0; i < 20; i++) store.Store.Append(Rows.Range(i * 50, 50));
            },
            () => ReadUntilFull(store),
            () => ReadUntilFull(store));
        Assert.Equal(1000, store.Store.Count);
    }

    private static void ReadUntilFull(TemporaryStore store)
    {
        // A transaction is seen whole or not at all.
        int count;
        do
        {
            count = store.Store.Query(new ExchangeQuery { Limit = 2000 }).Items.Count;
            Assert.Equal(0, count % 50);
        }
        while (count < 1000);
    }
}
