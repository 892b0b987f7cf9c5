using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Capture;
using Weir.Export;
using Weir.Packets;
using Weir.Testing;
using Weir.Testing.Corpus;
using static Weir.Testing.Corpus.Http1Text;

namespace Weir.Probe.Tests;

public partial class PipelineTests
{
    [Fact]
    public void Records_do_not_depend_on_where_segments_are_cut()
    {
        var requests = new[] { Get("/a"), Post("/b", """{"n":1}"""), Get("/c") };
        var responses = new[]
        {
            Ok("/a", 4_000),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk("{\"path\":") + Chunk("\"/b\"}") + "0\r\nA: b\r\n\r\n",
            Ok("/c"),
        };
        var whole = Timeless(requests, responses, () => 100_000);
        Assert.Equal(3, whole.Count);
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var longest = seed % 4 == 0 ? 3 : 300;
            Assert.Equal(whole, Timeless(requests, responses, () => random.Next(1, longest)));
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("80,8000-8999", "9")]
    public void Exchanges_in_steady_state_allocate_nothing(string ports, string excluded)
    {
        var options = ReadBack.Options with { Ports = PortRange.ParseList(ports), ExcludedPorts = PortRange.ParseList(excluded) };
        var pipeline = new CapturePipeline(options, new ExchangeFanOut(null, [new NoneOutput()], ExchangeLimit.None));
        var round = 0;
        var allocated = SteadyState.AllocatedBytes(() => Frames(round++), frames =>
        {
            foreach (var frame in frames) pipeline.OnFrame(frame.Frame);
        });
        Assert.Equal(0, allocated);
    }

    /// <summary>Ten connections at a time, each opened, used for ten exchanges and closed.</summary>
    private static TestFrame[] Frames(int round)
    {
        var connections = Enumerable.Range(0, 10).Select(i =>
        {
            var talk = Talk(40_000 + i, 1_700_000_000_000_000_000 + (round * 10_000_000_000));
            for (var n = 0; n < 10; n++) talk.FromClient(Post("/a", "{}")).FromServer(Ok("/a", 2_000));
            return talk.Close().Frames;
        });
        return [.. connections.SelectMany(frames => frames).OrderBy(frame => frame.TimestampNs)];
    }

    [Fact]
    public void The_limit_stops_the_outputs_and_then_the_run()
    {
        var frames = Talk(40_000);
        for (var i = 0; i < 1_000; i++) frames.FromClient(Get("/a")).FromServer(Ok("/a"));
        using var file = new TemporaryFile(frames.ToPcap());
        var (lines, report) = ReadBack.File(file.Path, ReadBack.Options with { MaxExchanges = 3 });
        Assert.Equal(3, lines.Count(c => c == '\n'));
        Assert.Equal(3, report.Exchanges);
        Assert.InRange(report.Packets, 1, frames.Frames.Count - 1);
    }

    [Fact]
    public void A_limit_of_nothing_gives_nothing()
    {
        Assert.Empty(ReadBack.Frames(Talk(40_000).FromClient(Get("/a")).FromServer(Ok("/a")).Frames, ReadBack.Options with { MaxExchanges = 0 }));
    }

    [Fact]
    public void The_port_filter_applies_to_files()
    {
        TestFrame[] frames =
        [
            .. Talk(40_000).FromClient(Get("/a")).FromServer(Ok("/a")).Frames,
            .. new TcpConversation("10.0.0.1:40000", "10.0.0.2:9090").Handshake().FromClient(Get("/b")).FromServer(Ok("/b")).Frames,
        ];
        using var file = new TemporaryFile(frames.ToPcap());
        var (lines, report) = ReadBack.File(file.Path, ReadBack.Options with { Ports = PortRange.ParseList("9000-9100") });
        Assert.Contains("\"path\":\"/b\"", Assert.Single(lines.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.True(report.Ignored["packet_other_port"] > 0);
    }

    [Fact]
    public void The_statistics_document_has_its_keys_and_no_loss_on_a_clean_capture()
    {
        var (_, report) = ReadBack.File(CorpusFolder.Input("http1/keep-alive-json"));
        using var stream = new MemoryStream();
        report.WriteJson(stream);
        using var json = JsonDocument.Parse(stream.ToArray());
        foreach (var key in new[] { "packets", "bytes", "exchanges", "connections", "seconds" })
            Assert.Equal(JsonValueKind.Number, json.RootElement.GetProperty(key).ValueKind);
        Assert.Equal(2, json.RootElement.GetProperty("exchanges").GetInt64());
        Assert.Equal(1, json.RootElement.GetProperty("connections").GetInt64());
        Assert.Contains("kernel_drops", json.RootElement.GetProperty("dropped").EnumerateObject().Select(p => p.Name));
        Assert.All(json.RootElement.GetProperty("dropped").EnumerateObject(), p => Assert.Equal(0, p.Value.GetInt64()));
    }

    [Theory]
    [InlineData("http1/gap-in-body")]
    [InlineData("http1/gap-over-head")]
    public void Loss_has_a_reason_above_zero(string name)
    {
        var (_, report) = ReadBack.File(CorpusFolder.Input(name));
        Assert.Contains(report.Dropped, reason => reason.Value > 0);
    }

    private static TcpConversation Talk(int port, long startNs = 1_700_000_000_000_000_000) =>
        new TcpConversation($"10.0.0.1:{port}", "10.0.0.2:8080", startNs) { AcknowledgeData = true }.Handshake();

    private static List<string> Timeless(string[] requests, string[] responses, Func<int> size)
    {
        var talk = new TcpConversation { SegmentBytes = 60_000 }.Handshake();
        for (var i = 0; i < requests.Length; i++)
        {
            for (var (at, n) = (0, size()); at < requests[i].Length; at += n, n = size()) talk.FromClient(Part(requests[i], at, n));
            for (var (at, n) = (0, size()); at < responses[i].Length; at += n, n = size()) talk.FromServer(Part(responses[i], at, n));
        }

        return [.. ReadBack.Frames(talk.Close().Frames).Select(record => Times().Replace(record, ""))];
    }

    private static string Part(string text, int at, int length) => text[at..Math.Min(text.Length, at + length)];

    [GeneratedRegex("""("startedAt":"[^"]*"|"durationMs":[0-9.]+|"timing":\{[^}]*\})""")]
    private static partial Regex Times();
}
