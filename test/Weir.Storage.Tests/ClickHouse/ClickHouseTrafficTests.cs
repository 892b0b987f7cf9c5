using Weir.Records;
using Weir.Records.Traffic;
using Weir.Storage.Traffic;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>Byte counters in the shared store: the same answers as the embedded one gives, each report once.</summary>
public sealed class ClickHouseTrafficTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>, IDisposable
{
    private const long Start = 1_800_000_000 / 86_400 * 86_400;

    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private static readonly TrafficQuery s_all = new() { From = 0, To = long.MaxValue, StepSeconds = 60, GroupBy = ["source"], Top = 100 };

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-traffic-shared-").FullName;
    private readonly ExchangeIdGenerator _ids = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Every_query_is_answered_as_the_embedded_store_answers_it()
    {
        using var store = new ClickHouseTrafficStore(ClickHouseServer.Options(fixture.Server.Address), s_interval);
        using var embedded = new SqliteTrafficStore(Path.Combine(_folder, "traffic.db"), s_interval, points: false);
        var random = new Random(7);
        for (var turn = 0; turn < 5; turn++)
        {
            var reports = Enumerable.Range(0, 8).Select(_ => Report(random)).ToList();
            await Task.WhenAll(reports.Chunk(2).Select(some => store.AddAsync(some)));
            embedded.Add(reports);
        }

        Assert.Equal((40, 0), (store.Reports, store.Repeated));
        foreach (var (group, where) in new (string[], (string, string)[])[]
        {
            ([], []), (["source"], []), (["protocol", "direction"], []), (["pod"], []), (["pod", "service"], [("direction", "in")]),
            (["source_workload", "node"], [("pod", "shop/it's \\\\ 2")]), (["destination"], [("source", "10.0.0.1"), ("protocol", "tcp")]), (["device"], [("source", "nobody")]),
        })
        {
            foreach (var (from, step, top) in new[] { (0L, 60L, 100), (Start + 600, 300, 3) })
            {
                var query = new TrafficQuery
                {
                    From = from, To = Start + 3000, StepSeconds = step, GroupBy = group, Top = top,
                    Where = [.. where.Select(one => KeyValuePair.Create(one.Item1, one.Item2))],
                };
                Assert.Equal(Text(embedded.Read(query)), Text(store.Read(query)));
            }
        }
    }

    [SkippableFact]
    public async Task A_report_that_two_centers_get_is_counted_once()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var one = new ClickHouseTrafficStore(options, s_interval);
        using var other = new ClickHouseTrafficStore(options, s_interval);
        var report = Report(("10.0.0.1", 100), ("10.0.0.2", 7));
        // Between the question whether it is there and the answer's use, the other stores it.
        var raced = false;
        one.Trace = sql =>
        {
            if (raced || !sql.StartsWith("INSERT", StringComparison.Ordinal)) return;
            raced = true;
            other.AddAsync([report]).GetAwaiter().GetResult();
        };
        await one.AddAsync([report, report, Report(("10.0.0.1", 1))]);
        Assert.True(raced);
        foreach (var store in (ClickHouseTrafficStore[])[one, other])
        {
            Assert.Equal(108, store.Read(s_all).Bytes);
            Assert.Equal([("10.0.0.1", 101L), ("10.0.0.2", 7L)], store.Read(s_all).Groups.Select(group => (group.Values[0], group.Bytes)));
        }

        await other.AddAsync([report]);
        Assert.Equal((1, 1), (other.Reports, other.Repeated));
        Assert.Equal(108, other.Read(s_all).Bytes);
    }

    [SkippableFact]
    public async Task What_a_center_left_half_done_counts_nothing_and_the_report_is_stored_when_it_comes_again()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var store = new ClickHouseTrafficStore(options, s_interval);
        var report = Report(("10.0.0.1", 100));
        store.Trace = sql =>
        {
            if (sql.Contains("traffic_reports (", StringComparison.Ordinal)) throw new StoreException(StoreFailure.Unreachable, "killed here");
        };
        Assert.True((await Assert.ThrowsAsync<StoreException>(() => store.AddAsync([report]))).IsTransient);
        Assert.Equal("1", fixture.Server.Ask($"SELECT count() FROM {options.Database}.traffic_counts"));
        Assert.Equal(0, store.Read(s_all).Bytes);
        using var another = new ClickHouseTrafficStore(options, s_interval);
        await another.AddAsync([report]);
        Assert.Equal(100, store.Read(s_all).Bytes);
    }

    [SkippableFact]
    public async Task Days_beyond_the_age_go()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address) with { Time = new SetTime(Start + (10 * 86_400) + 50) };
        using var store = new ClickHouseTrafficStore(options, s_interval, TrafficStoreLimits.Default with { MaxAge = TimeSpan.FromDays(2) });
        for (var day = 0; day <= 10; day++) await store.AddAsync([Report(("10.0.0.1", 1)) with { StartNs = (Start + (day * 86_400)) * 1_000_000_000 }]);
        store.ApplyRetention();
        Assert.Equal((3, 8), (store.Read(s_all).Bytes, store.Deleted));
        Assert.Equal("3", fixture.Server.Ask($"SELECT count() FROM {options.Database}.traffic_reports"));
        store.ApplyRetention();
        Assert.Equal(8, store.Deleted);
    }

    private static string Text(TrafficAnswer answer) =>
        $"{answer.Bytes} {answer.Packets} [{Text(answer.Steps)}] others {answer.OtherGroups} {answer.OtherBytes} {answer.OtherPackets}\n"
        + string.Join('\n', answer.Groups.Select(group => $"{string.Join('|', group.Values)}: {group.Bytes} {group.Packets} [{Text(group.Steps)}]"));

    private static string Text(IReadOnlyList<TrafficStep> steps) => string.Join(' ', steps.Select(step => $"{step.Start - Start}={step.Bytes}/{step.Packets}"));

    private TrafficReport Report(params (string Source, long Bytes)[] counts) => new()
    {
        Id = _ids.Next(Start * 1_000_000_000),
        Node = "node-1",
        StartNs = (Start + 61) * 1_000_000_000,
        IntervalNs = 1_000_000_000,
        Counts = [.. counts.Select(count => new TrafficCount { Source = count.Source, Destination = "10.1.1.1", Bytes = count.Bytes, Packets = 1 })],
    };

    private TrafficReport Report(Random random) => new()
    {
        Id = _ids.Next(Start * 1_000_000_000),
        Node = $"node-{random.Next(3)}",
        StartNs = (Start + random.Next(2400)) * 1_000_000_000,
        IntervalNs = 1_000_000_000,
        Counts =
        [
            .. Enumerable.Range(0, 30).Select(_ => new TrafficCount
            {
                Device = $"eth{random.Next(2)}",
                Direction = random.Next(2) == 0 ? "in" : "out",
                Protocol = random.Next(3) == 0 ? "udp" : "tcp",
                Source = $"10.0.0.{random.Next(4)}",
                Destination = $"fd00::{random.Next(4)}",
                SourcePeer = Peer(random),
                DestinationPeer = Peer(random),
                Bytes = random.Next(100_000),
                Packets = random.Next(1, 100),
            }),
        ],
    };

    private static TrafficPeer Peer(Random random) => random.Next(3) switch
    {
        0 => TrafficPeer.Unknown,
        1 => new TrafficPeer("shop", $"it's \\\\ {random.Next(3)}", "web", ""),
        _ => new TrafficPeer("", "", "other\nline", "orders"),
    };

    private sealed class SetTime(long seconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(seconds);
    }
}
