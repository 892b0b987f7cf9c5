using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weir.Storage.Sqlite;

namespace Weir.Storage.Processes;

/// <summary>Events of processes, bounded by their number, each kept once however often it is told: one SQLite file. Thread-safe.</summary>
public sealed class ProcessEventStore : IDisposable
{
    /// <summary>"WEIP" in ASCII (SQLite file format §1.3.10).</summary>
    private const long ApplicationId = 0x5745_4950;

    /// <summary>One script a version, appended to and never edited once released.</summary>
    private static readonly string[] s_migrations =
    [
        """
        CREATE TABLE events(
            key BLOB PRIMARY KEY, time_ns INTEGER NOT NULL, type TEXT NOT NULL, namespace TEXT NOT NULL, pod TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX events_time ON events(time_ns);
        """,
    ];

    private readonly SmallDatabase _file;

    /// <param name="path">Created when missing, with its directory.</param>
    /// <exception cref="StoreException">The file can't be opened, is damaged, or is not ours; the message says what to do.</exception>
    public ProcessEventStore(string path) => _file = new SmallDatabase(path, ApplicationId, s_migrations);

    /// <summary>Adds events; those that are there already are passed over.</summary>
    /// <param name="events">In any order.</param>
    /// <param name="keep">So many of the newest are kept.</param>
    /// <returns>How many were new.</returns>
    /// <exception cref="StoreException">They can't be written.</exception>
    public int Append(IEnumerable<ProcessEvent> events, int keep) => _file.ExecuteAll(
        "INSERT OR IGNORE INTO events VALUES($key, $time, $type, $namespace, $pod, $body)",
        events.Select(static one => new (string, object?)[]
        {
            ("$key", KeyOf(one)), ("$time", one.TimeNs), ("$type", one.Type), ("$namespace", one.Namespace), ("$pod", one.Pod), ("$body", JsonSerializer.Serialize(one)),
        }),
        "DELETE FROM events WHERE time_ns <= (SELECT time_ns FROM events ORDER BY time_ns DESC LIMIT 1 OFFSET $keep)", ("$keep", keep));

    /// <summary>Newest first.</summary>
    /// <exception cref="StoreException">They can't be read.</exception>
    public IReadOnlyList<ProcessEvent> Query(ProcessEventQuery query) => _file.Query(
        """
        SELECT body FROM events WHERE time_ns>=$from AND time_ns<$to AND ($namespace IS NULL OR namespace=$namespace) AND ($pod IS NULL OR pod=$pod)
        AND ($type IS NULL OR type=$type) ORDER BY time_ns DESC, key LIMIT $limit
        """,
        static row => JsonSerializer.Deserialize<ProcessEvent>(row.GetString(0))!,
        ("$from", query.FromNs), ("$to", query.ToNs), ("$namespace", query.Namespace), ("$pod", query.Pod), ("$type", query.Type), ("$limit", query.Limit));

    public void Dispose() => _file.Dispose();

    /// <summary>The same event comes twice where both the export and the agent are read, and from the start of a file after a restart.</summary>
    private static byte[] KeyOf(ProcessEvent one) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{one.TimeNs}\n{one.Type}\n{one.Node}\n{one.ExecId}\n{one.Policy}\n{one.Function}\n{one.Detail}"))[..16];
}
