using Microsoft.Data.Sqlite;

namespace Weir.Storage.Sqlite;

/// <summary>
/// An SQLite file of a part that writes little: readable by its owner only, one connection under a lock. What <see cref="Execute"/> wrote has
/// reached the disk when it returns (synchronous=FULL). Thread-safe.
/// </summary>
internal sealed class SmallDatabase : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly SqliteConnection _connection;

    /// <param name="path">Created when missing, with its directory.</param>
    /// <param name="applicationId">Tells the file from those of other programs, and of other stores.</param>
    /// <param name="migrations">One script a version.</param>
    /// <exception cref="StoreException">The file can't be opened, is damaged, or is not ours; the message says what to do.</exception>
    public SmallDatabase(string path, long applicationId, IReadOnlyList<string> migrations)
    {
        _path = Path.GetFullPath(path);
        SQLitePCL.Batteries_V2.Init();
        StoreFiles.Create(_path);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            _connection.Open();
            SqliteSchema.Execute(_connection, "PRAGMA journal_mode=WAL");
            SqliteSchema.Execute(_connection, "PRAGMA synchronous=FULL");
            SqliteSchema.Execute(_connection, "PRAGMA foreign_keys=ON");
            // What was deleted or overwritten does not linger in free pages.
            SqliteSchema.Execute(_connection, "PRAGMA secure_delete=ON");
            SqliteSchema.Migrate(_connection, _path, applicationId, migrations);
        }
        catch (SqliteException exception)
        {
            _connection.Dispose();
            throw SqliteErrors.Describe(exception, _path);
        }
        catch (StoreException)
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements in one transaction.</summary>
    /// <exception cref="StoreException">They could not be, and nothing of them was.</exception>
    public void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_lock)
        {
            try
            {
                using var command = Command(sql, parameters);
                Atomically.Run(_connection, command.ExecuteNonQuery);
            }
            catch (SqliteException exception)
            {
                throw SqliteErrors.Describe(exception, _path);
            }
        }
    }

    /// <summary>Runs one statement for each set of values and then another one, all in one transaction.</summary>
    /// <returns>Rows that the first one changed.</returns>
    /// <exception cref="StoreException">They could not be, and nothing of them was.</exception>
    public int ExecuteAll(string sql, IEnumerable<(string Name, object? Value)[]> rows, string last, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_lock)
        {
            try
            {
                using var end = Command(last, parameters);
                return Atomically.Run(_connection, () =>
                {
                    var changed = 0;
                    foreach (var row in rows)
                    {
                        using var command = Command(sql, row);
                        changed += command.ExecuteNonQuery();
                    }

                    end.ExecuteNonQuery();
                    return changed;
                });
            }
            catch (SqliteException exception)
            {
                throw SqliteErrors.Describe(exception, _path);
            }
        }
    }

    /// <exception cref="StoreException">The file can't be read.</exception>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_lock)
        {
            try
            {
                using var command = Command(sql, parameters);
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read()) rows.Add(read(reader));
                return rows;
            }
            catch (SqliteException exception)
            {
                throw SqliteErrors.Describe(exception, _path);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock) _connection.Dispose();
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
