using System.Text.Json;
using Weir.Capture;
using Weir.Export;
using Weir.Testing;
using Weir.Testing.Corpus;

namespace Weir.Probe.Tests;

/// <summary>
/// Captures with frames taken out and cut at random: a record that says it is complete is byte for byte the one of the
/// undamaged capture, and a run that loses a record or says one is incomplete has a reason in its ledger.
/// </summary>
public class LossPropertyTests
{
    private const int Rounds = 200;

    public static TheoryData<string> Names => new(CorpusFolder.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_complete_record_is_that_of_the_undamaged_capture_and_every_loss_is_told(string name)
    {
        var frames = TestFrames.ReadCapture(CorpusFolder.Input(name));
        var (whole, wholeReport) = Read(frames);
        var expected = whole.Select(Content).ToList();
        for (var seed = 0; seed < Rounds; seed++)
        {
            var (records, report) = Read(Damage(frames, new Random(seed)));
            foreach (var complete in records.Where(IsComplete))
                Assert.True(expected.Contains(Content(complete)), $"seed {seed}: {complete}");
            var suffered = records.Count < whole.Count || records.Count(IsComplete) < whole.Count(IsComplete);
            // The first or last messages of a capture can be missing without a trace: as if it had begun later, or ended sooner.
            var isInside = records.Count > 0 && First(records) == First(whole) && Last(records) == Last(whole);
            // A datagram has no sequence number by which anybody could miss it.
            var isNumbered = !name.StartsWith("dns/", StringComparison.Ordinal) || name.StartsWith("dns/tcp", StringComparison.Ordinal);
            if (suffered && isInside && isNumbered && !ToldBy(records)) Assert.True(Total(report) > Total(wholeReport), $"seed {seed}: nothing told");
        }
    }

    private static List<TestFrame> Damage(IReadOnlyList<TestFrame> frames, Random random)
    {
        var damaged = new List<TestFrame>();
        var percent = random.Next(1, 25);
        foreach (var frame in frames)
        {
            if (random.Next(100) < percent)
            {
                if (random.Next(2) == 0) continue;
                damaged.Add(frame.Cut(random.Next(14, frame.Data.Length + 1)));
                continue;
            }

            damaged.Add(frame);
        }

        return damaged;
    }

    private static (List<string> Records, ProbeReport Report) Read(IReadOnlyList<TestFrame> frames)
    {
        using var stream = new MemoryStream();
        using var source = new GivenFrames(frames);
        using var output = new JsonLinesOutput(stream, "memory");
        using var run = new ProbeRun([source], ReadBack.Options, [output]);
        run.Run(CancellationToken.None);
        var lines = System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return ([.. lines], run.Report());
    }

    private static bool IsComplete(string record)
    {
        using var json = JsonDocument.Parse(record);
        return json.RootElement.GetProperty("complete").GetBoolean();
    }

    /// <summary>An anomaly on a record says why it is not whole, for instance that the capture ended.</summary>
    private static bool ToldBy(IEnumerable<string> records) => records.Where(record => !IsComplete(record)).Any(record =>
    {
        using var json = JsonDocument.Parse(record);
        return json.RootElement.GetProperty("anomalies").GetArrayLength() > 0;
    });

    /// <summary>What was said, without what TCP did meanwhile and when.</summary>
    private static string Content(string record)
    {
        using var json = JsonDocument.Parse(record);
        var root = json.RootElement;
        return $"{root.GetProperty("client")}{root.GetProperty("server")}{root.GetProperty("request")}{root.GetProperty("response")}";
    }

    private static string First(List<string> records) => Request(records[0]);

    private static string Last(List<string> records) => Request(records[^1]);

    private static string Request(string record)
    {
        using var json = JsonDocument.Parse(record);
        return json.RootElement.GetProperty("request").ToString();
    }

    private static long Total(ProbeReport report) => report.Losses.Sum(loss => loss.Count);
}
