using System.Net;
using Weir.Capture;
using Weir.Export;
using Weir.Export.Retention;
using Weir.Packets;
using Weir.Records;
using Weir.Testing;

namespace Weir.Probe.Tests;

/// <summary>Which frames of a run are kept.</summary>
public sealed class KeeperTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-probe-keep-");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_is_looked_at_is_kept_and_nothing_of_other_ports_or_of_the_probe_itself(int workers)
    {
        var wanted = Talk("10.0.0.1:40000", "10.0.0.2:80");
        var arp = new TestFrame([.. new byte[12], 0x08, 0x06, .. new byte[28]], wanted[^1].TimestampNs);
        var others = Talk("10.0.0.1:40001", "10.0.0.2:81");
        var own = Talk("10.0.0.1:40002", "10.0.0.3:80");
        var sockets = new OwnSockets();
        using var socket = sockets.Add(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 40002));
        // Of a port that is only counted.
        var headers = others[3].Cut(LiveCaptureOptions.HeaderBytes);
        ProbeReport report;
        using (var keeper = new PacketKeeper(new RetentionOptions { Directory = Kept }))
        {
            var options = new ProbeOptions { Ports = [80], Own = sockets, HeadersOfOthers = true, Keeper = keeper, Workers = workers, Source = CaptureSourceKind.Ring };
            using var run = new ProbeRun([new GivenFrames([.. wanted, arp, .. others, .. own, headers])], options, [new NoneOutput()]);
            run.Run(CancellationToken.None);
            report = run.Report();
        }

        Assert.Equal(wanted.Append(arp).Select(frame => frame.Data), Read().Select(frame => frame.Data));
        Assert.Equal(1, report.Exchanges);
        Assert.Equal((0, 0), (report.Dropped["retention_queue_full"], report.Dropped["retention_disk"]));
    }

    [Fact]
    public void Without_a_keeper_its_losses_are_not_counted()
    {
        using var run = new ProbeRun([new GivenFrames(Talk("10.0.0.1:40000", "10.0.0.2:80"))], new ProbeOptions { Source = CaptureSourceKind.Ring }, [new NoneOutput()]);
        run.Run(CancellationToken.None);
        Assert.DoesNotContain("retention_queue_full", run.Report().Dropped.Keys);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Kept => Path.Combine(_folder.FullName, "packets");

    private static IReadOnlyList<TestFrame> Talk(string client, string server) =>
        new TcpConversation(client, server).Handshake().FromClient("GET / HTTP/1.1\r\nHost: a\r\nX-Padding: " + new string('x', 400) + "\r\n\r\n").FromServer("HTTP/1.1 204 No Content\r\n\r\n").Close().Frames;

    private IReadOnlyList<TestFrame> Read()
    {
        using var stream = new MemoryStream();
        new PacketArchive(Kept).Write(new PacketQuery(), stream, null, CancellationToken.None);
        stream.Position = 0;
        using var reader = CaptureFileReader.Open(stream);
        return TestFrames.ReadAll(reader);
    }
}
