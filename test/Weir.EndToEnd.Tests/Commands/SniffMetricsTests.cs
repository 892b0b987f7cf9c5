using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>weir sniff --metrics</c> from outside.</summary>
public sealed partial class SniffMetricsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-sniff-metrics-");

    [SkippableFact]
    public async Task Calls_losses_and_what_waits_for_a_server_are_counted()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();
        var port = ((IPEndPoint)service.LocalEndpoint).Port;
        var metrics = $"127.0.0.1:{RunningWeir.FreePort()}";
        using var weir = WeirCommand.Start(
            new Dictionary<string, string>
            {
                ["USAGE_LOGGERS_URL"] = $"http://127.0.0.1:{RunningWeir.FreePort()}/message",
                ["USAGE_LOGGERS_RULES"] = "include weir\nallow_http_url",
                ["WEIR_SPOOL"] = _folder.FullName,
            },
            "sniff", "-i", "lo", "-p", port.ToString(CultureInfo.InvariantCulture), "--metrics", metrics, "--drain", "1s", "--for", "2m");
        await weir.WaitForError("capturing on", Patience);
        using var http = new HttpClient();
        var until = DateTime.UtcNow + Patience;
        string text;
        do
        {
            Assert.True(DateTime.UtcNow < until, weir.Errors);
            var answer = Answer(service);
            Assert.Equal("ok", await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/secret-path")));
            await answer;
            await Task.Delay(200);
            text = await http.GetStringAsync(new Uri($"http://{metrics}/metrics"));
        }
        while (!Waiting().IsMatch(text));

        Assert.Matches($"weir_exchange_calls_total\\{{namespace=\"\",service=\"127.0.0.1:{port}\",endpoint=\"\",protocol=\"http1\",method=\"GET\",status_class=\"2xx\"\\}} [1-9]", text);
        Assert.Contains("weir_loss_units_total{plane=\"ring\",interface=\"lo\",stage=\"capture\",unit=\"packets\",reason=\"kernel_drops\"} ", text, StringComparison.Ordinal);
        Assert.Contains("reason=\"resurface_spool_full\"} 0\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", text, StringComparison.Ordinal);
        // Only what is in the catalogue has words.
        Assert.Equal(Regex.Count(text, "^# TYPE ", RegexOptions.Multiline), Regex.Count(text, "^# HELP ", RegexOptions.Multiline));
        weir.Signal("TERM");
        await weir.Finish(Patience);
    }

    [Theory]
    [InlineData("7375")]
    [InlineData("nowhere")]
    [InlineData("127.0.0.1")]
    public async Task An_address_that_is_none_is_refused(string address)
    {
        using var weir = WeirCommand.Start("sniff", "-r", "nothing.pcap", "--metrics", address);
        var (code, _, errors) = await weir.Finish(Patience);
        Assert.Equal(2, code);
        Assert.Contains($"'{address}' is not ADDRESS:PORT", errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_port_that_is_taken_is_told_in_one_line()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var weir = WeirCommand.Start("sniff", "-i", "lo", "-o", "none", "--for", "1m", "--metrics", taken.LocalEndpoint.ToString()!);
        var (code, _, errors) = await weir.Finish(Patience);
        Assert.Equal(1, code);
        Assert.Contains("address already in use", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task Answer(TcpListener service)
    {
        using var client = await service.AcceptTcpClientAsync();
        Assert.True(await client.GetStream().ReadAsync(new byte[4096]) > 0);
        await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
    }

    [GeneratedRegex("""^weir_output_waiting\{output="resurface"\} [1-9]""", RegexOptions.Multiline)]
    private static partial Regex Waiting();
}
