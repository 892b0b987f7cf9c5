using System.Text;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage.Tests;

public class StoreTests
{
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
