using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Weir.Storage.Sqlite;

/// <summary>A few read-only connections, kept open. In WAL mode readers and the writer do not wait for each other.</summary>
internal sealed class ReaderPool(string connectionString, int size) : IDisposable
{
    private readonly SemaphoreSlim _free = new(size, size);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];

    public T Use<T>(Func<SqliteConnection, T> read, CancellationToken cancellation)
    {
        _free.Wait(cancellation);
        try
        {
            if (!_idle.TryTake(out var connection)) connection = Open();
            try
            {
                return read(connection);
            }
            finally
            {
                _idle.Add(connection);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        // Waits for the queries under way: a connection must not be closed under its reader.
        for (var i = 0; i < size; i++) _free.Wait();
        foreach (var connection in _idle) connection.Dispose();
        _free.Dispose();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        SqliteSchema.Execute(connection, "PRAGMA query_only=1");
        SqliteSchema.Execute(connection, "PRAGMA cache_size=-8192");
        return connection;
    }
}
