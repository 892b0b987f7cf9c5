using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Weir.Export.Tests.Alerts;

/// <summary>Debian's prometheus-alertmanager with a receiver that does nothing.</summary>
internal sealed class RealAlertmanager(Process process, Uri address) : IAsyncDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };

    public Uri Address => address;

    public static async Task<RealAlertmanager> StartAsync(string path, string folder)
    {
        var configuration = Path.Combine(folder, "alertmanager.yml");
        await File.WriteAllTextAsync(configuration, "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var start = new ProcessStartInfo(path) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[$"--config.file={configuration}", $"--storage.path={Path.Combine(folder, "am")}", $"--web.listen-address=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--cluster.listen-address="])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var manager = new RealAlertmanager(process, new Uri($"http://127.0.0.1:{port}/"));
        for (var i = 0; ; i++)
        {
            try
            {
                if ((await manager._http.GetAsync(new Uri("/-/ready", UriKind.Relative))).IsSuccessStatusCode) return manager;
            }
            catch (HttpRequestException) when (i < 300 && !process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    public async Task<JsonElement> AlertsAsync() => JsonElement.Parse(await _http.GetStringAsync(new Uri("/api/v2/alerts", UriKind.Relative)));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
