using System.Text;
using System.Text.Json;
using Weir.Capture;
using Weir.Export;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Status;
using Weir.Testing;
using Weir.Testing.Corpus;

namespace Weir.Probe.Tests;

/// <summary>Whatever is lost stands in the ledger with its place and in plain words.</summary>
public class LedgerTests
{
    [Fact]
    public void Every_reason_that_a_run_can_give_has_words()
    {
        using var packets = new MemoryStream();
        var (_, report) = ReadBack.File(
            CorpusFolder.Input("http1/keep-alive-json"), ReadBack.Options with { PacketOutput = packets });
        var known = LossReasons.All.Select(reason => reason.Name).ToHashSet();

        Assert.NotEmpty(report.Dropped);
        Assert.All(report.Dropped, reason => Assert.Contains(reason.Key, known));
        Assert.All(Enum.GetValues<DecodeOutcome>().Where(outcome => outcome > DecodeOutcome.FragmentPending && outcome != DecodeOutcome.TunnelIgnored), outcome =>
            Assert.Contains(PacketDecoderCounters.NameOf(outcome), known));
    }

    [Fact]
    public void Each_reason_is_a_sentence_about_a_counted_thing()
    {
        Assert.All(LossReasons.All, reason =>
        {
            Assert.Matches("^[a-z][a-z_]+[a-z]$", reason.Name);
            Assert.NotEmpty(reason.Unit);
            Assert.EndsWith(".", reason.Meaning, StringComparison.Ordinal);
            Assert.True(char.IsUpper(reason.Meaning[0]));
        });
    }

    [Fact]
    public void A_reason_without_words_is_told_by_its_name() =>
        Assert.Equal("some new thing.", LossReasons.Of("some_new_thing").Meaning);

    [Fact]
    public void A_capture_that_was_read_whole_has_an_empty_ledger()
    {
        var (_, report) = ReadBack.File(CorpusFolder.Input("http1/keep-alive-json"));

        Assert.All(report.Losses, loss => Assert.Equal(0, loss.Count));
        Assert.Empty(Stats(report).GetProperty("ledger").EnumerateArray());
    }

    [Fact]
    public void What_a_connection_of_a_file_lost_is_told_without_an_interface()
    {
        var (_, report) = ReadBack.File(CorpusFolder.Input("http1/gap-in-body"));
        var entry = Stats(report).GetProperty("ledger").EnumerateArray()
            .Single(one => one.GetProperty("reason").GetString() == "stream_gap_bytes");

        Assert.Equal(("file", "-", "stream", "bytes"), (Text(entry, "plane"), Text(entry, "interface"), Text(entry, "stage"), Text(entry, "unit")));
        Assert.Equal(report.Dropped["stream_gap_bytes"], entry.GetProperty("count").GetInt64());
        Assert.NotEmpty(Text(entry, "meaning")!);
    }

    [Fact]
    public void Frames_that_cannot_be_read_and_kernel_drops_count_for_their_interface()
    {
        using var source = new TwoDevices();
        using var run = new ProbeRun([source], new ProbeOptions { Source = CaptureSourceKind.Ring }, [new NoneOutput()]);
        run.Run(CancellationToken.None);
        var report = run.Report();

        Assert.Equal(
            [new("ring", "eth0", "kernel_drops", 5), new("ring", "eth1", "kernel_drops", 7), new("ring", "eth1", "packet_truncated_link_header", 3)],
            report.Losses.Where(loss => loss.Count > 0));
        Assert.Equal(12, report.Dropped["kernel_drops"]);
        Assert.Equal(3, report.Dropped["packet_truncated_link_header"]);
    }

    /// <summary>In status, metrics and on the page it is the same list: StatusTests of the center, StatusPageTests of the page.</summary>
    [Fact]
    public void What_a_connection_lost_is_told_by_the_interface_that_it_was_seen_on()
    {
        using var source = new LossyDevices();
        using var run = new ProbeRun([source], new ProbeOptions { Source = CaptureSourceKind.Ring }, [new NoneOutput()]);
        run.Run(CancellationToken.None);
        var ledger = Stats(run.Report()).GetProperty("ledger").EnumerateArray()
            .Where(one => Text(one, "stage") == "stream").Select(one => $"{Text(one, "plane")} {Text(one, "interface")} {Text(one, "reason")} {one.GetProperty("count")}").ToList();

        Assert.Equal(["ring eth0 stream_gap_bytes 100", "ring eth0 stream_gaps 1", "ring eth1 stream_gap_bytes 30", "ring eth1 stream_gaps 2"], ledger.Order(StringComparer.Ordinal));
        Assert.Equal((130, 3), (run.Report().Dropped["stream_gap_bytes"], run.Report().Dropped["stream_gaps"]));
        Assert.All(run.Report().Losses.Where(loss => loss is { Reason: "stream_gaps", Interface: Loss.Anywhere }), loss => Assert.Equal(0, loss.Count));
    }

    [Fact]
    public void What_an_output_could_not_deliver_is_told()
    {
        var output = new JsonLinesOutput(new MemoryStream(), "memory");
        using (var run = new ProbeRun([FileCaptureSource.Open(CorpusFolder.Input("http1/keep-alive-json"))], ReadBack.Options, [output]))
        {
            output.Dispose();
            run.Run(CancellationToken.None);
            Assert.Equal(2, run.Report().Dropped["output_lost"]);
        }
    }

    private static JsonElement Stats(ProbeReport report)
    {
        using var stream = new MemoryStream();
        report.WriteJson(stream);
        return JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    /// <summary>One connection on eth0 that loses 100 bytes, two on eth1 that lose 10 and 20.</summary>
    private sealed class LossyDevices : ICaptureSource
    {
        public IReadOnlyList<string> Warnings => [];

        public void Run(IFrameSink sink, CancellationToken cancellation)
        {
            foreach (var (id, port, lost) in ((int, int, int)[])[(0, 40000, 100), (1, 40001, 10), (1, 40002, 20)])
            {
                var talk = new TcpConversation($"10.0.0.1:{port}", "10.0.0.2:80").Handshake().LoseFromClient(lost).FromClient("x").Close();
                foreach (var frame in talk.Frames) sink.OnFrame(new Frame(frame.Data, frame.Data.Length, frame.TimestampNs, frame.LinkType, id));
            }
        }

        public IReadOnlyList<InterfaceStatistics> ReadStatistics() => [new("eth0", 0, 0, 0, 0), new("eth1", 0, 0, 0, 0)];

        public void Dispose()
        {
            // Nothing is owned.
        }
    }

    private sealed class TwoDevices : ICaptureSource
    {
        public IReadOnlyList<string> Warnings => [];

        public void Run(IFrameSink sink, CancellationToken cancellation)
        {
            for (var i = 0; i < 3; i++) sink.OnFrame(new Frame(new byte[4], 60, 1, LinkType.Ethernet, interfaceId: 1));
        }

        public IReadOnlyList<InterfaceStatistics> ReadStatistics() => [new("eth0", 0, 0, 5, 0), new("eth1", 3, 12, 7, 3)];

        public void Dispose()
        {
            // Nothing is owned.
        }
    }
}
