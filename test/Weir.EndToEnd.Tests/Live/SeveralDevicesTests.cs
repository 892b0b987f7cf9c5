using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>Two namespaces joined by a bridge; Weir captures on the bridge and on both of its ports, so each packet comes several times.</summary>
public sealed class SeveralDevicesTests(ITestOutputHelper log)
{
    private const int Calls = 60;

    [SkippableFact]
    public async Task A_call_that_passes_two_veths_and_a_bridge_is_one_call_without_retransmissions()
    {
        Skip.IfNot(NetworkLab.MissingTool is null, $"needs {NetworkLab.MissingTool}");
        var folder = Directory.CreateTempSubdirectory("weir-bridge-").FullName;
        var id = Environment.ProcessId;
        string host = $"weir-b-{id}", server = $"weir-bs-{id}", client = $"weir-bc-{id}";
        await Build(host, server, client);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), """
                daemon off; master_process off; worker_processes 1; error_log stderr warn; pid nginx.pid;
                events { worker_connections 64; }
                http {
                  access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  server { listen 198.18.1.1:8080; location / { return 200 "$request_uri\n"; } }
                }
                """);
            using var nginx = NetworkLab.In(server, "nginx", "-p", folder, "-c", Path.Combine(folder, "nginx.conf"));
            var (calls, flows) = (Path.Combine(folder, "calls.jsonl"), Path.Combine(folder, "flows.jsonl"));
            using var weir = NetworkLab.In(host, "dotnet", WeirCommand.Assembly, "sniff", "-i", "br0,vb-s,vb-c", "-p", "8080",
                "-o", $"jsonl:{calls}", "-o", $"flows:{flows}");
            await weir.WaitForError("capturing on", TimeSpan.FromSeconds(30));
            using (var curl = NetworkLab.In(client, "curl", "-s", $"http://198.18.1.1:8080/n/[1-{Calls}]"))
                await curl.Finish(TimeSpan.FromSeconds(60));
            await Task.Delay(500);
            weir.Signal("TERM");
            log.WriteLine((await weir.Finish(TimeSpan.FromSeconds(30))).Errors);

            var records = WeirCommand.Records(await File.ReadAllTextAsync(calls));
            Assert.Equal(
                Enumerable.Range(1, Calls).Select(n => $"/n/{n}").Order(StringComparer.Ordinal),
                records.Select(record => record.GetProperty("request").GetProperty("path").GetString()!).Order(StringComparer.Ordinal));
            Assert.All(records, record =>
            {
                Assert.True(record.GetProperty("complete").GetBoolean());
                Assert.Equal(0, record.GetProperty("tcp").GetProperty("retransmissions").GetInt64());
            });
            var sides = WeirCommand.Records(await File.ReadAllTextAsync(flows))
                .SelectMany(flow => (JsonElement[])[flow.GetProperty("client"), flow.GetProperty("server")]).ToList();
            Assert.All(sides, side => Assert.Equal(0, side.GetProperty("retransmissions").GetInt64()));
            Assert.Contains(sides, side => side.GetProperty("copies").GetInt64() > 0);
        }
        finally
        {
            foreach (var name in (string[])[host, server, client]) await Child.Output("ip", "netns", "del", name);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Build(string host, string server, string client)
    {
        foreach (var name in (string[])[host, server, client]) await Ip($"netns add {name}");
        await Ip($"-n {host} link add br0 type bridge");
        await Ip($"-n {host} link set br0 up");
        foreach (var (name, port, address) in new[] { (server, "vb-s", "198.18.1.1/24"), (client, "vb-c", "198.18.1.2/24") })
        {
            await Ip($"link add {port} netns {host} type veth peer name eth0 netns {name}");
            await Ip($"-n {host} link set {port} master br0");
            await Ip($"-n {host} link set {port} up");
            await Ip($"-n {name} addr add {address} dev eth0");
            await Ip($"-n {name} link set eth0 up");
            await Ip($"-n {name} link set lo up");
        }
    }

    private static Task<string> Ip(string command) => Child.Output("ip", command.Split(' '));
}
