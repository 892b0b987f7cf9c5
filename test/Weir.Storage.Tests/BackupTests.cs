using Microsoft.Data.Sqlite;
using Weir.Records;
using Weir.Records.Traffic;
using Weir.Storage.Accounts;
using Weir.Storage.Traffic;

namespace Weir.Storage.Tests;

public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-backup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_copy_made_while_a_center_writes_is_one_state_of_the_store()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 2000));
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writer = Task.Run(() =>
        {
            // Whole transactions of 50: a copy of one state has a multiple of them.
            for (var next = 2000; !stop.IsCancellationRequested; next += 50)
            {
                store.Store.Append(Rows.Range(next, 50));
                Volatile.Write(ref written, next + 50);
            }
        });
        for (var i = 0; i < 5; i++)
        {
            var before = Volatile.Read(ref written);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref written) > before, TimeSpan.FromSeconds(60)));
            var file = Path.Combine(_folder, $"copy{i}.db");
            var count = SqliteBackup.Write(store.Path, file);
            Assert.Equal(0, count % 50);
            Assert.True(count >= before, "what was stored before the copy began is in it");
            Assert.Equal([file], Directory.GetFiles(_folder, $"copy{i}*"));
            using var copy = new SqliteExchangeStore(store.Options with { Path = file });
            Assert.Equal(count, copy.Count);
            Assert.Equal(Enumerable.Range(0, (int)count).Reverse().Select(n => Rows.Make(n).Id), Pages.ReadAll(copy, new ExchangeQuery { Limit = 1000 }).Items);
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public void A_copy_restores_what_was_there_when_it_was_made()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 100));
        store.Store.SaveDocuments("catalogue", [("orders", "kept"u8.ToArray())]);
        var file = Path.Combine(_folder, "copy.db");
        Assert.Equal(100, SqliteBackup.Write(store.Path, file));
        store.Store.Append(Rows.Range(100, 100));
        // The center runs still: nothing is replaced under it.
        var busy = Assert.Throws<StoreException>(() => SqliteBackup.Restore(file, store.Path, replace: true));
        Assert.Equal(StoreFailure.Busy, busy.Failure);
        Assert.Equal(200, store.Store.Count);
        store.Store.Append(Rows.Range(200, 1));

        store.Store.Dispose();
        Assert.Equal(StoreFailure.CannotOpen, Assert.Throws<StoreException>(() => SqliteBackup.Restore(file, store.Path, replace: false)).Failure);
        Assert.Equal(100, SqliteBackup.Restore(file, store.Path, replace: true));
        store.Reopen();
        Assert.Equal(100, store.Store.Count);
        Assert.Equal("kept"u8.ToArray(), Assert.Single(store.Store.LoadDocuments("catalogue")).Body);
        using var replaced = new SqliteExchangeStore(store.Options with { Path = store.Path + SqliteBackup.ReplacedSuffix });
        Assert.Equal(201, replaced.Count);
    }

    [Fact]
    public void Every_database_of_a_data_directory_is_copied_and_restored_and_the_rest_is_named()
    {
        var data = Path.Combine(_folder, "data");
        var folder = Path.Combine(_folder, "copy");
        Assert.Equal(StoreFailure.CannotOpen, Assert.Throws<StoreException>(() => SqliteBackup.WriteAll(data, folder)).Failure);
        using (var calls = new SqliteExchangeStore(new SqliteStoreOptions { Path = Path.Combine(data, "weir.db"), MaxAge = TimeSpan.FromDays(40_000) }))
        using (var traffic = Counters(data))
        using (var accounts = new SqliteAccountStore(Path.Combine(data, "accounts.db")))
        {
            calls.Append(Rows.Range(0, 30));
            traffic.Add([Report(100)]);
            accounts.SaveUser(new UserRecord("ada", "admin", "made-up", false, "stamp", 1, 1));
            File.WriteAllText(Path.Combine(data, "store-id"), "00");
            Directory.CreateDirectory(Path.Combine(data, "alerts"));
            // A center runs: each is copied as it is now.
            var content = SqliteBackup.WriteAll(data, folder);
            Assert.Equal((30L, "weir.db traffic.db accounts.db"), (content.Calls!.Value, string.Join(' ', content.Files)));
            Assert.Equal(["accounts.db", "traffic.db", "weir.db"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Equal(["alerts", "store-id"], SqliteBackup.LeftOut(data));
            Assert.Equal(["traffic.db", "accounts.db"], SqliteBackup.OtherDatabases(data));
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            Assert.Equal(StoreFailure.CannotOpen, Assert.Throws<StoreException>(() => SqliteBackup.WriteAll(data, folder)).Failure);
            traffic.Add([Report(1)]);
            accounts.DeleteUser("ada");
            calls.Append(Rows.Range(30, 1));
            calls.Dispose();
            // One of them is in use still: nothing is replaced.
            Assert.Equal(StoreFailure.Busy, Assert.Throws<StoreException>(() => SqliteBackup.RestoreAll(folder, data, replace: true)).Failure);
            Assert.Empty(Directory.GetFiles(data, "*.restored"));
            Assert.Empty(Directory.GetFiles(data, "*" + SqliteBackup.ReplacedSuffix));
        }

        Assert.Equal(StoreFailure.CannotOpen, Assert.Throws<StoreException>(() => SqliteBackup.RestoreAll(folder, data, replace: false)).Failure);
        foreach (var target in (string[])[data, Path.Combine(_folder, "elsewhere")])
        {
            Assert.Equal(30, SqliteBackup.RestoreAll(folder, target, replace: true).Calls);
            using var calls = new SqliteExchangeStore(new SqliteStoreOptions { Path = Path.Combine(target, "weir.db"), MaxAge = TimeSpan.FromDays(40_000) });
            using var traffic = Counters(target);
            using var accounts = new SqliteAccountStore(Path.Combine(target, "accounts.db"));
            Assert.Equal(30, calls.Count);
            Assert.Equal(100, traffic.Read(new TrafficQuery { From = 0, To = long.MaxValue, StepSeconds = 60 }).Bytes);
            Assert.Equal("ada", Assert.Single(accounts.LoadUsers()).Name);
        }

        // Where calls are in ClickHouse there is no file of them.
        File.Delete(Path.Combine(data, "weir.db"));
        Assert.Null(SqliteBackup.WriteAll(data, folder + "2").Calls);
        Assert.Null(SqliteBackup.RestoreAll(folder + "2", data, replace: true).Calls);
    }

    [Fact]
    public void A_damaged_store_can_be_replaced()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 10));
        var file = Path.Combine(_folder, "copy.db");
        SqliteBackup.Write(store.Path, file);
        store.Store.Dispose();
        File.WriteAllText(store.Path, string.Concat(Enumerable.Repeat("this is no database. ", 500)));
        Assert.Equal(10, SqliteBackup.Restore(file, store.Path, replace: true));
        store.Reopen();
        Assert.Equal(10, store.Store.Count);
    }

    [Fact]
    public void What_is_no_copy_of_a_store_is_refused_and_changes_nothing()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 10));
        var file = Path.Combine(_folder, "copy.db");
        SqliteBackup.Write(store.Path, file);
        Assert.Equal(StoreFailure.CannotOpen, Assert.Throws<StoreException>(() => SqliteBackup.Write(store.Path, file)).Failure);
        Assert.Equal(StoreFailure.CannotOpen, Assert.Throws<StoreException>(() => SqliteBackup.Write(store.Path + "x", file + "2")).Failure);

        var text = Path.Combine(_folder, "text");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("this is no database. ", 500)));
        var other = Path.Combine(_folder, "other.db");
        Execute(other, "CREATE TABLE mine(x)");
        var newer = Path.Combine(_folder, "newer.db");
        File.Copy(file, newer);
        Execute(newer, "PRAGMA user_version=999");
        var damaged = Path.Combine(_folder, "damaged.db");
        var bytes = File.ReadAllBytes(file);
        bytes.AsSpan(bytes.Length / 2).Fill(0xA5);
        File.WriteAllBytes(damaged, bytes);
        store.Store.Dispose();
        foreach (var (bad, failure) in new[] { (text, StoreFailure.Corrupt), (other, StoreFailure.WrongSchema), (newer, StoreFailure.WrongSchema), (damaged, StoreFailure.Corrupt) })
            Assert.Equal(failure, Assert.Throws<StoreException>(() => SqliteBackup.Restore(bad, store.Path, replace: true)).Failure);
        store.Reopen();
        Assert.Equal(10, store.Store.Count);
        Assert.Empty(Directory.GetFiles(_folder, "*.unfinished"));
    }

    [SkippableFact]
    public void Only_the_owner_may_read_a_copy()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no file modes");
        if (OperatingSystem.IsWindows()) return;
        using var store = new TemporaryStore();
        var file = Path.Combine(_folder, "copy.db");
        SqliteBackup.Write(store.Path, file);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static SqliteTrafficStore Counters(string data) => new(Path.Combine(data, "traffic.db"), TimeSpan.FromMinutes(1), points: false);

    private static TrafficReport Report(long bytes) => new()
    {
        Id = new ExchangeId((UInt128)bytes),
        Node = "node-1",
        StartNs = Rows.Epoch,
        IntervalNs = 1_000_000_000,
        Counts = [new TrafficCount { Source = "10.0.0.1", Destination = "10.0.0.2", Bytes = bytes, Packets = 1 }],
    };

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
