using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing.Corpus;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>Bytes of all traffic, counted by the built commands.</summary>
public sealed class AccountingTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-accounting-").FullName;

    [SkippableFact]
    public async Task What_a_probe_counts_at_its_center_is_what_the_kernel_counted_and_a_center_that_was_killed_counts_nothing_twice()
    {
        Skip.IfNot(RoleLab.Missing is null, $"needs {RoleLab.Missing}");
        await using var lab = await RoleLab.Create(1);
        var node = lab.Nodes[0];
        var center = await StartCenter(lab);
        var configuration = Path.Combine(_folder, "probe-config.yaml");
        // Two keys of wakizashi among those of Weir.
        await File.WriteAllTextAsync(configuration, $"""
            name: node-1
            centerAddr: 198.18.0.1:7374
            token: made-up-for-this-test
            networkDevs: [^eth0$]
            capInterval: 1
            capture:
              port: 9999
            spool:
              directory: {_folder}/spool
            """);
        var before = await Statistics(node);
        using var probe = NetworkLab.In(node, "dotnet", WeirCommand.Assembly, "probe", "-c", configuration);
        await probe.WaitForError("capturing on", s_patience);
        await Ping(node);
        center.Signal("KILL");
        await center.Finish(s_patience);
        center.Dispose();
        await Ping(node);
        center = await StartCenter(lab);
        using var _ = center;
        await Ping(node);
        // On a machine without time for its ring the kernel drops packets; the probe tells its center, and nobody can count them.
        var icmp = await Until(
            lab, "protocol=icmp", async answer => answer.GetProperty("packets").GetInt64() == 3 * 200 || await Dropped(lab) > 0);
        Skip.If(icmp.GetProperty("packets").GetInt64() < 3 * 200, $"the kernel dropped {await Dropped(lab)} packets: this machine has no time to read its ring");
        // Each ping is 84 bytes of IP behind 14 of Ethernet, both ways: no port filter lets it through, and all of them are counted.
        Assert.Equal(3 * 200 * 98, icmp.GetProperty("bytes").GetInt64());
        Assert.Equal(["198.18.0.1/198.18.0.10/29400", "198.18.0.10/198.18.0.1/29400"], icmp.GetProperty("groups").EnumerateArray().Select(group =>
            $"{group.GetProperty("values").GetProperty("source")}/{group.GetProperty("values").GetProperty("destination")}/{group.GetProperty("bytes")}").Order(StringComparer.Ordinal));
        probe.Signal("TERM");
        var (_, _, said) = await probe.Finish(s_patience);
        Assert.DoesNotContain("center_traffic_lost", said, StringComparison.Ordinal);
        // The last report tells of itself as little as the capture's end lets it: all of the rest is there.
        var after = await Statistics(node);
        var (counted, all) = ((await Read(lab, "device=eth0")).GetProperty("bytes").GetInt64(), after - before);
        Assert.True(counted <= all && counted > all - 20_000, $"{counted} of {all} bytes");
        center.Signal("TERM");
        await center.Finish(s_patience);
    }

    [Fact]
    public async Task Counters_of_a_capture_file_are_lines_whose_sum_is_the_file()
    {
        var capture = CorpusFolder.Input("http1/keep-alive-json");
        var file = Path.Combine(_folder, "counters.jsonl");
        using var child = WeirCommand.Start("sniff", "-r", capture, "-o", "none", "--counters", file, "--stats", Path.Combine(_folder, "stats.json"), "--workers", "3");
        var (code, _, errors) = await child.Finish(s_patience);
        Assert.True(code == 0, errors);
        var lines = WeirCommand.Records(await File.ReadAllTextAsync(file));
        var stats = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "stats.json"))).RootElement;
        Assert.Equal(stats.GetProperty("bytes").GetInt64(), lines.Sum(line => line.GetProperty("bytes").GetInt64()));
        Assert.Equal(stats.GetProperty("packets").GetInt64(), lines.Sum(line => line.GetProperty("packets").GetInt64()));
        Assert.All(lines, line => Assert.Equal("tcp", line.GetProperty("protocol").GetString()));
        Assert.All(lines, line => Assert.Matches(new Regex("^20[0-9T:-]*0Z$"), line.GetProperty("start").GetString()));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<Child> StartCenter(RoleLab lab)
    {
        var configuration = Path.Combine(_folder, "center.yaml");
        await File.WriteAllTextAsync(configuration, $"""
            listen: 127.0.0.1:7373
            data: {_folder}/store
            adminPassword: {Login.Password}
            probes:
              listen: 198.18.0.1:7374
              token: made-up-for-this-test
            traffic:
              interval: 10s
            """);
        var center = NetworkLab.In(lab.Centers, "dotnet", WeirCommand.Assembly, "center", "-c", configuration);
        await center.WaitForError("shows the calls", s_patience);
        return center;
    }

    private static Task<string> Ping(string node) => Child.Output("ip", "netns", "exec", node, "ping", "-q", "-c", "100", "-i", "0.01", "198.18.0.1");

    private static async Task<JsonElement> Read(RoleLab lab, string query) =>
        JsonDocument.Parse(await lab.Get($"http://127.0.0.1:7373/api/v1/traffic?from=-1h&group_by=source,destination&{query}")).RootElement;

    private static async Task<JsonElement> Until(RoleLab lab, string query, Func<JsonElement, Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            var answer = await Read(lab, query);
            if (await condition(answer)) return answer;
            Assert.True(DateTime.UtcNow < deadline, answer.GetRawText());
            await Task.Delay(200);
        }
    }

    private static async Task<long> Dropped(RoleLab lab) =>
        JsonDocument.Parse(await lab.Get("http://127.0.0.1:7373/api/v1/probes")).RootElement.GetProperty("items").EnumerateArray()
            .SelectMany(static probe => probe.GetProperty("ledger").EnumerateArray())
            .Where(static loss => loss.GetProperty("reason").GetString() == "kernel_drops").Sum(static loss => loss.GetProperty("count").GetInt64());

    private static async Task<long> Statistics(string node)
    {
        var files = await Child.Output("ip", "netns", "exec", node, "cat", "/sys/class/net/eth0/statistics/rx_bytes", "/sys/class/net/eth0/statistics/tx_bytes");
        return files.Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(line => long.Parse(line, CultureInfo.InvariantCulture));
    }
}
