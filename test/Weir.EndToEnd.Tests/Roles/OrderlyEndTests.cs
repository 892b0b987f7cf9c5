using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>SIGTERM, and an end that takes its time: nothing cuts it off before everything pending is written.</summary>
public sealed class OrderlyEndTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-end-").FullName;

    [Fact]
    public async Task A_center_that_waits_for_a_slow_logger_ends_in_order_all_the_same()
    {
        var (page, probes) = (RunningWeir.FreePort(), RunningWeir.FreePort());
        var configuration = Path.Combine(_folder, "center.yaml");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $$"""
            listen: 127.0.0.1:{{page}}
            data: {{_folder}}/data
            adminPassword: {{Login.Password}}
            probes: {listen: '127.0.0.1:{{probes}}'}
            """));
        using var center = WeirCommand.Start("center", "-c", configuration);
        await center.WaitForError("shows the calls", s_patience);
        using var logger = new TcpClient();
        await logger.ConnectAsync(IPAddress.Loopback, page);
        // An answer is under way for as long as the rest of the body may come.
        await logger.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /message HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n"));
        var answer = new byte[25];
        await logger.GetStream().ReadExactlyAsync(answer);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
        center.Signal("TERM");
        var (code, _, errors) = await center.Finish(s_patience);
        Assert.True(code == 130, $"{code}: {errors}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
