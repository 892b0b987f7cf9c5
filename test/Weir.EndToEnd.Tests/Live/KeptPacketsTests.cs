using System.Globalization;
using System.Net;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>Raw packets that <c>weir sniff</c> keeps, read by <c>weir packets</c> and compared with what tcpdump wrote at the same time.</summary>
public sealed class KeptPacketsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-kept-");

    private string Kept => Path.Combine(_folder.FullName, "packets");

    private string Reference => Path.Combine(_folder.FullName, "tcpdump.pcap");

    [SkippableFact]
    public async Task The_whole_connections_of_matching_calls_come_out_also_of_before_a_kill()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        Skip.IfNot(Child.Exists("tcpdump") && Child.Exists("tshark"), "needs tcpdump and tshark");
        var port = RunningWeir.FreePort();
        using var server = Serve(port);
        using var tcpdump = Child.Start("tcpdump", ["-i", "lo", "-U", "-B", "8192", "-w", Reference, "tcp", "port", port.ToString(CultureInfo.InvariantCulture)]);
        await tcpdump.WaitForError("listening on", Patience);
        using (var weir = await Sniff(port))
        {
            foreach (var path in (string[])["/wanted", "/other", "/wanted?again"]) await Ask(port, path, "/more");
            await Until(async () => await Count(await Packets(), "http.request") == 6 && await Count(Reference, "") is var all && await Count(await Packets(), "") == all);
            weir.Signal("KILL");
            await weir.Finish(Patience);
        }

        using (var weir = await Sniff(port))
        {
            foreach (var path in (string[])["/other", "/wanted", "/other"]) await Ask(port, path, "/more");
            // While it writes.
            await Until(async () => await Count(await Packets(), "http.request") == 12);
            weir.Signal("TERM");
            var (_, _, errors) = await weir.Finish(Patience);
            Assert.Contains("not redacted", errors, StringComparison.Ordinal);
        }

        await Until(async () => await Count(Reference, "http.request") == 12);
        tcpdump.Signal("INT");
        await tcpdump.Finish(Patience);

        var streams = await Tshark(Reference, "http.request.uri matches \"^/wanted\"", "tcp.stream");
        Assert.Equal(3, streams.Count);
        var expected = await Tshark(Reference, $"tcp.stream in {{{string.Join(", ", streams)}}}", "frame.time_relative", "tcp.seq_raw", "tcp.len", "tcp.flags");
        var found = await Packets("--filter", "path == '/wanted'");
        var actual = await Tshark(found, "", "frame.time_relative", "tcp.seq_raw", "tcp.len", "tcp.flags");
        Assert.Equal(expected.Select(Without).Order(StringComparer.Ordinal), actual.Select(Without).Order(StringComparer.Ordinal));
        // Handshakes and ends are there, and every call of the connections, not the matching one alone.
        Assert.Equal(3, await Count(found, "tcp.flags.syn == 1 && tcp.flags.ack == 0"));
        Assert.Equal(6, await Count(found, "http.request"));
        Assert.Equal(6, await Count(found, "http.response"));

        Assert.Equal(await Count(Reference, ""), await Count(await Packets("-p", port.ToString(CultureInfo.InvariantCulture), "--host", "127.0.0.1"), ""));
        Assert.Equal(0, await Count(await Packets("--from", "2020-01-01", "--to", "2020-01-02"), ""));
        Assert.Equal(0, await Count(await Packets("--host", "10.9.9.0/24"), ""));
    }

    [Theory]
    [InlineData(2, "there is no folder", "/nowhere/at/all")]
    [InlineData(2, "--from is 'yesterday'", ".", "--from", "yesterday")]
    [InlineData(2, "the filter is not understood", ".", "-w", "status_code >")]
    [InlineData(2, "not an address or network", ".", "--host", "somewhere")]
    [InlineData(2, "is not a port", ".", "-p", "http")]
    public async Task What_cannot_be_understood_is_said(int code, string words, params string[] arguments)
    {
        using var child = WeirCommand.Start(["packets", .. arguments]);
        var (ended, output, errors) = await child.Finish(Patience);
        Assert.Equal((code, ""), (ended, output));
        Assert.Contains(words, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("the budget holds at least two segments", "--keep-packets", "x", "--keep-size", "70MiB")]
    [InlineData("--keep-size says how packets are kept, but not where", "--keep-size", "1GiB")]
    [InlineData("sockets have no packets to keep", "--keep-packets", "x", "--source", "ebpf")]
    [InlineData("--keep-packets is about live capture", "--keep-packets", "x", "-r", "x.pcap")]
    public async Task Options_that_do_not_go_together_are_refused(string words, params string[] arguments)
    {
        using var child = WeirCommand.Start(["sniff", .. arguments]);
        var (code, _, errors) = await child.Finish(Patience);
        Assert.Equal(2, code);
        Assert.Contains(words, errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Without(string line) => line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..];

    private static HttpListener Serve(int port)
    {
        var server = new HttpListener();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        _ = Task.Run(async () =>
        {
            while (server.IsListening)
            {
                var context = await server.GetContextAsync();
                context.Response.OutputStream.Write(new byte[20_000]);
                context.Response.Close();
            }
        });
        return server;
    }

    /// <summary>Two calls on a connection of their own.</summary>
    private static async Task Ask(int port, params string[] paths)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 });
        foreach (var path in paths) Assert.Equal(20_000, (await http.GetByteArrayAsync($"http://127.0.0.1:{port}{path}")).Length);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "what the test waits for did not happen");
            await Task.Delay(200);
        }
    }

    private static async Task<int> Count(string file, string filter) => (await Tshark(file, filter, "frame.number")).Count;

    private static async Task<IReadOnlyList<string>> Tshark(string file, string filter, params string[] fields) =>
        (await Child.Output("tshark", ["-r", file, "-Y", filter, "-T", "fields", .. fields.SelectMany(field => (string[])["-e", field])]))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<Child> Sniff(int port)
    {
        var weir = WeirCommand.Start("sniff", "-i", "lo", "-p", port.ToString(CultureInfo.InvariantCulture), "-o", "none", "--keep-packets", Kept, "--keep-size", "64MiB", "--keep-segment", "4MiB");
        await weir.WaitForError("capturing on", Patience);
        return weir;
    }

    private async Task<string> Packets(params string[] arguments)
    {
        var file = Path.Combine(_folder.FullName, "out.pcapng");
        await WeirCommand.Output(["packets", Kept, "-o", file, .. arguments]);
        return file;
    }
}
