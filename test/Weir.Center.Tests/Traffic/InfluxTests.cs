using System.Net;
using System.Text;
using Weir.Center.Hosting;
using Weir.Center.Influx;
using Weir.Center.Traffic;
using Weir.Storage.Traffic;
using static Weir.Center.Tests.Traffic.Reports;

namespace Weir.Center.Tests.Traffic;

/// <summary>Points on their way to an InfluxDB that answers as the test says; a real one is in the end-to-end tests.</summary>
public sealed class InfluxTests
{
    private static readonly InfluxLimits s_quick = InfluxLimits.Default with { FlushTime = TimeSpan.FromMilliseconds(20), MaxBackoff = TimeSpan.FromMilliseconds(300) };

    [Theory]
    [InlineData("user", "Basic bmFtZTpwYXNzOndvcmQ=")]
    [InlineData("token", "Token made-up")]
    [InlineData("", null)]
    public async Task Points_are_those_of_wakizashi_summed_over_devices_and_protocols(string proof, string? authorization)
    {
        using var influx = new FakeInflux();
        await using var center = await Start(influx, options => options with
        {
            Database = "my db", Measurement = "net traffic", RetentionPolicy = "raw",
            User = proof == "user" ? "name" : null, Password = proof == "user" ? "pass:word" : null, Token = proof == "token" ? "made-up" : null,
        });
        center.Host.Traffic.Write(Of("n1", Minute + 10, Count("10.0.0.1", "10.0.0.2", 100), Count("10.0.0.1", "10.0.0.2", 20, device: "tun0"), Count("10.0.0.1", "10.0.0.2", 3, protocol: "udp"),
            Count("fd00::1", "fd00::2", 7), Count("", "", 60, protocol: "non-ip")));
        await TestCenter.Until(() => influx.Points.Count == 2);
        Assert.Equal(
            [$"net\\ traffic,dstIP=10.0.0.2,probeIP=10.9.0.2,srcIP=10.0.0.1 {Minute + 10}", $"net\\ traffic,dstIP=fd00::2,probeIP=10.9.0.2,srcIP=fd00::1 {Minute + 10}"],
            influx.Points.Keys.Order(StringComparer.Ordinal));
        Assert.True(influx.Requests.TryPeek(out var request));
        Assert.Equal(("/write?db=my%20db&precision=s&rp=raw", authorization), (request.Query, request.Authorization));
    }

    [Fact]
    public async Task What_comes_late_for_the_same_second_is_added_and_the_sum_is_written_again()
    {
        using var influx = new FakeInflux();
        await using var center = await Start(influx);
        for (var i = 1; i <= 5; i++)
        {
            center.Host.Traffic.Write(Of("n1", Minute, Count("10.0.0.1", "10.0.0.2", 100)));
            var expected = 100 * i;
            await TestCenter.Until(() => influx.Points.Count == 1 && influx.Sum == expected);
        }
    }

    [Fact]
    public async Task A_server_that_is_away_loses_nothing_within_the_bound_and_what_is_beyond_is_counted()
    {
        using var influx = new FakeInflux { Answer = _ => (503, "away") };
        await using var center = await Start(influx, limits: TrafficStoreLimits.Default with { MaxPoints = 50 });
        for (var i = 0; i < 80; i++) center.Host.Traffic.Write(Of("n1", Minute + i, Count("10.0.0.1", "10.0.0.2", 10)));
        async Task<System.Text.Json.JsonElement> Status() => (await center.Json("/api/v1/status")).GetProperty("influx");
        await TestCenter.Until(async () => (await Status()).GetProperty("dropped").GetProperty("influx_queue_full").GetInt64() == 30);
        Assert.Equal(50, (await Status()).GetProperty("waiting").GetInt64());
        Assert.Empty(influx.Points);
        influx.Answer = _ => (204, "");
        await TestCenter.Until(() => influx.Points.Count == 50);
        // The oldest went.
        Assert.All(influx.Points.Keys, key => Assert.True(long.Parse(key.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture) >= Minute + 30));
        Assert.Equal(0, (await Status()).GetProperty("dropped").GetProperty("influx_refused").GetInt64());
    }

    [Fact]
    public async Task What_waits_is_written_by_the_next_run()
    {
        using var influx = new FakeInflux { Answer = _ => (401, "{\"error\":\"authorization failed\"}") };
        var folder = Directory.CreateTempSubdirectory("weir-influx-").FullName;
        var options = TestCenter.Options(folder) with { Traffic = new TrafficOptions { Influx = new InfluxOptions { Url = influx.Url, Limits = s_quick } } };
        await using (var host = CenterHost.Create(options))
        {
            await host.StartAsync(CancellationToken.None);
            host.Traffic.Write(Of("n1", Minute, Count("10.0.0.1", "10.0.0.2", 100)));
            await TestCenter.Until(() => !influx.Requests.IsEmpty);
        }

        Assert.Empty(influx.Points);
        influx.Answer = _ => (204, "");
        await using (var host = CenterHost.Create(options))
        {
            await host.StartAsync(CancellationToken.None);
            await TestCenter.Until(() => influx.Sum == 100);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Points_that_are_refused_for_good_are_counted_and_hold_up_no_others()
    {
        using var influx = new FakeInflux();
        // As 1.6 says it of old points; and something that is not understood at all.
        influx.Answer = lines => lines.Any(line => line.Contains("10.6.6.6", StringComparison.Ordinal))
            ? (400, "{\"error\":\"unable to parse 'x'\"}")
            : lines.Any(line => line.Contains("10.5.5.5", StringComparison.Ordinal)) ? (400, "{\"error\":\"partial write: points beyond retention policy dropped=1\"}") : (204, "");
        await using var center = await Start(influx);
        center.Host.Traffic.Write(Of("n1", Minute, [.. Enumerable.Range(0, 20).Select(i => Count("10.0.0.1", $"10.0.1.{i}", 1)), Count("10.0.0.1", "10.6.6.6", 1), Count("10.0.0.1", "10.5.5.5", 1)]));
        await TestCenter.Until(async () => (await center.Json("/api/v1/status")).GetProperty("influx").GetProperty("waiting").GetInt64() == 0);
        Assert.Equal(2, (await center.Json("/api/v1/status")).GetProperty("influx").GetProperty("dropped").GetProperty("influx_refused").GetInt64());
        Assert.Equal(20, influx.Points.Keys.Count(key => key.Contains("dstIP=10.0.1.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_request_has_so_many_points_and_a_smaller_one_is_made_where_that_is_too_large()
    {
        using var influx = new FakeInflux { Answer = lines => lines.Length > 30 ? (413, "") : (204, "") };
        await using var center = await Start(influx, options => options with { Limits = s_quick with { BatchPoints = 100 } });
        center.Host.Traffic.Write(Of("n1", Minute, [.. Enumerable.Range(0, 250).Select(i => Count("10.0.0.1", $"10.0.1.{i}", 1))]));
        await TestCenter.Until(() => influx.Points.Count == 250);
        Assert.Equal(100, influx.Requests.Max(request => request.Lines));
        Assert.Contains(influx.Requests, request => request.Lines == 25);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_asked_again_after_a_time_and_pauses_have_an_end()
    {
        using var gate = new SemaphoreSlim(0);
        using var influx = new FakeInflux();
        var asked = 0;
        influx.Answer = _ =>
        {
            if (Interlocked.Increment(ref asked) == 1) gate.Wait(TimeSpan.FromSeconds(30));
            return asked < 8 ? (500, "") : (204, "");
        };
        await using var center = await Start(influx, options => options with { Limits = s_quick with { Timeout = TimeSpan.FromMilliseconds(200), MaxBackoff = TimeSpan.FromMilliseconds(250) } });
        center.Host.Traffic.Write(Of("n1", Minute, Count("10.0.0.1", "10.0.0.2", 100)));
        await TestCenter.Until(async () => (await center.Json("/api/v1/status")).GetProperty("influx").GetProperty("failures").GetInt64() >= 1);
        gate.Release();
        await TestCenter.Until(() => influx.Sum == 100);
    }

    [Fact]
    public void Lines_escape_what_names_may_hold()
    {
        var lines = new StringBuilder();
        LineProtocol.Write(lines, "a b,c", new TrafficPoint(5, "node 1,x=y\\\n", "10.0.0.1", "", 12));
        Assert.Equal("a\\ b\\,c,probeIP=node\\ 1\\,x\\=y__,srcIP=10.0.0.1 size=12i 5\n", lines.ToString());
    }

    private static Task<TestCenter> Start(FakeInflux influx, Func<InfluxOptions, InfluxOptions>? change = null, TrafficStoreLimits? limits = null)
    {
        var options = new InfluxOptions { Url = influx.Url, Limits = s_quick };
        return TestCenter.Start(center => center with
        {
            Traffic = new TrafficOptions { Influx = change?.Invoke(options) ?? options, Limits = limits ?? TrafficStoreLimits.Default },
        });
    }
}
