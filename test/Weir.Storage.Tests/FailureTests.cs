using Microsoft.Data.Sqlite;

namespace Weir.Storage.Tests;

public class FailureTests
{
    [Fact]
    public void A_file_that_is_no_database_is_named_with_what_to_do()
    {
        using var store = new TemporaryStore();
        var path = Path.Combine(Path.GetDirectoryName(store.Path)!, "bad.db");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("this is no database. ", 500)));
        var failure = Assert.Throws<StoreException>(() => new SqliteExchangeStore(store.Options with { Path = path }));
        Assert.Equal(StoreFailure.Corrupt, failure.Failure);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("move it away", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public void A_damaged_page_is_told_and_not_thrown_as_something_else()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 2000));
        store.Store.Dispose();
        var bytes = File.ReadAllBytes(store.Path);
        bytes.AsSpan(8192, bytes.Length - 8192).Fill(0xA5);
        File.WriteAllBytes(store.Path, bytes);
        var failure = Assert.Throws<StoreException>(() =>
        {
            using var reopened = new SqliteExchangeStore(store.Options);
            reopened.Query(new ExchangeQuery { Limit = 5000 });
        });
        Assert.Equal(StoreFailure.Corrupt, failure.Failure);
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_told()
    {
        using var store = new TemporaryStore();
        var path = Path.Combine(store.Path, "below-a-file", "weir.db");
        var failure = Assert.Throws<StoreException>(() => new SqliteExchangeStore(store.Options with { Path = path }));
        Assert.Equal(StoreFailure.CannotOpen, failure.Failure);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_in_place_of_the_file_is_told()
    {
        using var store = new TemporaryStore();
        var directory = Path.GetDirectoryName(store.Path)!;
        var failure = Assert.Throws<StoreException>(() => new SqliteExchangeStore(store.Options with { Path = directory }));
        Assert.Equal(StoreFailure.CannotOpen, failure.Failure);
    }

    [Fact]
    public void Another_programs_database_is_left_alone()
    {
        using var store = new TemporaryStore();
        var path = Path.Combine(Path.GetDirectoryName(store.Path)!, "other.db");
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE mine(x)";
            command.ExecuteNonQuery();
        }

        var failure = Assert.Throws<StoreException>(() => new SqliteExchangeStore(store.Options with { Path = path }));
        Assert.Equal(StoreFailure.WrongSchema, failure.Failure);
    }

    [Fact]
    public void A_newer_schema_is_refused()
    {
        using var store = new TemporaryStore();
        store.Store.Dispose();
        store.Execute("PRAGMA user_version=999");
        var failure = Assert.Throws<StoreException>(() => new SqliteExchangeStore(store.Options));
        Assert.Equal(StoreFailure.WrongSchema, failure.Failure);
        Assert.Contains("999", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_told_and_counted_and_the_same_rows_can_be_given_again()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 100));
        store.Store.LimitPages(1);
        var failure = Assert.Throws<StoreException>(() => store.Store.Append(Rows.Range(100, 500)));
        Assert.Equal(StoreFailure.DiskFull, failure.Failure);
        Assert.True(failure.IsTransient);
        Assert.Contains(store.Path, failure.Message, StringComparison.Ordinal);
        Assert.Equal(100, store.Store.Count);
        Assert.Equal(100, store.Store.Query(new ExchangeQuery { Limit = 1000 }).Items.Count);
        Assert.Equal(1, store.Store.ReadStatistics().Failures);
        Assert.Equal(failure.Message, store.Store.ReadStatistics().LastError);
        store.Store.LimitPages(0);
        Assert.Equal(new AppendResult(500, 0), store.Store.Append(Rows.Range(100, 500)));
        Assert.Equal(600, store.Store.Count);
    }
}
