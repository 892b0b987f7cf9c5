using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Capture;
using Weir.Export;
using Weir.Packets;
using Weir.Testing;

namespace Weir.Probe.Tests;

/// <summary>
/// Connections joined in the middle, with bursts of lost frames, and with segments that their sender repeats long after they
/// arrived: every response names its request, and a record that says it is complete must have paired the two.
/// </summary>
public class LatePacketTests
{
    private const int Rounds = 2_000;

    [Fact]
    public void A_response_that_was_acknowledged_before_the_request_came_does_not_answer_it()
    {
        var talk = new TcpConversation { ClientSequence = 1_000, ServerSequence = 5_000_000 };
        var old = Response(7);
        // What was sent before the capture began, and is sent again after the next request.
        talk.LoseFromServer(old.Length).FromClient(Request(8));
        talk.ServerSequence -= (uint)old.Length;
        talk.FromServer(old).FromServer(Response(8)).FromClient(Request(9)).FromServer(Response(9));
        var records = Read(talk.Frames);
        Assert.All(records.Where(IsComplete), record => AssertPaired(record));
        Assert.Contains(records, record => IsComplete(record) && record.GetProperty("request").GetProperty("path").GetString() == "/9");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void No_complete_record_is_paired_wrongly(int pipelined)
    {
        var complete = 0;
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var records = Read(Damage(Talk(random, pipelined), random)).Where(IsComplete).ToList();
            foreach (var record in records) AssertPaired(record, seed);
            complete += records.Count;
        }

        Assert.True(complete > Rounds, $"only {complete} complete records: too much is given up");
    }

    private static List<TestFrame> Talk(Random random, int pipelined)
    {
        // A batch of requests is one segment: where a capture begins between two of one batch, nothing tells that there was a first.
        var talk = new TcpConversation { AcknowledgeData = random.Next(2) == 0, SegmentBytes = random.Next(40, 400) };
        if (random.Next(2) == 0) talk.Handshake();
        for (int batch = 0, id = 0; batch < 12; batch++)
        {
            var size = random.Next(1, pipelined + 1);
            var requests = string.Concat(Enumerable.Range(id, size).Select(Request));
            talk.FromClient(requests, segmentBytes: requests.Length);
            for (var end = id + size; id < end; id++) talk.FromServer(Response(id));
        }

        return [.. talk.Frames];
    }

    private static List<TestFrame> Damage(List<TestFrame> frames, Random random)
    {
        var damaged = new List<TestFrame>();
        var again = new Queue<(TestFrame Frame, int At)>();
        var lose = 0;
        foreach (var (index, frame) in frames.Index())
        {
            while (again.TryPeek(out var next) && next.At <= index) damaged.Add(again.Dequeue().Frame with { TimestampNs = frame.TimestampNs - 1 });
            if (lose == 0 && random.Next(15) == 0) lose = random.Next(1, 8);
            if (lose > 0) lose--;
            else damaged.Add(frame);
            if (random.Next(12) == 0) again.Enqueue((frame, index + random.Next(1, 12)));
        }

        return damaged;
    }

    private static string Request(int id) => string.Create(CultureInfo.InvariantCulture, $"GET /{id} HTTP/1.1\r\nHost: late\r\n\r\n");

    private static string Response(int id)
    {
        var body = string.Concat(Enumerable.Repeat(string.Create(CultureInfo.InvariantCulture, $"<{id}>"), (id % 5) + 1));
        return string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    private static void AssertPaired(JsonElement record, int seed = -1)
    {
        var id = record.GetProperty("request").GetProperty("path").GetString()![1..];
        Assert.True(record.GetProperty("response").GetProperty("body").GetString()!.StartsWith($"<{id}>", StringComparison.Ordinal), $"seed {seed}: {record}");
    }

    private static bool IsComplete(JsonElement record) => record.GetProperty("complete").GetBoolean();

    private static List<JsonElement> Read(IReadOnlyList<TestFrame> frames)
    {
        using var stream = new MemoryStream();
        using var source = new GivenFrames(frames);
        using var output = new JsonLinesOutput(stream, "memory");
        using var run = new ProbeRun([source], ReadBack.Options, [output]);
        run.Run(CancellationToken.None);
        return [.. Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }
}
