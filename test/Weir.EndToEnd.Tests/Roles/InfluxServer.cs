using System.Globalization;
using System.Text.Json;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>A real InfluxDB 1.x of Debian with users and passwords, in a folder of the test.</summary>
internal sealed class InfluxServer : IDisposable
{
    public const string User = "weir-test";
    public const string Password = "made-up for this test";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly HttpClient _http = new();
    private readonly int _rpc = RunningWeir.FreePort();
    private Child? _server;

    public InfluxServer(string folder)
    {
        _folder = Path.Combine(folder, "influx");
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "influxdb.conf"), string.Create(CultureInfo.InvariantCulture, $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{_rpc}"
            [meta]
              dir = "{_folder}/meta"
            [data]
              dir = "{_folder}/data"
              wal-dir = "{_folder}/wal"
              index-version = "inmem"
            [monitor]
              store-enabled = false
            [http]
              bind-address = "127.0.0.1:{Port}"
              auth-enabled = true
              log-enabled = false
            """));
    }

    public int Port { get; } = RunningWeir.FreePort();

    public static string? Missing => Child.Exists("influxd") ? null : "influxd (Debian's package influxdb)";

    public async Task Start()
    {
        _server = Child.Start("influxd", "run", "-config", Path.Combine(_folder, "influxdb.conf"));
        var deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{Port}/ping"));
                return;
            }
            catch (HttpRequestException)
            {
                if (_server.HasExited || DateTime.UtcNow > deadline) throw new InvalidOperationException($"influxd did not start: {_server.Errors}");
                await Task.Delay(50);
            }
        }
    }

    public async Task Stop()
    {
        _server!.Signal("TERM");
        await _server.Finish(s_patience);
        _server.Dispose();
        _server = null;
    }

    /// <summary>The first statement makes the administrator, without which nobody may ask anything.</summary>
    public async Task CreateDatabase(string name)
    {
        await Query($"CREATE USER \"{User}\" WITH PASSWORD '{Password}' WITH ALL PRIVILEGES");
        await Query($"CREATE DATABASE \"{name}\"");
    }

    /// <summary>The first result of a statement.</summary>
    public async Task<JsonElement> Query(string statement, string? database = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{Port}/query?epoch=s{(database is null ? "" : $"&db={database}")}"));
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{User}:{Password}")));
        request.Content = new FormUrlEncodedContent([KeyValuePair.Create("q", statement)]);
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("results")[0].Clone();
    }

    public void Dispose()
    {
        _server?.Dispose();
        _http.Dispose();
    }
}
