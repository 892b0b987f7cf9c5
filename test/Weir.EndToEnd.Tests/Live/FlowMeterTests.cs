using System.Text.Json;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Live;

/// <summary><c>weir flows -i</c> beside real connections.</summary>
public sealed class FlowMeterTests
{
    private const int Connections = 12;

    [SkippableFact]
    public async Task Each_connection_is_one_flow_soon_after_it_closed()
    {
        Skip.IfNot(NetworkLab.MissingTool is null, $"needs {NetworkLab.MissingTool}");
        var folder = Directory.CreateTempSubdirectory("weir-flows-").FullName;
        await using var lab = await NetworkLab.Create();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
                daemon off; master_process off; worker_processes 1; error_log stderr warn; pid nginx.pid;
                events { worker_connections 64; }
                http {
                  access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  server { listen {{NetworkLab.ServerAddress}}:8080; location / { return 200 "$request_uri\n"; } }
                }
                """);
            using var nginx = NetworkLab.In(lab.Server, "nginx", "-p", folder, "-c", Path.Combine(folder, "nginx.conf"));
            using var weir = NetworkLab.In(lab.Server, "dotnet", WeirCommand.Assembly, "flows", "-i", NetworkLab.ServerDevice, "-p", "8080", "-o", "jsonl");
            await weir.WaitForError("measuring on", TimeSpan.FromSeconds(30));
            for (var i = 0; i < Connections; i++)
            {
                using var curl = NetworkLab.In(lab.Client, "curl", "-s", "--retry", "5", "--retry-connrefused", $"http://{NetworkLab.ServerAddress}:8080/{i}");
                Assert.Equal(0, (await curl.Finish(TimeSpan.FromSeconds(60))).ExitCode);
            }

            // Closed connections linger for a second; nothing else comes that would tell the time.
            await Task.Delay(1500);
            weir.Signal("TERM");
            var (code, output, errors) = await weir.Finish(TimeSpan.FromSeconds(30));
            Assert.True(code == 130, errors);
            var flows = WeirCommand.Records(output).Where(flow => flow.GetProperty("export").GetString() == "fin").ToList();
            Assert.Equal(Connections, flows.Count);
            Assert.All(flows, flow =>
            {
                Assert.Equal(8080, flow.GetProperty("destination").GetProperty("port").GetInt32());
                Assert.Equal(2, Feature(flow, "SYN Flag Count"));
                Assert.Equal(2, Feature(flow, "FIN Flag Count"));
                Assert.Equal(1, Feature(flow, "Fwd Act Data Pkts"));
                Assert.Equal(0, Feature(flow, "Total TCP Retrans. Count"));
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Feature(JsonElement flow, string name) => flow.GetProperty("features").GetProperty(name).GetDouble();
}
