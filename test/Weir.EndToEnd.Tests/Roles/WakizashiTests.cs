using System.Globalization;
using System.Text.Json;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;
using Weir.Storage.Tests.ClickHouse;
using Weir.Testing;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>A probe of wakizashi's shape in Python, <c>weir center</c> with wakizashi's own configuration, and a real InfluxDB.</summary>
public sealed class WakizashiTests(ITestOutputHelper log) : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-wakizashi-test-").FullName;

    [SkippableFact]
    public async Task An_old_probe_fills_the_old_dashboards_through_the_center_whatever_happens_to_InfluxDB()
    {
        Skip.IfNot(InfluxServer.Missing is null, $"needs {InfluxServer.Missing}");
        Skip.IfNot(await HasGrpc(), "needs python3-grpcio and python3-grpc-tools");
        using var influx = new InfluxServer(_folder);
        await influx.Start();
        await influx.CreateDatabase("wakizashi");
        var (port, health, page) = (RunningWeir.FreePort(), RunningWeir.FreePort(), RunningWeir.FreePort());
        using var center = await StartCenter(port, health, page, influx.Port);
        using var http = await Login.Open($"http://127.0.0.1:{page}");
        Assert.Equal("ok", await http.GetStringAsync(new Uri($"http://127.0.0.1:{health}/healthz")));

        var at = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 120;
        await Report(port, $"{at} 10.0.0.1 10.0.0.2 10.0.0.9 1234", $"{at} 10.0.0.1 10.0.0.2 10.0.0.9 6", $"{at + 1} fd00::1 fd00::2 10.0.0.9 700", $"{at} 10.0.0.2 10.0.0.1 10.0.0.9 9");
        await Waiting(http, page, 0);
        var series = (await influx.Query("SELECT probeIP, srcIP, dstIP, size FROM traffic", "wakizashi")).GetProperty("series")[0];
        Assert.Equal(["time", "probeIP", "srcIP", "dstIP", "size"], series.GetProperty("columns").EnumerateArray().Select(column => column.GetString()));
        // Records of one second are one point: InfluxDB would keep the last of them alone.
        Assert.Equal(
            new[] { $"{at},10.0.0.9,10.0.0.1,10.0.0.2,1240", $"{at},10.0.0.9,10.0.0.2,10.0.0.1,9", $"{at + 1},10.0.0.9,fd00::1,fd00::2,700" },
            series.GetProperty("values").EnumerateArray().Select(row => string.Join(',', row.EnumerateArray().Select(value => value.ToString()))).Order(StringComparer.Ordinal));
        Assert.Equal("integer", (await influx.Query("SHOW FIELD KEYS FROM traffic", "wakizashi")).GetProperty("series")[0].GetProperty("values")[0][1].GetString());
        Assert.Equal(["dstIP", "probeIP", "srcIP"], (await influx.Query("SHOW TAG KEYS FROM traffic", "wakizashi")).GetProperty("series")[0].GetProperty("values").EnumerateArray().Select(tag => tag[0].GetString()));

        // InfluxDB goes away while a thousand records come, and is there again.
        await influx.Stop();
        await Report(port, [.. Enumerable.Range(0, 1000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{at + 2 + (i % 50)} 10.1.{i / 250}.{i % 250} 10.0.0.2 10.0.0.9 10"))]);
        await Waiting(http, page, 1000);
        await center.WaitForError("does not take points, which wait on disk", s_patience);
        await influx.Start();
        await Waiting(http, page, 0);
        await center.WaitForError("takes points again", s_patience);
        Assert.Equal(1949 + 10_000, await Sum(influx));

        // The same counters in Weir's own words.
        var traffic = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{page}/api/v1/traffic?group_by=node&from=-1h"))).RootElement;
        Assert.Equal(1949 + 10_000, traffic.GetProperty("bytes").GetInt64());
        Assert.Equal("10.0.0.9", traffic.GetProperty("groups")[0].GetProperty("values").GetProperty("node").GetString());

        center.Signal("TERM");
        var (_, _, said) = await center.Finish(s_patience);
        log.WriteLine(said);
        Assert.Contains("recoverDir changes nothing here", said, StringComparison.Ordinal);
        Assert.DoesNotContain(InfluxServer.Password, said, StringComparison.Ordinal);
        await influx.Stop();
    }

    [SkippableFact]
    public async Task Centers_over_one_store_write_one_sum_of_what_each_got_and_what_a_killed_one_left()
    {
        Skip.IfNot(InfluxServer.Missing is null, $"needs {InfluxServer.Missing}");
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        Skip.IfNot(await HasGrpc(), "needs python3-grpcio and python3-grpc-tools");
        using var store = new ClickHouseServer();
        store.Start();
        using var influx = new InfluxServer(_folder);
        await influx.Start();
        await influx.CreateDatabase("wakizashi");
        var (ports, pages) = (new[] { RunningWeir.FreePort(), RunningWeir.FreePort() }, new[] { SharedCenters.Address(), SharedCenters.Address() });
        using var first = await StartShared(store, pages[0], "one", ports[0], influx.Port);
        using var second = await StartShared(store, pages[1], "other", ports[1], influx.Port);
        using var http = await Login.Open(pages[1]);
        var at = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 120;
        // The same second, probe and pair, to either, again and again: in InfluxDB one value takes the place of the other.
        for (var turn = 0; turn < 5; turn++)
        {
            await Report(ports[0], $"{at} 10.0.0.1 10.0.0.2 10.0.0.9 1000", $"{at + turn} 10.0.0.3 10.0.0.2 10.0.0.9 1");
            await Report(ports[1], $"{at} 10.0.0.1 10.0.0.2 10.0.0.9 100", $"{at + turn} 10.0.0.3 10.0.0.2 10.0.0.9 2");
        }

        await Summed(influx, 5515);
        // The first may have written all of them.
        await Waiting(http, new Uri(pages[1]).Port, 0, hasWritten: false);

        // While InfluxDB is away both get more, and one is killed.
        await influx.Stop();
        await Report(ports[0], [.. Enumerable.Range(0, 500).Select(i => string.Create(CultureInfo.InvariantCulture, $"{at + 10 + (i % 50)} 10.1.{i / 250}.{i % 250} 10.0.0.2 10.0.0.9 10"))]);
        await Report(ports[1], $"{at + 10} 10.1.0.0 10.0.0.2 10.0.0.9 3", $"{at} 10.0.0.1 10.0.0.2 10.0.0.9 4");
        await Waiting(http, new Uri(pages[1]).Port, 501);
        first.Signal("KILL");
        await first.Finish(s_patience);
        await influx.Start();
        await Waiting(http, new Uri(pages[1]).Port, 0);
        await Summed(influx, 5515 + 5000 + 7);
        Assert.False(File.Exists(Path.Combine(_folder, "one", "traffic.db")));
        second.Signal("TERM");
        var (_, _, said) = await second.Finish(s_patience);
        log.WriteLine(said);
        await influx.Stop();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<Child> StartShared(ClickHouseServer store, string page, string name, int port, int influx) => SharedCenters.Start(
        store, _folder, page, name, string.Create(CultureInfo.InvariantCulture, $"""
            wakizashi:
              listen: 127.0.0.1:{port}
            influx:
              url: http://127.0.0.1:{influx}
              database: wakizashi
              user: {InfluxServer.User}
              password: {InfluxServer.Password}
            """));

    private static async Task Summed(InfluxServer influx, long bytes)
    {
        var deadline = DateTime.UtcNow + s_patience;
        long sum;
        while ((sum = await Sum(influx)) != bytes)
        {
            Assert.True(DateTime.UtcNow < deadline && sum < bytes, string.Create(CultureInfo.InvariantCulture, $"{sum} bytes, not {bytes}"));
            await Task.Delay(200);
        }
    }

    private static async Task<bool> HasGrpc()
    {
        if (!File.Exists(Python)) return false;
        using var child = Child.Start(Python, "-c", "import grpc, grpc_tools");
        return (await child.Finish(s_patience)).ExitCode == 0;
    }

    /// <summary>The file of wakizashi's example, but for ports, passwords and where the page is.</summary>
    private async Task<Child> StartCenter(int port, int health, int page, int influx)
    {
        var file = Path.Combine(_folder, "center-config.yaml");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            logLev: 1
            port: {port}
            healthPort: {health}
            recoverDir: {_folder}/recover
            recoverInterval: 30
            backendConfig:
              type: influxdb
              timeout: 5
              database: wakizashi
              table: traffic
              influxConfig:
                host: 127.0.0.1:{influx}
                user: {InfluxServer.User}
                password: {InfluxServer.Password}
              mongoConfig:
                mongoURI: ""
              redisConfig:
            """));
        var center = WeirCommand.Start(
            new Dictionary<string, string>(Login.Environment)
            {
                ["WEIR_LISTEN"] = $"127.0.0.1:{page}", ["WEIR_DATA"] = Path.Combine(_folder, "data"), ["WEIR_PROBES_LISTEN"] = $"127.0.0.1:{RunningWeir.FreePort()}",
            },
            "center", "-c", file);
        await center.WaitForError("shows the calls", s_patience);
        return center;
    }

    private async Task Report(int port, params string[] records)
    {
        var file = Path.Combine(_folder, "records");
        await File.WriteAllLinesAsync(file, records);
        var reply = await Child.Output(
            Python, RepositoryRoot.Combine("test/Weir.EndToEnd.Tests/Roles/wakizashi_probe.py"), $"127.0.0.1:{port}", RepositoryRoot.Combine("proto/wakizashi"), file);
        Assert.Equal("True connection close", reply.Trim());
    }

    private static async Task Waiting(HttpClient http, int page, long points, bool hasWritten = true)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (true)
        {
            var status = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{page}/api/v1/status"), limit.Token)).RootElement.GetProperty("influx");
            if (status.GetProperty("waiting").GetInt64() == points && (points > 0 || !hasWritten || status.GetProperty("points").GetInt64() > 0)) return;
            await Task.Delay(100, limit.Token);
        }
    }

    private static async Task<long> Sum(InfluxServer influx) =>
        (await influx.Query("SELECT sum(size) FROM traffic", "wakizashi")).TryGetProperty("series", out var series) ? series[0].GetProperty("values")[0][1].GetInt64() : 0;
}
