using Microsoft.Data.Sqlite;
using Weir.Records.Filter;

namespace Weir.Storage.Tests;

/// <summary>A store in a directory of its own, deleted at the end.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-store-").FullName;

    public TemporaryStore(Func<SqliteStoreOptions, SqliteStoreOptions>? change = null)
    {
        var options = new SqliteStoreOptions { Path = System.IO.Path.Combine(_directory, "weir.db"), MaxAge = TimeSpan.FromDays(40_000) };
        Options = change is null ? options : change(options);
        Store = new SqliteExchangeStore(Options);
    }

    public SqliteStoreOptions Options { get; }

    public SqliteExchangeStore Store { get; private set; }

    public string Path => Options.Path;

    public void Reopen()
    {
        Store.Dispose();
        Store = new SqliteExchangeStore(Options);
    }

    /// <summary>Runs SQL from outside, as another process would.</summary>
    public void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static StoreFilter Filter(string text)
    {
        Assert.True(ExchangeFilter.TryParse(text, out var expression, out var error), text + ": " + error);
        return new StoreFilter(expression!);
    }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
