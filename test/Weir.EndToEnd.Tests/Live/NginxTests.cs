using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>A real nginx answers wrk and curl across a veth pair while Weir captures beside it.</summary>
public sealed class NginxTests(ITestOutputHelper log)
{
    private const string Configuration = """
        daemon off;
        master_process off;
        worker_processes 1;
        error_log stderr warn;
        pid nginx.pid;
        events { worker_connections 512; }
        http {
          access_log access.log;
          keepalive_requests 1000000;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi; scgi_temp_path scgi;
          server {
            listen 198.18.0.1:8080;
            location / { default_type application/json; return 200 '{"uri":"$request_uri"}\n'; }
            location /missing { return 404; }
            location /moved { return 301 /; }
          }
        }
        """;

    /// <summary>wrk waits 8 ms between two requests of a connection: a modest, steady rate.</summary>
    private const string Pace = """
        local n = 0
        request = function()
          n = n + 1
          return wrk.format(n % 7 == 0 and "POST" or "GET", (n % 11 == 0 and "/missing" or "/orders/") .. n, nil,
            n % 7 == 0 and '{"quantity":3}' or nil)
        end
        delay = function() return 8 end
        """;

    [SkippableTheory]
    [InlineData("ring")]
    [InlineData("libpcap")]
    public async Task Every_request_that_nginx_logged_is_an_exchange(string plane)
    {
        Skip.IfNot(NetworkLab.MissingTool is null, $"needs {NetworkLab.MissingTool}");
        var folder = Directory.CreateTempSubdirectory("weir-nginx-").FullName;
        await using var lab = await NetworkLab.Create();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), Configuration);
        await File.WriteAllTextAsync(Path.Combine(folder, "pace.lua"), Pace);
        using var nginx = NetworkLab.In(lab.Server, "nginx", "-p", folder, "-c", Path.Combine(folder, "nginx.conf"));
        var calls = Path.Combine(folder, "calls.jsonl");
        var stats = Path.Combine(folder, "stats.json");
        using var weir = NetworkLab.In(lab.Server, "dotnet", WeirCommand.Assembly, "sniff", "-i", NetworkLab.ServerDevice,
            "-p", "8080", "--source", plane, "-o", $"jsonl:{calls}", "--stats", stats);
        await weir.WaitForError("capturing on", TimeSpan.FromSeconds(30));

        var url = $"http://{NetworkLab.ServerAddress}:8080";
        using (var wrk = NetworkLab.In(lab.Client, "wrk", "-t1", "-c16", "-d4s", "-s", Path.Combine(folder, "pace.lua"), url))
            log.WriteLine((await wrk.Finish(TimeSpan.FromSeconds(60))).Output);
        using (var curl = NetworkLab.In(lab.Client, "curl", "-s", "-X", "DELETE", $"{url}/moved", "-o", "/dev/null"))
            await curl.Finish(TimeSpan.FromSeconds(30));
        await Task.Delay(500);
        weir.Signal("TERM");
        var (code, _, errors) = await weir.Finish(TimeSpan.FromSeconds(30));
        log.WriteLine(errors);
        Assert.Equal(130, code);
        nginx.Signal("QUIT");
        await nginx.Finish(TimeSpan.FromSeconds(30));

        var logged = (await File.ReadAllLinesAsync(Path.Combine(folder, "access.log"))).Length;
        var records = WeirCommand.Records(await File.ReadAllTextAsync(calls));
        using var statistics = JsonDocument.Parse(await File.ReadAllTextAsync(stats));
        var dropped = statistics.RootElement.GetProperty("dropped").EnumerateObject()
            .Where(reason => reason.Value.GetInt64() > 0).ToDictionary(reason => reason.Name, reason => reason.Value.GetInt64());
        log.WriteLine($"nginx logged {logged}, weir recorded {records.Count}, dropped: {string.Join(", ", dropped)}");
        Assert.True(logged > 500, $"too little load to prove anything: {logged}");
        Assert.Empty(dropped);
        Assert.Equal(logged, records.Count(record => record.GetProperty("request").ValueKind == JsonValueKind.Object));
        Assert.Equal(
            logged, records.Count(record => record.GetProperty("complete").GetBoolean()));
        Assert.Contains(records, r => r.GetProperty("request").GetProperty("method").GetString() == "DELETE"
            && r.GetProperty("response").GetProperty("status").GetInt32() == 301);
        Directory.Delete(folder, recursive: true);
    }
}
