using System.Text;
using System.Text.RegularExpressions;
using Weir.Capture;
using Weir.Export;
using Weir.Packets;
using Weir.Records;
using Weir.Testing;

namespace Weir.Probe.Tests;

/// <summary>Runs captures through a whole probe and gives the records as JSON lines without their random ids.</summary>
internal static partial class ReadBack
{
    public static ProbeOptions Options { get; } = new() { Source = CaptureSourceKind.File, Privacy = PrivacyOptions.Nothing };

    /// <param name="path">A capture.</param>
    /// <param name="options">Null for <see cref="Options"/>.</param>
    /// <param name="sideBySide">Each worker reads the file for itself; else one thread reads and hands over.</param>
    public static (string Lines, ProbeReport Report) File(string path, ProbeOptions? options = null, bool sideBySide = false)
    {
        options ??= Options;
        using var stream = new MemoryStream();
        ProbeReport report;
        using (var output = new JsonLinesOutput(stream, "memory"))
        using (var run = new ProbeRun(FileCaptureSource.OpenForWorkers(path, sideBySide ? options.Workers : 1), options, [output]))
        {
            run.Run(CancellationToken.None);
            report = run.Report();
        }

        return (WithoutIds(stream), report);
    }

    public static List<string> Frames(IEnumerable<TestFrame> frames, ProbeOptions? options = null)
    {
        using var stream = new MemoryStream();
        using (var output = new JsonLinesOutput(stream, "memory"))
        {
            options ??= Options;
            var pipeline = new CapturePipeline(options, new ExchangeFanOut(options.Where, [output], new ExchangeLimit(options.MaxExchanges, () => { })));
            frames.FeedTo(pipeline);
            pipeline.Finish();
        }

        return [.. WithoutIds(stream).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    public static List<string> Capture(byte[] capture)
    {
        using var reader = CaptureFileReader.Open(new MemoryStream(capture));
        return Frames(TestFrames.ReadAll(reader));
    }

    private static string WithoutIds(MemoryStream stream) =>
        Id().Replace(Encoding.UTF8.GetString(stream.ToArray()), "{");

    [GeneratedRegex("""^\{"id":"[^"]*",""", RegexOptions.Multiline)]
    private static partial Regex Id();
}
