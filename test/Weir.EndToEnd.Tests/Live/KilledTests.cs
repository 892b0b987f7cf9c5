using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Live;

/// <summary><c>weir up</c> killed while a call runs: at its next start the call is over, in a way that nobody knows.</summary>
public sealed class KilledTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("weir-killed-");

    [SkippableFact]
    public async Task A_call_that_ran_when_weir_was_killed_does_not_run_for_ever()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        string id;
        using (var weir = Start(port, out var address))
        {
            await weir.WaitForError("shows the calls", Patience);
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            using var server = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /long-poll HTTP/1.1\r\nHost: x\r\n\r\n"));
            id = (await Poll(address, "in_progress")).GetProperty("id").GetString()!;
            weir.Signal("KILL");
            await weir.Finish(Patience);
        }

        using (var weir = Start(port, out var address))
        {
            await weir.WaitForError("shows the calls", Patience);
            var call = await Poll(address, "path == '/long-poll'");
            Assert.Equal(id, call.GetProperty("id").GetString());
            Assert.False(call.TryGetProperty("inProgress", out _));
            Assert.False(call.GetProperty("complete").GetBoolean());
            Assert.Equal(["end_unknown"], call.GetProperty("anomalies").EnumerateArray().Select(one => one.GetString()));
            weir.Signal("TERM");
            await weir.Finish(Patience);
        }
    }

    public void Dispose() => _data.Delete(recursive: true);

    private Child Start(int port, out string address)
    {
        var listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{RunningWeir.FreePort()}");
        address = $"http://{listen}";
        return WeirCommand.Start(Login.Environment, "up", "--listen", listen, "--data", _data.FullName, "-i", "lo", "-p", port.ToString(CultureInfo.InvariantCulture), "--for", "5m");
    }

    private static async Task<JsonElement> Poll(string address, string filter)
    {
        using var http = await Login.Open(address);
        var deadline = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < deadline)
        {
            var page = JsonDocument.Parse(await http.GetStringAsync($"{address}/api/v1/exchanges?where={Uri.EscapeDataString(filter)}")).RootElement;
            if (page.GetProperty("items").GetArrayLength() > 0) return page.GetProperty("items")[0].Clone();
            await Task.Delay(200);
        }

        throw new TimeoutException($"no call with {filter}");
    }
}
