using System.Globalization;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>
/// Normal, bursty traffic to a real nginx, then four attacks on it, while <c>weir detect</c> watches. The delays are those that
/// docs/detection.md promises.
/// </summary>
public sealed class DetectionTests(ITestOutputHelper log)
{
    private const string Configuration = """
        daemon off;
        master_process off;
        worker_processes 1;
        error_log stderr crit;
        pid nginx.pid;
        events { worker_connections 1024; }
        http {
          access_log off;
          client_header_timeout 120s;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi; scgi_temp_path scgi;
          server {
            listen 198.18.0.1:8080;
            location / { default_type application/json; return 200 '{"uri":"$request_uri"}\n'; }
            location /missing { return 404; }
            location /login { return 401; }
          }
        }
        """;

    private static readonly string s_traffic = RepositoryRoot.Combine("test/Weir.EndToEnd.Tests/Live/detect_traffic.py");

    [SkippableFact]
    public async Task Attacks_are_found_in_time_and_normal_traffic_is_not()
    {
        Skip.IfNot(NetworkLab.MissingTool is null, $"needs {NetworkLab.MissingTool}");
        Skip.IfNot(File.Exists("/usr/bin/python3"), "needs /usr/bin/python3");
        var folder = Directory.CreateTempSubdirectory("weir-detect-").FullName;
        await using var lab = await NetworkLab.Create();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), Configuration);
        using var nginx = NetworkLab.In(lab.Server, "nginx", "-p", folder, "-c", Path.Combine(folder, "nginx.conf"));
        using var weir = NetworkLab.In(
            lab.Server, "dotnet", WeirCommand.Assembly, "detect", "-i", NetworkLab.ServerDevice, "--learn", "20s");
        await weir.WaitForError("watching", TimeSpan.FromSeconds(60));
        await Traffic(lab, "normal", 20);
        var quietFrom = DateTime.UtcNow;
        await Traffic(lab, "normal", 20);
        var begun = new Dictionary<string, DateTime>();
        foreach (var (attack, seconds) in new[] { ("scan", 8), ("guess", 6), ("slow", 22), ("flood", 8) })
        {
            begun[attack] = DateTime.UtcNow;
            await Traffic(lab, attack, seconds);
        }

        await Task.Delay(2000);
        weir.Signal("TERM");
        var (code, output, errors) = await weir.Finish(TimeSpan.FromSeconds(60));
        log.WriteLine(errors);
        log.WriteLine(output);
        Assert.Equal(130, code);
        nginx.Signal("QUIT");
        await nginx.Finish(TimeSpan.FromSeconds(30));
        Directory.Delete(folder, recursive: true);

        var alarms = WeirCommand.Records(output).Where(IsAlarm).ToList();
        Assert.DoesNotContain(alarms, alarm => At(alarm, "detectedAt") is var at && at > quietFrom && at < begun["scan"]);
        foreach (var (attack, kind, delay) in new[] { ("scan", "scan", 10), ("guess", "password_guessing", 10), ("slow", "slow_connections", 20), ("flood", "flood", 10) })
        {
            var found = alarms.Where(alarm => alarm.GetProperty("kind").GetString() == kind && At(alarm, "detectedAt") >= begun[attack]).ToList();
            Assert.True(found.Count > 0, $"no {kind} was found");
            var took = found.Min(alarm => At(alarm, "detectedAt")) - begun[attack];
            log.WriteLine($"{kind}: after {took.TotalSeconds:0.0} s");
            Assert.True(took < TimeSpan.FromSeconds(delay), $"{kind} took {took}");
            Assert.NotEmpty(found[0].GetProperty("reasons").EnumerateArray());
            Assert.NotEmpty(found[0].GetProperty("evidence").EnumerateArray());
        }
    }

    private static bool IsAlarm(JsonElement incident) =>
        incident.GetProperty("severity").GetString() is "medium" or "high" or "critical" && incident.GetProperty("change").GetString() != "closed";

    private static DateTime At(JsonElement incident, string name) => DateTime.Parse(
        incident.GetProperty(name).GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);

    private static async Task Traffic(NetworkLab lab, string kind, int seconds)
    {
        using var client = NetworkLab.In(
            lab.Client, "/usr/bin/python3", s_traffic, kind, NetworkLab.ServerAddress, "8080", seconds.ToString(CultureInfo.InvariantCulture));
        var (code, _, errors) = await client.Finish(TimeSpan.FromSeconds(seconds + 60));
        Assert.True(code == 0, errors);
    }
}
