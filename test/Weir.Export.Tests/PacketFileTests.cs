using System.Diagnostics;
using System.Text;
using Weir.Packets;
using Weir.Records;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests;

/// <summary>Packets that were made of calls, read by tshark with every checksum on.</summary>
public sealed class PacketFileTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [SkippableFact]
    public void Tshark_reads_the_calls_out_of_the_packets_and_finds_nothing_wrong()
    {
        Skip.IfNot(File.Exists("/usr/bin/tshark"), "there is no tshark");
        var post = TestExchange.GetOk("{\"answer\":1}");
        TestExchange.Body(post.Request, Encoding.ASCII.GetBytes(new string('x', 150_001)));
        TestExchange.Header(post.Request, "Transfer-Encoding", "chunked");
        TestExchange.Header(post.Response, "Content-Encoding", "gzip");
        post.Request.BodyDecoded = post.Response.BodyDecoded = true;
        post.Id = new ExchangeId(post.Id.Value + 1);
        var six = TestExchange.GetOk("odd");
        Assert.True(IpAddress.TryParse("fd00::7", out var address));
        six.Client.Ip = address;
        six.Id = new ExchangeId(post.Id.Value + 2);
        six.Protocol = "HTTP/2";
        var unanswered = TestExchange.Get("/unanswered", "");
        unanswered.Id = new ExchangeId(post.Id.Value + 3);
        var lookup = TestExchange.Empty();
        lookup.Dns.Present = true;
        // A call on the ports of the one before: a connection that was kept open.
        var again = TestExchange.GetOk("again");
        again.Id = new ExchangeId(post.Id.Value + 4);

        using (var output = new PacketFileOutput(File.Create(_file)))
        {
            foreach (var exchange in (Exchange[])[post, six, unanswered, lookup, again]) output.Write(exchange);
            Assert.Equal(1, output.LeftOut);
        }

        Assert.Equal(
            [
                "GET|/api/v2/orders/17?page=2|orders:8080||150001",
                "|||200|12",
                "GET|/api/v2/orders/17?page=2|orders:8080||",
                "|||200|3",
                "GET|/unanswered|orders:8080||",
                "GET|/api/v2/orders/17?page=2|orders:8080||",
                "|||200|5",
            ],
            Tshark("http", "-e", "http.request.method", "-e", "http.request.uri", "-e", "http.host", "-e", "http.response.code", "-e", "http.content_length"));
        Assert.Equal(["0", "1", "2", "3"], Tshark("tcp.flags.syn == 1 && tcp.flags.ack == 0", "-e", "tcp.stream"));
        Assert.Equal(4, Tshark("tcp.flags.fin == 1 && tcp.srcport == 8080", "-e", "tcp.stream").Count);
        Assert.Empty(Tshark("tcp.checksum.status == 0 || ip.checksum.status == 0", "-e", "frame.number"));
        Assert.Empty(Tshark("tcp.analysis.lost_segment || tcp.analysis.retransmission || tcp.analysis.ack_lost_segment || tcp.analysis.out_of_order || _ws.malformed", "-e", "frame.number"));
    }

    [SkippableFact]
    public void A_file_without_calls_is_one_that_tshark_opens()
    {
        Skip.IfNot(File.Exists("/usr/bin/tshark"), "there is no tshark");
        using (new PacketFileOutput(File.Create(_file)))
        {
            // Nothing to write.
        }

        Assert.Empty(Tshark("frame", "-e", "frame.number"));
    }

    private List<string> Tshark(string filter, params string[] fields)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/tshark",
            [
                "-r", _file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-d", "tcp.port==8080,http",
                "-Y", filter, "-T", "fields", "-E", "separator=|", .. fields,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return [.. lines];
    }
}
