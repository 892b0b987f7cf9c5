using System.Globalization;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>Raw packets of a probe on one node, had from the center on another, also those of before the probe was killed.</summary>
public sealed class KeptPacketsTests : IDisposable
{
    private const string Token = "made-up-for-this-test";

    private const string Page = "http://127.0.0.1:7313";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-kept-roles-").FullName;

    [SkippableFact]
    public async Task A_center_hands_out_the_whole_connections_of_matching_calls()
    {
        Skip.IfNot(RoleLab.Missing is null, $"needs {RoleLab.Missing}");
        Skip.IfNot(Child.Exists("tcpdump") && Child.Exists("tshark"), "needs tcpdump and tshark");
        await using var lab = await RoleLab.Create(1);
        var node = lab.Nodes[0];
        using var center = await StartCenter(lab);
        using var server = NetworkLab.In(node, "/usr/bin/python3", "-m", "http.server", "--bind", "198.18.0.10", "--directory", _folder, "8080");
        var reference = Path.Combine(_folder, "reference.pcap");
        using var tcpdump = NetworkLab.In(node, "tcpdump", "-i", "eth0", "-U", "-B", "8192", "-w", reference, "tcp", "port", "8080");
        await tcpdump.WaitForError("listening on", s_patience);
        await Until(async () => await Ask(lab, "/ready") == 0);

        using (var probe = await StartProbe(node))
        {
            foreach (var path in (string[])["/wanted", "/other", "/wanted"]) await Ask(lab, path);
            await Stored(lab, 3);
            probe.Signal("KILL");
            await probe.Finish(s_patience);
        }

        using var second = await StartProbe(node);
        foreach (var path in (string[])["/other", "/wanted"]) await Ask(lab, path);
        await Stored(lab, 5);
        await Until(async () => (await Tshark(reference, "http.response", "frame.number")).Count == 6);

        var streams = await Tshark(reference, "http.request.uri == \"/wanted\"", "tcp.stream");
        Assert.Equal(3, streams.Count);
        var expected = await Tshark(reference, $"tcp.stream in {{{string.Join(", ", streams)}}}", "tcp.srcport", "tcp.seq_raw", "tcp.len", "tcp.flags");
        var downloaded = Path.Combine(_folder, "downloaded.pcapng");
        await Download(lab, "where=path%20%3D%3D%20%22/wanted%22&from=-10m", downloaded);
        Assert.Equal(expected.Order(StringComparer.Ordinal), (await Tshark(downloaded, "", "tcp.srcport", "tcp.seq_raw", "tcp.len", "tcp.flags")).Order(StringComparer.Ordinal));
        await Download(lab, "from=-10m&node=node-a", downloaded);
        // What came before the first probe is not there.
        Assert.Equal(await Count(reference) - await CountOf(reference, "/ready"), await Count(downloaded));

        var told = JsonDocument.Parse(await lab.Get($"{Page}/api/v1/probes")).RootElement.GetProperty("items")[0].GetProperty("packets");
        Assert.Equal(16L << 20, told.GetProperty("budgetBytes").GetInt64());
        Assert.Equal(0, told.GetProperty("lost").GetInt64());
        var audit = JsonDocument.Parse(await lab.Get($"{Page}/api/v1/audit?kind=read")).RootElement.GetProperty("items");
        Assert.Equal(2, audit.GetArrayLength());
        Assert.Equal("node-a", audit[0].GetProperty("target").GetString());

        second.Signal("TERM");
        await second.Finish(s_patience);
        Assert.Contains("not redacted", second.Errors, StringComparison.Ordinal);
        tcpdump.Signal("INT");
        center.Signal("TERM");
        await center.Finish(s_patience);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<int> Count(string file) => (await Tshark(file, "", "frame.number")).Count;

    private static async Task<int> CountOf(string file, string path)
    {
        var streams = await Tshark(file, $"http.request.uri == \"{path}\"", "tcp.stream");
        // Before the server listened there were connections without a request.
        return (await Tshark(file, $"tcp.stream <= {streams.Max(int.Parse)}", "frame.number")).Count;
    }

    private static async Task<IReadOnlyList<string>> Tshark(string file, string filter, params string[] fields) =>
        (await Child.Output("tshark", ["-r", file, "-Y", filter, "-T", "fields", .. fields.SelectMany(field => (string[])["-e", field])]))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task Stored(RoleLab lab, int calls) => await Until(async () =>
        JsonDocument.Parse(await lab.Get($"{Page}/api/v1/exchanges?where=dst.port%20%3D%3D%208080")).RootElement.GetProperty("items").GetArrayLength() == calls);

    private static async Task Until(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "what the test waits for did not happen");
            await Task.Delay(300);
        }
    }

    /// <summary>From the center's namespace, a connection each; 404 is an answer too.</summary>
    private static async Task<int> Ask(RoleLab lab, string path)
    {
        using var curl = NetworkLab.In(lab.Centers, "curl", "-sS", "-o", "/dev/null", "--max-time", "20", $"http://198.18.0.10:8080{path}");
        return (await curl.Finish(s_patience)).ExitCode;
    }

    private static async Task Download(RoleLab lab, string query, string file)
    {
        var answer = await Child.Output("ip", ["netns", "exec", lab.Centers, "curl", "-sSf", "-d", $"username=admin&password={Login.Password}", $"{Page}/api/login"]);
        var token = JsonDocument.Parse(answer).RootElement.GetProperty("access_token").GetString();
        await Child.Output("ip", ["netns", "exec", lab.Centers, "curl", "-sSf", "--max-time", "60", "-o", file, "-H", $"Authorization: Bearer {token}", $"{Page}/api/v1/packets?{query}"]);
    }

    private async Task<Child> StartCenter(RoleLab lab)
    {
        var configuration = Path.Combine(_folder, "center.yaml");
        await File.WriteAllTextAsync(configuration, $"""
            listen: 127.0.0.1:7313
            data: {_folder}/store
            adminPassword: {Login.Password}
            probes:
              listen: 198.18.0.1:7374
              token: {Token}
            """);
        var center = NetworkLab.In(lab.Centers, "dotnet", WeirCommand.Assembly, "center", "-c", configuration);
        await center.WaitForError("shows the calls", s_patience);
        return center;
    }

    private async Task<Child> StartProbe(string node)
    {
        var configuration = Path.Combine(_folder, "probe.yaml");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            name: node-a
            centers: [198.18.0.1:7374]
            token: {Token}
            capture:
              port: [8080]
            spool:
              directory: {_folder}/spool
            retention:
              directory: {_folder}/packets
              budget: 16MiB
              segment: 4MiB
            """));
        var probe = NetworkLab.In(node, "dotnet", WeirCommand.Assembly, "probe", "-c", configuration);
        await probe.WaitForError("capturing on", s_patience);
        return probe;
    }
}
