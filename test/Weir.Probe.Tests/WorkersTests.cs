using System.Text;
using Weir.Capture;
using Weir.Export;
using Weir.Packets;
using Weir.Testing;
using Weir.Testing.Corpus;
using static Weir.Testing.Corpus.Http1Text;

namespace Weir.Probe.Tests;

/// <summary>Several workers give what one gives: the same records, counters and packets.</summary>
public class WorkersTests
{
    /// <summary>Larger captures only repeat what these show, for minutes.</summary>
    private const long MaxSharedBytes = 8 << 20;

    public static TheoryData<string> Corpus => new(CorpusFolder.Names);

    [Theory]
    [MemberData(nameof(Corpus))]
    public void Workers_do_not_change_what_a_corpus_capture_gives(string name) => AssertSame(CorpusFolder.Input(name));

    [SkippableFact]
    public void Workers_do_not_change_what_any_shared_capture_gives()
    {
        var captures = SharedData.List("pcap", ".pcap", ".pcapng", ".cap");
        Skip.If(captures.Count == 0, "shared test data not found");
        foreach (var capture in captures.Select(SharedData.Require).Where(path => new FileInfo(path).Length <= MaxSharedBytes))
        {
            if (IsReadable(capture)) AssertSame(capture);
        }
    }

    [Fact]
    public void Workers_do_not_change_what_many_mixed_connections_give()
    {
        using var file = new TemporaryFile(Mixed(300).ToPcap());
        AssertSame(file.Path);
        AssertSame(file.Path, ReadBack.Options with { Where = exchange => exchange.Request.BodyBytes == 0 });
        AssertSame(file.Path, ReadBack.Options with { Ports = PortRange.ParseList("8080") });
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(2, true)]
    [InlineData(4, true)]
    public void The_limit_is_exact_whatever_the_workers(int workers, bool sideBySide)
    {
        using var file = new TemporaryFile(Mixed(200).ToPcap());
        for (var limit = 1; limit < 600; limit *= 3)
        {
            var (lines, report) = ReadBack.File(file.Path, ReadBack.Options with { Workers = workers, MaxExchanges = limit }, sideBySide);
            Assert.Equal(limit, lines.Count(c => c == '\n'));
            Assert.Equal(limit, report.Exchanges);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("POST")]
    public void The_recorders_of_all_workers_write_the_same_packets(string? method)
    {
        using var file = new TemporaryFile(Mixed(100).ToPcap());
        var one = Recorded(file.Path, method, 1);
        Assert.NotEmpty(one);
        Assert.Equal(one, Recorded(file.Path, method, 2));
        Assert.Equal(one, Recorded(file.Path, method, 4));
        Assert.Equal(one, Recorded(file.Path, method, 4, sideBySide: true));
    }

    [Fact]
    public void A_worker_that_fails_ends_the_run_with_its_error()
    {
        using var file = new TemporaryFile(Mixed(300).ToPcap());
        var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        var output = new JsonLinesOutput(full, "calls.jsonl");
        using var run = new ProbeRun([FileCaptureSource.Open(file.Path)], ReadBack.Options with { Workers = 3 }, [output]);
        var error = Assert.Throws<OutputException>(() => run.Run(CancellationToken.None));
        Assert.Contains("calls.jsonl", error.Message, StringComparison.Ordinal);
        output.Dispose();
    }

    private static void AssertSame(string path, ProbeOptions? options = null)
    {
        options ??= ReadBack.Options;
        var (lines, report) = ReadBack.File(path, options);
        var expected = Sorted(lines);
        foreach (var workers in new[] { 2, 4 })
        {
            foreach (var sideBySide in new[] { false, true })
            {
                var (other, otherReport) = ReadBack.File(path, options with { Workers = workers }, sideBySide);
                Assert.Equal(expected, Sorted(other));
                Assert.Equal(Counters(report), Counters(otherReport));
            }
        }
    }

    private static List<string> Sorted(string lines) => [.. lines.Split('\n').Order(StringComparer.Ordinal)];

    private static List<string> Counters(ProbeReport report) =>
    [
        $"packets {report.Packets}", $"bytes {report.Bytes}", $"connections {report.Connections}",
        $"exchanges {report.Exchanges}", $"seen {report.ExchangesSeen}",
        .. report.Dropped.Select(counter => counter.ToString()), .. report.Ignored.Select(counter => counter.ToString()),
    ];

    private static List<string> Recorded(string path, string? method, int workers, bool sideBySide = false)
    {
        using var stream = new MemoryStream();
        var options = ReadBack.Options with
        {
            Workers = workers,
            PacketOutput = stream,
            Where = method is null ? null : exchange => exchange.Request[exchange.Request.Method].SequenceEqual(Encoding.ASCII.GetBytes(method)),
        };
        ReadBack.File(path, options, sideBySide);
        using var reader = CaptureFileReader.Open(new MemoryStream(stream.ToArray()));
        return [.. TestFrames.ReadAll(reader).Select(f => $"{f.TimestampNs} {Convert.ToHexString(f.Data)}").Order(StringComparer.Ordinal)];
    }

    private static bool IsReadable(string path)
    {
        try
        {
            FileCaptureSource.Open(path).Dispose();
            return true;
        }
        catch (CaptureException)
        {
            // Some captures are there to be refused; that is tested where files are read.
            return false;
        }
    }

    /// <summary>Connections of three exchanges each that overlap in time, some to another port.</summary>
    private static List<TestFrame> Mixed(int connections) =>
    [
        .. Enumerable.Range(0, connections)
            .SelectMany(i => new TcpConversation($"10.0.{i / 200}.1:{20_000 + i}", $"10.0.0.2:{(i % 3 == 0 ? 9090 : 8080)}", 1_700_000_000_000_000_000 + (i * 3_000_000))
                .Handshake().FromClient(Get($"/a/{i}")).FromServer(Ok("/a")).FromClient(Post("/b", $$"""{"n":{{i}}}""")).FromServer(Ok("/b", 9_000))
                .FromClient(Get("/c")).FromServer(Ok("/c")).Close().Frames)
            .OrderBy(frame => frame.TimestampNs),
    ];
}
