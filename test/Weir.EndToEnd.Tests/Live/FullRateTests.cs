using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>nginx answers wrk as fast as this machine lets it while Weir writes every call down.</summary>
public sealed class FullRateTests(ITestOutputHelper log)
{
    private const string Configuration = """
        daemon off;
        worker_processes 1;
        error_log stderr warn;
        pid nginx.pid;
        events { worker_connections 512; }
        http {
          log_format short '$request_length';
          access_log access.log short buffer=256k flush=200ms;
          keepalive_requests 10000000;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi; scgi_temp_path scgi;
          server {
            listen 198.18.0.1:8080;
            location / { default_type application/json; return 200 '{"items":[{"id":17,"status":"placed","total":42.50}]}'; }
          }
        }
        """;

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Each_request_that_nginx_logged_is_a_record_or_lies_in_bytes_that_the_ledger_counts(int workers)
    {
        Skip.IfNot(NetworkLab.MissingTool is null, $"needs {NetworkLab.MissingTool}");
        var folder = Directory.CreateTempSubdirectory("weir-full-rate-").FullName;
        await using var lab = await NetworkLab.Create();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), Configuration);
        using var nginx = NetworkLab.In(lab.Server, "nginx", "-p", folder, "-c", Path.Combine(folder, "nginx.conf"));
        var calls = Path.Combine(folder, "calls.jsonl");
        var stats = Path.Combine(folder, "stats.json");
        using var weir = NetworkLab.In(lab.Server, "dotnet", WeirCommand.Assembly, "sniff", "-i", NetworkLab.ServerDevice,
            "-p", "8080", "--source", "ring", "--workers", $"{workers}", "-o", $"jsonl:{calls}", "--stats", stats);
        await weir.WaitForError("capturing on", TimeSpan.FromSeconds(30));
        using (var wrk = NetworkLab.In(lab.Client, "wrk", "-t2", "-c64", "-d4s", "http://198.18.0.1:8080/api/v2/orders/17?page=2"))
            log.WriteLine((await wrk.Finish(TimeSpan.FromSeconds(60))).Output);
        await Task.Delay(1_500);
        weir.Signal("TERM");
        var (code, _, errors) = await weir.Finish(TimeSpan.FromSeconds(60));
        log.WriteLine(errors);
        Assert.Equal(130, code);
        nginx.Signal("QUIT");
        await nginx.Finish(TimeSpan.FromSeconds(30));

        var logged = (await File.ReadAllLinesAsync(Path.Combine(folder, "access.log"))).Select(long.Parse).ToList();
        var (requests, complete, silent) = await Count(calls);
        using var statistics = JsonDocument.Parse(await File.ReadAllTextAsync(stats));
        var ledger = statistics.RootElement.GetProperty("dropped").EnumerateObject()
            .ToDictionary(reason => reason.Name, reason => reason.Value.GetInt64());
        log.WriteLine($"nginx logged {logged.Count}, weir has {requests} requests, {complete} complete; "
            + string.Join(", ", ledger.Where(reason => reason.Value > 0)));
        Assert.True(logged.Count > 2_000, $"too little load to prove anything: {logged.Count}");
        Assert.Equal(0, silent);
        Assert.InRange(requests, complete, logged.Count);
        var missing = logged.Count - requests;
        if (missing > 0) Assert.InRange(missing * logged.Min(), 1, ledger["stream_gap_bytes"]);
        if (complete < logged.Count) Assert.True(ledger["kernel_drops"] > 0, "something is missing, and no packet was");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Records with a request, those that are complete, and those that are neither complete nor say why.</summary>
    private static async Task<(int Requests, int Complete, int Silent)> Count(string calls)
    {
        var (requests, complete, silent) = (0, 0, 0);
        await foreach (var line in File.ReadLinesAsync(calls))
        {
            using var record = JsonDocument.Parse(line);
            if (record.RootElement.GetProperty("request").ValueKind == JsonValueKind.Object) requests++;
            if (record.RootElement.GetProperty("complete").GetBoolean()) complete++;
            else if (record.RootElement.GetProperty("anomalies").GetArrayLength() == 0) silent++;
        }

        return (requests, complete, silent);
    }
}
