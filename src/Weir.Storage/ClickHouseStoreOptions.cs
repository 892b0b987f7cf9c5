namespace Weir.Storage;

/// <summary>Which ClickHouse server keeps the calls, how long, and how far one query may look.</summary>
public sealed record ClickHouseStoreOptions
{
    /// <summary>The HTTP interface, such as <c>http://clickhouse:8123/</c>. No user and password in it.</summary>
    public required Uri Address { get; init; }

    /// <summary>Letters, digits and underscores; made when it is missing.</summary>
    public required string Database { get; init; }

    /// <summary>Null leaves it to the server (<c>default</c>).</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>
    /// A cluster of the server's <c>remote_servers</c>: tables are then replicated within a shard and spread over shards. Null for one
    /// server. To be chosen before the first start.
    /// </summary>
    public string? Cluster { get; init; }

    /// <summary>Reads what others write: tables are neither made nor changed.</summary>
    public bool IsReader { get; init; }

    /// <summary>Age beyond which exchanges are deleted, in whole days of their start.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Compressed bytes on the server's disk beyond which the oldest day is deleted, never the newest. No limit by default: the server is shared.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>Rows of one insert. 10 000: the server makes a part of each insert and should not make many a second.</summary>
    public int BatchSize { get; init; } = 10_000;

    /// <summary>Rows of which one query may read records or count fields. 50 000: about a second.</summary>
    public int MaxScanRows { get; init; } = 50_000;

    /// <summary>Time one query may take before it returns what it has. 2 s: what a person waits for.</summary>
    public TimeSpan MaxScanTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Silence after which a call that is stored as running is ended by a center that starts. 10 minutes: other centers, whose calls
    /// go on, tell of them more often.
    /// </summary>
    public TimeSpan RunningTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the server may take for one answer. 30 s: an insert waits while a server merges many parts.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time source of retention and scan limits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
