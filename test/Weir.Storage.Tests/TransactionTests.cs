using Microsoft.Data.Sqlite;
using SQLitePCL;
using Weir.Records;
using Weir.Records.Traffic;
using Weir.Storage.Sqlite;
using Weir.Storage.Traffic;

namespace Weir.Storage.Tests;

/// <summary>COMMIT fails and SQLite rolls back by itself, as on a full disk: what follows is as if nothing had been.</summary>
public sealed class TransactionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-transaction-").FullName;
    private readonly SqliteConnection _connection;
    private bool _refuses;

    public TransactionTests()
    {
        Batteries_V2.Init();
        _connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "test.db")};Pooling=false");
        _connection.Open();
        // Not 0: the commit becomes a rollback (sqlite3_commit_hook).
        raw.sqlite3_commit_hook(_connection.Handle, _ => _refuses ? 1 : 0, null);
    }

    [Fact]
    public void A_commit_that_fails_leaves_no_transaction_behind()
    {
        SqliteSchema.Execute(_connection, "CREATE TABLE numbers(number INTEGER)");
        _refuses = true;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var failure = Assert.Throws<SqliteException>(() => Insert(attempt));
            // The failure itself, not that of a rollback that had nothing to do.
            Assert.Equal(raw.SQLITE_CONSTRAINT, failure.SqliteErrorCode);
        }

        _refuses = false;
        Assert.Equal(1, Insert(7));
        Assert.Equal(7, SqliteSchema.Scalar(_connection, "SELECT sum(number) FROM numbers"));
    }

    [Fact]
    public void What_fails_before_its_commit_is_taken_back()
    {
        SqliteSchema.Execute(_connection, "CREATE TABLE numbers(number INTEGER)");
        Assert.Throws<InvalidDataException>(() => Atomically.Run<int>(_connection, () =>
        {
            SqliteSchema.Execute(_connection, "INSERT INTO numbers VALUES(1)");
            throw new InvalidDataException("in the middle");
        }));
        Assert.Equal(0, SqliteSchema.Scalar(_connection, "SELECT count(*) FROM numbers"));
        Assert.Equal(1, Insert(1));
    }

    [Fact]
    public void Documents_can_be_saved_after_they_could_not()
    {
        SqliteSchema.Execute(_connection, DocumentTable.Schema);
        var codec = new RecordCodec(1024);
        _refuses = true;
        Assert.Throws<SqliteException>(() => DocumentTable.Save(_connection, codec, "kind", [("one", [1])]));
        _refuses = false;
        DocumentTable.Save(_connection, codec, "kind", [("two", [2])]);
        Assert.Equal(["two"], DocumentTable.Load(_connection, "kind").Select(document => document.Name));
    }

    [Fact]
    public void A_report_of_counters_is_counted_once_after_it_could_not_be()
    {
        TrafficSchema.Prepare(_connection, "test.db");
        using var writer = new TrafficWriter(_connection, TrafficStoreLimits.Default, TimeSpan.FromSeconds(10));
        var report = new TrafficReport
        {
            Id = new ExchangeIdGenerator().Next(0), Node = "node", Address = "", StartNs = 0, IntervalNs = 10_000_000_000,
            Counts = [new TrafficCount { Device = "eth0", Direction = "in", Protocol = "tcp", Source = "10.0.0.1", Destination = "10.0.0.2", Bytes = 100, Packets = 1 }],
        };
        _refuses = true;
        for (var attempt = 0; attempt < 2; attempt++) Assert.Equal(raw.SQLITE_CONSTRAINT, Assert.Throws<SqliteException>(() => writer.Write([report], 0, points: true)).SqliteErrorCode);
        _refuses = false;
        Assert.Equal(1, writer.Write([report], 0, points: true));
        Assert.Equal(100, SqliteSchema.Scalar(_connection, "SELECT sum(bytes) FROM counts"));
    }

    public void Dispose()
    {
        _connection.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private int Insert(int number) => Atomically.Run(_connection, () =>
    {
        SqliteSchema.Execute(_connection, $"INSERT INTO numbers VALUES({number})");
        return 1;
    });
}
