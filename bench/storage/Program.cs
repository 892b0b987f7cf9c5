using System.Diagnostics;
using System.Globalization;
using Weir.Benchmarks.Storage;
using Weir.Records.Filter;
using Weir.Storage;

// Fills a store through its own write path and asks it what the page asks.
//   sqlite FILE ROWS            clickhouse:http://127.0.0.1:8123/DATABASE ROWS COPIES
// COPIES: the rows are copied so often on the server, each time a stretch of time later, for a store that is larger than patience.
if (args.Length < 2 || !long.TryParse(args[^(args.Length > 2 ? 2 : 1)], NumberStyles.None, CultureInfo.InvariantCulture, out var rows))
{
    Console.Error.WriteLine("usage: sqlite:FILE ROWS | clickhouse:http://HOST:8123/DATABASE ROWS COPIES");
    return 2;
}

var copies = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 0;
const long spread = 86_400_000_000_000;
var total = rows * (copies + 1);
var step = spread / total / 1000 * 1000;
var last = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100 / 1000 * 1000;
var first = last - (step * total);
var shared = args[0].StartsWith("clickhouse:", StringComparison.Ordinal);
ClickHouseStoreOptions? server = null;
if (shared && !StoreAddress.TryParse(args[0], out server, out var wrong)) throw new ArgumentException(wrong);
using IExchangeStore store = server is not null
    ? new ClickHouseExchangeStore(server)
    : new SqliteExchangeStore(new SqliteStoreOptions { Path = args[0]["sqlite:".Length..], MaxBytes = long.MaxValue });
Console.WriteLine($"{store.Engine}, {Environment.ProcessorCount} processors, load {File.ReadAllText("/proc/loadavg").Trim()}");

var calls = new SyntheticCalls(first, step);
var batch = Enumerable.Range(0, shared ? 10_000 : 1000).Select(_ => new ExchangeRow()).ToArray();
var (encoding, storing, bytes) = (TimeSpan.Zero, TimeSpan.Zero, 0L);
for (long n = 0; n < rows; n += batch.Length)
{
    var clock = Stopwatch.StartNew();
    var count = (int)Math.Min(batch.Length, rows - n);
    for (var i = 0; i < count; i++) calls.Fill(batch[i], n + i);
    encoding += clock.Elapsed;
    clock.Restart();
    store.Append(batch.AsSpan(0, count));
    storing += clock.Elapsed;
    bytes += batch.Take(count).Sum(row => (long)row.Record.Length);
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{rows} rows, records of {bytes / rows} bytes: stored {rows / storing.TotalSeconds:0} rows/s; with making and encoding them on the same thread {rows / (storing + encoding).TotalSeconds:0} rows/s"));
for (var copy = 1; copy <= copies; copy++) Copies.Add(server!, rows, copy, step);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{store.Count} rows in the store, {store.ReadStatistics().DatabaseBytes >> 20} MiB, load {File.ReadAllText("/proc/loadavg").Trim()}"));

string[] fields = ["src.name", "dst.name", "method", "host", "endpoint", "protocol", "anomalies"];
Measure("first page", () => store.Query(new ExchangeQuery { Limit = 100 }).Items.Count);
Measure("page in the middle", () => store.Query(new ExchangeQuery { Limit = 100, ToNs = first + (spread / 2) }).Items.Count);
Measure("status_code >= 500", () => store.Query(new ExchangeQuery { Limit = 100, Filter = Filter("status_code >= 500") }).Items.Count);
Measure("one service, one path", () => store.Query(new ExchangeQuery { Limit = 100, Filter = Filter("dst.name == 'orders-7d9f6c5b4-x2x9k' && path.endsWith('/777')") }).Items.Count);
Measure("nothing matches", () => store.Query(new ExchangeQuery { Limit = 100, Filter = Filter("path.contains('no such')") }).Items.Count);
Measure("overview, 15 minutes, fields", () => store.Overview(Overview(TimeSpan.FromMinutes(15), null)).Matched);
Measure("overview, 24 hours", () => store.Overview(Overview(TimeSpan.FromHours(24), null) with { Fields = [] }).Matched);
Measure("overview, 24 hours, fields", () => store.Overview(Overview(TimeSpan.FromHours(24), null)).Matched);
Measure("overview, 24 hours, status_code >= 500, fields", () => store.Overview(Overview(TimeSpan.FromHours(24), Filter("status_code >= 500"))).Matched);
var one = store.Query(new ExchangeQuery { Limit = 1, ToNs = first + (step * rows / 2) }).Items[0].Id;
Measure("one call whole", () => store.Get(one)!.Length > 0 ? 1 : 0);
return 0;

OverviewQuery Overview(TimeSpan range, StoreFilter? filter) =>
    new() { FromNs = last - (range.Ticks * 100), ToNs = last + 1, Buckets = 60, Fields = fields, Filter = filter };

static StoreFilter Filter(string text) =>
    ExchangeFilter.TryParse(text, out var expression, out var error) ? new StoreFilter(expression) : throw new ArgumentException(error.Message);

static void Measure(string name, Func<long> query)
{
    const int runs = 20;
    var found = query();
    var times = new double[runs];
    for (var i = 0; i < runs; i++)
    {
        var clock = Stopwatch.StartNew();
        query();
        times[i] = clock.Elapsed.TotalMilliseconds;
    }

    Array.Sort(times);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-48} {found,10} found  p50 {times[runs / 2],7:0} ms  p95 {times[runs * 95 / 100],7:0} ms"));
}
