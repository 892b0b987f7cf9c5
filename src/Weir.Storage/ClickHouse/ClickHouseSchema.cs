using System.Globalization;
using Weir.Storage.Filter;

namespace Weir.Storage.ClickHouse;

/// <summary>
/// The tables, and how they come to be. All statements run on ClickHouse 18.16 and on current versions; what only newer ones know
/// (codecs, TTL) is left to those that say so by their version. Each script is safe to run twice: several centers may start at once.
/// </summary>
internal sealed class ClickHouseSchema
{
    /// <summary>Nanoseconds of a partition: a UTC day. Retention drops whole partitions.</summary>
    public const long PartitionNs = 86_400_000_000_000;

    /// <summary>Seconds of a partition of byte counters.</summary>
    public const long DaySeconds = 86_400;

    /// <summary>Nanoseconds of a cell of the roll-up.</summary>
    public const long CellNs = 10_000_000_000;

    /// <summary>A protocol that is no HTTP has codes of its own; 100 to 599 are those of RFC 9110 §15. Numbers of <see cref="StatusClass"/>.</summary>
    public const string StatusClassSql =
        "toUInt8(multiIf(substring(protocol, 1, 5) <> 'HTTP/', 6, status >= 100 AND status <= 599, intDiv(status, 100), 0))";

    /// <summary>Microseconds of a partition of the audit log: a day.</summary>
    private const long AuditPartition = 86_400_000_000;

    /// <summary>Seconds of a partition of the feed: the time within which it is read, so that two before the newest are kept.</summary>
    private const int FeedPartitionSeconds = 600;

    private const int FeedPartitionsKept = 2;

    /// <summary>Seconds of a partition of points for InfluxDB.</summary>
    public const int PointPartitionSeconds = 3600;

    /// <summary>Rows between two marks: a call is read with this many around it, so less than the usual 8192.</summary>
    private const int Granularity = 2048;

    /// <summary>Codecs and TTL are in every version from here on (both came in 19).</summary>
    private static readonly Version s_modern = new(20, 3);

    private static readonly TimeSpan s_longestTimeToLive = TimeSpan.FromDays(10 * 366);

    private static readonly string[] s_numberTypes =
        ["Int64", "Int32", "Int32", "Int32", "Int32", "Int32", "Int64", "Int64", "UInt8", "UInt8", "UInt8"];

    private readonly ClickHouseClient _client;
    private readonly ClickHouseStoreOptions _options;
    private readonly string _onCluster;

    public ClickHouseSchema(ClickHouseClient client, ClickHouseStoreOptions options)
    {
        (_client, _options) = (client, options);
        _onCluster = options.Cluster is { } cluster ? $" ON CLUSTER `{cluster}`" : "";
    }

    /// <summary>Number of scripts: the version that this Weir writes.</summary>
    public static int CurrentVersion => 5;

    /// <summary>What the server says it is; 0.0 before <see cref="Prepare"/>.</summary>
    public Version Server { get; private set; } = new(0, 0);

    public string Exchanges => Table("exchanges");

    /// <summary>Calls that are over by ten seconds and status class, fed by every insert.</summary>
    public string Counts => Table("exchange_counts");

    /// <summary>Keys of which <see cref="Exchanges"/> may hold more than one row: those that ran, and those that two centers stored at once.</summary>
    public string Revised => Table("revised_exchanges");

    public string Documents => Table("documents");

    /// <summary>What each center wrote in the last minutes, a row for each batch.</summary>
    public string Feed => Table("live_feed");

    /// <summary>Byte counters, with the attempt that brought them.</summary>
    public string TrafficCounts => Table("traffic_counts");

    /// <summary>Which reports of byte counters are stored, by which attempt.</summary>
    public string TrafficReports => Table("traffic_reports");

    /// <summary>Which center holds what.</summary>
    public string Leases => Table("leases");

    /// <summary>Points for InfluxDB as reports bring them, with the attempt that brought them.</summary>
    public string Points => Table("traffic_points");

    /// <summary>Which sums of points InfluxDB got.</summary>
    public string PointsWritten => Table("traffic_points_written");

    /// <summary>Requests to InfluxDB, from before they are made until it is sure that nothing newer was overwritten.</summary>
    public string PointTurns => Table("traffic_point_turns");

    /// <summary>Users, tokens, keys and ended sessions, each version a row.</summary>
    public string Accounts => Table("accounts");

    /// <summary>Lines of the audit log.</summary>
    public string Audit => Table("audit");

    private string Versions => Table("schema_versions");

    private bool IsModern => Server >= s_modern;

    /// <summary>Columns of an exchange in the order in which rows are written.</summary>
    public static string ColumnList { get; } = string.Join(',', (string[])
        ["id_high", "id_low", "started_ns", "version", .. ExchangeColumns.NumberNames, .. ExchangeColumns.TextNames, "summary", "record"]);

    /// <summary>A client and the tables of its database, made when they are missing. The client is the caller's to dispose.</summary>
    /// <exception cref="StoreException">The server is away or refuses, or the database is not ours.</exception>
    public static (ClickHouseClient Client, ClickHouseSchema Schema) Open(ClickHouseStoreOptions options)
    {
        var client = new ClickHouseClient(options);
        try
        {
            var schema = new ClickHouseSchema(client, options);
            schema.Prepare();
            return (client, schema);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <exception cref="StoreException">The server is away or refuses, or a newer Weir wrote the tables.</exception>
    public void Prepare()
    {
        var version = _client.Read("SELECT version()", static reader => reader.Text(), CancellationToken.None);
        Server = Version.TryParse(string.Join('.', version.Split('.').Take(3)), out var parsed) ? parsed : s_modern;
        var exists = Exists("schema_versions");
        if (_options.IsReader && !exists) throw new StoreException(StoreFailure.CannotOpen, $"There is no store {_client.Address}.");
        var known = exists ? Known() : 0;
        if (exists) Check(known);
        // Nothing is asked of a cluster that is not needed: a server of it that is away would be waited for.
        if (!_options.IsReader && known < CurrentVersion) Migrate((int)known, exists);
        if (!_options.IsReader && IsModern) SetTimeToLive();
    }

    private void Migrate(int known, bool exists)
    {
        Execute($"CREATE DATABASE IF NOT EXISTS `{_options.Database}`{_onCluster}");
        if (!exists && Exists("exchanges"))
        {
            throw new StoreException(StoreFailure.WrongSchema,
                $"{_client.Address} has tables of another program. Choose another database.");
        }

        Create("schema_versions", "version UInt32, applied_at DateTime", "MergeTree()", "ORDER BY version", everywhere: true);
        // Another center may have come first.
        known = (int)Math.Max(known, Known());
        for (var next = known + 1; next <= CurrentVersion; next++)
        {
            if (next == 1) CreateRows();
            else if (next == 2) CreateRollUp();
            else if (next == 3) CreateForSeveralCenters();
            else if (next == 4) CreateAccounts();
            else CreateLeasesAndPoints();
            Execute(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {Versions} SELECT toUInt32({next}), now()"));
        }
    }

    /// <summary>The table that holds the rows on a server; not the same as the one that is asked on a cluster.</summary>
    public string Local(string table) => _options.Cluster is null ? $"{Database}.{table}" : $"{Database}.{table}_local";

    /// <summary>Deletes a day of every table that has days.</summary>
    public void DropPartition(long day)
    {
        foreach (var table in (string[])["exchanges", "exchange_counts", "revised_exchanges"])
            Execute($"ALTER TABLE {Local(table)}{_onCluster} DROP PARTITION {ClickHouseDialect.Number(day)}");
    }

    /// <summary>Deletes a day of byte counters.</summary>
    public void DropTrafficDay(long day)
    {
        var partition = ClickHouseDialect.Number(day);
        Execute($"ALTER TABLE {Local("traffic_counts")}{_onCluster} DROP PARTITION {partition}");
        Execute($"ALTER TABLE {TrafficReports} DROP PARTITION {partition}");
    }

    /// <summary>Of each kind of lines, deletes the days that are older than those of the newest.</summary>
    /// <param name="keep">Lines of a kind.</param>
    public void TrimAudit(int keep)
    {
        var kinds = _client.Rows($"SELECT kind, toInt64(count()) FROM {Audit} GROUP BY kind", static row => (Kind: row.Text(), Lines: row.Int64()), CancellationToken.None);
        foreach (var (kind, _) in kinds.Where(one => one.Lines > keep))
        {
            var ofKind = $"FROM {Audit} WHERE kind = {ClickHouseDialect.Text(kind)}";
            var oldest = _client.Number($"SELECT min(id) FROM (SELECT id {ofKind} ORDER BY id DESC LIMIT {ClickHouseDialect.Number(keep)})", CancellationToken.None);
            var days = _client.Rows(
                $"SELECT DISTINCT intDiv(id, {AuditPartition}) AS day {ofKind} AND day < {ClickHouseDialect.Number(oldest / AuditPartition)}", static row => row.Int64(), CancellationToken.None);
            foreach (var day in days) Execute($"ALTER TABLE {Audit} DROP PARTITION ({ClickHouseDialect.Text(kind)}, {ClickHouseDialect.Number(day)})");
        }
    }

    /// <summary>Deletes what nobody reads any more.</summary>
    public void TrimFeed(CancellationToken cancellation)
    {
        var old = _client.Rows(
            "SELECT DISTINCT toInt64(partition) FROM system.parts WHERE active AND table = 'live_feed' AND database = "
            + string.Create(CultureInfo.InvariantCulture, $"{ClickHouseDialect.Text(_options.Database)} AND toInt64(partition) < intDiv(toUInt32(now()), {FeedPartitionSeconds}) - {FeedPartitionsKept}"),
            static reader => reader.Int64(), cancellation);
        foreach (var partition in old) Execute($"ALTER TABLE {Feed} DROP PARTITION {ClickHouseDialect.Number(partition)}");
    }

    /// <summary>Where parts are listed, of every shard.</summary>
    public string Parts => _options.Cluster is { } cluster ? $"cluster('{cluster}', system.parts)" : "system.parts";

    /// <summary>What stands before a subquery that every shard needs whole.</summary>
    public string In => _options.Cluster is null ? "IN" : "GLOBAL IN";

    /// <summary>The roll-up can be checked against the rows: on a cluster it would take asking every server for its parts.</summary>
    public bool HasCheckedCounts => _options.Cluster is null;

    /// <summary>Where running queries are listed, of every shard.</summary>
    public string Processes => _options.Cluster is { } cluster ? $"cluster('{cluster}', system.processes)" : "system.processes";

    /// <summary>Name of a table as system tables know it.</summary>
    public string LocalName(string table) => _options.Cluster is null ? table : table + "_local";

    private string Database => $"`{_options.Database}`";

    private string Table(string name) => $"{Database}.{name}";

    private long Known() => _client.Number($"SELECT toInt64(max(version)) FROM {Versions}", CancellationToken.None);

    private void Check(long known)
    {
        if (known <= CurrentVersion && (known == CurrentVersion || !_options.IsReader)) return;
        throw new StoreException(StoreFailure.WrongSchema,
            $"{_client.Address} has schema {known}, this Weir knows {(known > CurrentVersion ? "up to " : "")}{CurrentVersion}. "
            + $"{(known > CurrentVersion ? "Run the Weir that wrote it, or choose another database" : "Start a center on it, which brings it up to date")}.");
    }

    private void CreateRows()
    {
        var numbers = string.Concat(ExchangeColumns.NumberNames.Select((name, i) => $"{name} {s_numberTypes[i]}{Codec("ZSTD(1)")}, "));
        var texts = string.Concat(ExchangeColumns.TextNames.Select(name => $"{name} String{Codec("ZSTD(1)")}, "));
        Create(
            "exchanges",
            $"id_high UInt64{Codec("Delta(8), ZSTD(1)")}, id_low UInt64{Codec("ZSTD(1)")}, started_ns Int64{Codec("Delta(8), ZSTD(1)")}, "
            + $"version UInt64{Codec("Delta(8), ZSTD(1)")}, {numbers}{texts}summary String{Codec("ZSTD(1)")}, record String{Codec("ZSTD(3)")}",
            "ReplacingMergeTree(version)",
            string.Create(CultureInfo.InvariantCulture,
                $"PARTITION BY intDiv(started_ns, {PartitionNs}) ORDER BY (started_ns, id_high, id_low) SETTINGS index_granularity = {Granularity}"));
        Create(
            "revised_exchanges",
            "started_ns Int64, id_high UInt64, id_low UInt64",
            "ReplacingMergeTree()",
            string.Create(CultureInfo.InvariantCulture,
                $"PARTITION BY intDiv(started_ns, {PartitionNs}) ORDER BY (started_ns, id_high, id_low)"));
        Create(
            "documents",
            "kind String, name String, version UInt64, body String",
            "ReplacingMergeTree(version)",
            "ORDER BY (kind, name)",
            everywhere: true);
    }

    private void CreateRollUp()
    {
        Create(
            "exchange_counts",
            "cell Int64, class UInt8, calls UInt64",
            "SummingMergeTree()",
            string.Create(CultureInfo.InvariantCulture, $"PARTITION BY intDiv(cell, {PartitionNs / CellNs}) ORDER BY (cell, class)"));
        Execute(string.Create(CultureInfo.InvariantCulture,
            $"CREATE MATERIALIZED VIEW IF NOT EXISTS {Database}.exchange_counts_feed{_onCluster} TO {Local("exchange_counts")} AS "
            + $"SELECT intDiv(started_ns, {CellNs}) AS cell, {StatusClassSql} AS class, count() AS calls FROM {Local("exchanges")} "
            + $"WHERE in_progress = 0 GROUP BY cell, class"));
    }

    /// <summary>On every server of a cluster whole. When a row was written is the server's to say, so that no clock of a center decides what is old.</summary>
    private void CreateForSeveralCenters()
    {
        Create(
            "live_feed",
            "writer UInt64, first Int64, calls Int32, places String, written DateTime DEFAULT now()",
            "ReplacingMergeTree()",
            string.Create(CultureInfo.InvariantCulture, $"PARTITION BY intDiv(toUInt32(written), {FeedPartitionSeconds}) ORDER BY (writer, first)"),
            everywhere: true);
        var texts = string.Concat(Traffic.TrafficSchema.Columns.Select(name => $", {name} String{Codec("ZSTD(1)")}"));
        Create(
            "traffic_counts",
            $"start Int64{Codec("Delta(8), ZSTD(1)")}, attempt UInt64{Codec("ZSTD(1)")}, bytes Int64{Codec("ZSTD(1)")}, packets Int64{Codec("ZSTD(1)")}{texts}",
            "MergeTree()",
            string.Create(CultureInfo.InvariantCulture, $"PARTITION BY intDiv(start, {DaySeconds}) ORDER BY (start, attempt)"));
        Create(
            "traffic_reports",
            "start Int64, id_high UInt64, id_low UInt64, attempt UInt64",
            "MergeTree()",
            string.Create(CultureInfo.InvariantCulture, $"PARTITION BY intDiv(start, {DaySeconds}) ORDER BY (start, id_high, id_low)"),
            everywhere: true);
    }

    /// <summary>On every server of a cluster whole.</summary>
    private void CreateAccounts()
    {
        Create("accounts", "kind String, name String, version UInt64, body String", "ReplacingMergeTree(version)", "ORDER BY (kind, name)", everywhere: true);
        Create(
            "audit",
            "id Int64, at_ms Int64, kind String, actor String, via String, address String, action String, target String, detail String, status Int32",
            "MergeTree()",
            string.Create(CultureInfo.InvariantCulture, $"PARTITION BY (kind, intDiv(id, {AuditPartition})) ORDER BY id"),
            everywhere: true);
    }

    /// <summary>On every server of a cluster whole: they are small, or kept for hours. Partitions of points are hours by the server's clock.</summary>
    private void CreateLeasesAndPoints()
    {
        Create("leases", "name String, holder String, version UInt64", "ReplacingMergeTree(version)", "ORDER BY name", everywhere: true);
        const string key = "at Int64, probe String, source String, destination String, size Int64";
        const string stored = "stored DateTime DEFAULT now()";
        var hours = string.Create(CultureInfo.InvariantCulture, $"PARTITION BY intDiv(toUInt32(stored), {PointPartitionSeconds})");
        Create("traffic_points", $"{key}, start Int64, attempt UInt64, {stored}", "MergeTree()", $"{hours} ORDER BY (at, probe, source, destination)", everywhere: true);
        Create("traffic_points_written", $"{key}, {stored}", "MergeTree()", $"{hours} ORDER BY (at, probe, source, destination)", everywhere: true);
        Create("traffic_point_turns", $"turn UInt64, first Int64, last Int64, is_over UInt8, {stored}", "MergeTree()", $"{hours} ORDER BY turn", everywhere: true);
    }

    /// <param name="name">Of the table that is asked.</param>
    /// <param name="columns">Names and types.</param>
    /// <param name="engine">Of the MergeTree family.</param>
    /// <param name="layout">What follows the engine.</param>
    /// <param name="everywhere">On a cluster: the same rows on every server, instead of a share on each shard.</param>
    private void Create(string name, string columns, string engine, string layout, bool everywhere = false)
    {
        if (_options.Cluster is not { } cluster)
        {
            Execute($"CREATE TABLE IF NOT EXISTS {Table(name)} ({columns}) ENGINE = {engine} {layout}");
            return;
        }

        var (shard, replica) = everywhere ? ("all", "{shard}-{replica}") : ("{shard}", "{replica}");
        var arguments = engine[(engine.IndexOf('(', StringComparison.Ordinal) + 1)..^1];
        var replicated = $"Replicated{engine[..engine.IndexOf('(', StringComparison.Ordinal)]}('/clickhouse/tables/{shard}/{_options.Database}/{name}', '{replica}'"
            + (arguments.Length > 0 ? $", {arguments})" : ")");
        if (everywhere)
        {
            Execute($"CREATE TABLE IF NOT EXISTS {Table(name)}{_onCluster} ({columns}) ENGINE = {replicated} {layout}");
            return;
        }

        Execute($"CREATE TABLE IF NOT EXISTS {Local(name)}{_onCluster} ({columns}) ENGINE = {replicated} {layout}");
        // By the id where there is one: rows that replace each other are on one shard.
        var key = columns.Contains("id_high", StringComparison.Ordinal) ? "cityHash64(id_high, id_low)" : "rand()";
        Execute($"CREATE TABLE IF NOT EXISTS {Table(name)}{_onCluster} AS {Local(name)} ENGINE = Distributed(`{cluster}`, {Database}, {name}_local, {key})");
    }

    /// <summary>
    /// The server itself deletes what is old, also while no center runs. A change makes it look at every part, so none is made without need;
    /// nor for ages near the end of DateTime (2106), which would begin anew in 1970.
    /// </summary>
    private void SetTimeToLive()
    {
        if (_options.MaxAge > s_longestTimeToLive) return;
        var interval = string.Create(CultureInfo.InvariantCulture, $"toIntervalSecond({(long)_options.MaxAge.TotalSeconds})");
        if (Count($"name = {ClickHouseDialect.Text(LocalName("exchanges"))} AND position(create_table_query, {ClickHouseDialect.Text(interval)}) > 0") > 0) return;
        Execute($"ALTER TABLE {Local("exchanges")}{_onCluster} MODIFY TTL toDateTime(intDiv(started_ns, 1000000000)) + {interval}");
    }

    private string Codec(string codec) => IsModern ? $" CODEC({codec})" : "";

    private bool Exists(string table) => Count($"name = {ClickHouseDialect.Text(table)}") > 0;

    private long Count(string condition) => _client.Number(
        $"SELECT toInt64(count()) FROM system.tables WHERE database = {ClickHouseDialect.Text(_options.Database)} AND {condition}", CancellationToken.None);

    private void Execute(string sql) => _client.Execute(sql, CancellationToken.None);
}
