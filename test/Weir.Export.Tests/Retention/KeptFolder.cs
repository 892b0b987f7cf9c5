using Weir.Export.Retention;
using Weir.Packets;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests.Retention;

/// <summary>A folder of kept frames, and what tests do with it.</summary>
internal sealed class KeptFolder : IDisposable
{
    /// <summary>Small, so that a test rolls with little traffic.</summary>
    public static readonly RetentionLimits Small = RetentionLimits.Default with { BatchBytes = 16 << 10, QueueBytes = 256 << 10, RetryTime = TimeSpan.FromMilliseconds(1) };

    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("weir-keep-");
    private readonly List<string> _told = [];

    public string Path => System.IO.Path.Combine(_parent.FullName, "packets");

    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_told) return [.. _told];
        }
    }

    public IReadOnlyList<string> Segments => [.. Directory.GetFiles(Path, "*.pcapng").Order(StringComparer.Ordinal)];

    public RetentionOptions Options => new()
    {
        Directory = Path,
        SegmentBytes = 64 << 10,
        BudgetBytes = 1 << 20,
        Limits = Small,
        Tell = text =>
        {
            lock (_told) _told.Add(text);
        },
    };

    public void Keep(params IEnumerable<TestFrame>[] frames) => Keep(Options, frames);

    /// <summary>A run of its own, from start to end.</summary>
    public void Keep(RetentionOptions options, params IEnumerable<TestFrame>[] frames)
    {
        using var keeper = new PacketKeeper(options);
        foreach (var some in frames) Keep(keeper, some);
    }

    /// <summary>Through a lane of its own, and on disk afterwards.</summary>
    public static void Keep(PacketKeeper keeper, IEnumerable<TestFrame> frames)
    {
        var lane = keeper.OpenLane(static id => id < 0 ? null : $"eth{id}");
        var decoder = new PacketDecoder();
        foreach (var frame in frames)
        {
            var outcome = decoder.Decode(frame.Frame, out var packet);
            lane.Keep(frame.Frame, outcome == DecodeOutcome.Decoded ? FlowHash.Of(in packet) : 0);
        }

        lane.Flush();
        keeper.Flush();
    }

    public (PacketAnswer Answer, IReadOnlyList<TestFrame> Frames) Read(PacketQuery? query = null)
    {
        using var stream = new MemoryStream();
        var answer = new PacketArchive(Path).Write(query ?? new PacketQuery(), stream, null, CancellationToken.None);
        stream.Position = 0;
        using var reader = CaptureFileReader.Open(stream);
        var frames = TestFrames.ReadAll(reader);
        Assert.Null(reader.Problem);
        Assert.Equal(frames.Count, answer.Frames);
        return (answer, frames);
    }

    /// <summary>Connections of 10 KB each, a second after one another.</summary>
    public static IReadOnlyList<TcpConversation> Talks(int count, long startNs = 1_700_000_000_000_000_000, int firstPort = 40_000) =>
    [
        .. Enumerable.Range(0, count).Select(i => new TcpConversation($"10.0.0.1:{firstPort + i}", "10.0.0.2:80", startNs + (i * 1_000_000_000L))
            .Handshake().FromClient("GET / HTTP/1.1\r\nHost: a\r\n\r\n").FromServer(new string('x', 10_000)).Close()),
    ];

    public static void Equal(IEnumerable<TestFrame> expected, IEnumerable<TestFrame> actual) =>
        Assert.Equal(expected.Select(Key).Order(StringComparer.Ordinal), actual.Select(Key).Order(StringComparer.Ordinal));

    public void Dispose() => _parent.Delete(recursive: true);

    private static string Key(TestFrame frame) => $"{frame.TimestampNs} {Convert.ToHexString(frame.Data)}";
}
