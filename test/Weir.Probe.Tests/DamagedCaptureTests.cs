using System.Text.Json;
using Weir.Packets;
using Weir.Testing;
using Weir.Testing.Corpus;

namespace Weir.Probe.Tests;

/// <summary>The whole way from frames to records on input that is not as it should be.</summary>
public class DamagedCaptureTests
{
    private const int Rounds = 150;

    public static TheoryData<string> Names => new(CorpusFolder.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Lost_doubled_cut_and_swapped_frames_never_pair_a_response_with_another_request(string name)
    {
        var frames = TestFrames.ReadCapture(CorpusFolder.Input(name));
        for (var seed = 0; seed < Rounds; seed++)
        {
            foreach (var record in ReadBack.Frames(Mutations.Disturb(frames, new Random(seed))))
                Assert.True(NamesItsRequest(record), $"seed {seed}: {record}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Corrupted_frames_never_throw_and_records_stay_valid_JSON(string name)
    {
        var frames = TestFrames.ReadCapture(CorpusFolder.Input(name));
        for (var seed = 0; seed < Rounds; seed++)
        {
            foreach (var record in ReadBack.Frames(Mutations.Corrupt(frames, new Random(seed))))
                using (JsonDocument.Parse(record)) Assert.NotEmpty(record);
        }
    }

    [Fact]
    public void A_file_that_is_damaged_anywhere_is_read_as_far_as_it_goes()
    {
        foreach (var name in CorpusFolder.Names)
        {
            var file = File.ReadAllBytes(CorpusFolder.Input(name));
            for (var seed = 0; seed < 20; seed++)
            {
                var random = new Random(seed);
                var damaged = file[..random.Next(24, file.Length + 1)];
                for (var flips = random.Next(4); flips > 0 && damaged.Length > 24; flips--)
                    damaged[random.Next(24, damaged.Length)] = (byte)random.Next(256);
                ReadBack.Capture(damaged);
            }
        }
    }

    [Theory]
    [InlineData(LinkType.Null)]
    [InlineData(LinkType.Ethernet)]
    [InlineData(LinkType.RawBsd)]
    [InlineData(LinkType.RawOpenBsd)]
    [InlineData(LinkType.Raw)]
    [InlineData(LinkType.Loop)]
    [InlineData(LinkType.LinuxSll)]
    [InlineData(LinkType.Ipv4)]
    [InlineData(LinkType.Ipv6)]
    [InlineData(LinkType.LinuxSll2)]
    [InlineData((LinkType)9_999)]
    public void Garbage_of_any_link_type_is_counted_and_not_kept(LinkType linkType)
    {
        var random = new Random((int)linkType);
        var pipeline = new CapturePipeline(ReadBack.Options, new ExchangeFanOut(null, [], ExchangeLimit.None));
        Feed(pipeline, linkType, random, 20_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Feed(pipeline, linkType, random, 60_000);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(80_000, pipeline.Packets);
        // Fragments may hold 4 MiB, and connections that garbage seems to open about 1.5 KiB each.
        Assert.InRange(growth, long.MinValue, 32 << 20);
        pipeline.Finish();
    }

    private static void Feed(CapturePipeline pipeline, LinkType linkType, Random random, int count)
    {
        var data = new byte[200];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(data);
            // Often enough something that looks like IP, or nothing would get past the first header.
            if (i % 2 == 0) data[linkType is LinkType.Ethernet ? 14 : 0] = (byte)(random.Next(2) == 0 ? 0x45 : 0x60);
            if (i % 2 == 0 && linkType is LinkType.Ethernet) (data[12], data[13]) = (8, 0);
            pipeline.OnFrame(new Frame(data.AsSpan(0, random.Next(data.Length)), data.Length, i * 1_000_000L, linkType));
        }
    }

    /// <summary>True also where the record has nothing to compare: it is incomplete, or its body names no path.</summary>
    private static bool NamesItsRequest(string record)
    {
        using var json = JsonDocument.Parse(record);
        if (!json.RootElement.GetProperty("complete").GetBoolean()) return true;
        var body = json.RootElement.GetProperty("response").GetProperty("body").GetString() ?? "";
        const string Start = "{\"path\":\"";
        if (!body.StartsWith(Start, StringComparison.Ordinal)) return true;
        var path = json.RootElement.GetProperty("request").GetProperty("path").GetString();
        // The path of an HTTP/2 request may stand in a compression table that nobody can know any more.
        if (path?.Length == 0) return record.Contains("\"header_unknown\"", StringComparison.Ordinal);
        return body[Start.Length..].StartsWith(path + "\"", StringComparison.Ordinal);
    }
}
