using System.Buffers;
using Weir.Export;
using Weir.Privacy.Redaction;
using Weir.Privacy.Rules;

namespace Weir.Cli.Commands;

internal static class RulesApply
{
    public static int Run(RuleSet rules, int? seed)
    {
        if (rules.SkipSubmission) Console.Error.WriteLine("weir: skip_submission: nothing of this would be delivered");
        var random = seed is { } start ? new Random(start) : Random.Shared;
        var context = new RuleContext(new TextMasker(), () => Environment.TickCount64, () => random.Next(100));
        var details = new List<LogDetail>();
        var output = new ArrayBufferWriter<byte>();
        long invalid = 0;
        using var target = StandardOutput.Open();
        using var lines = new MessageLines(Console.OpenStandardInput());
        while (lines.TryRead(out var line))
        {
            if (!LogMessageJson.TryRead(line, details))
            {
                invalid++;
                continue;
            }

            if (rules.Apply(details, context) != RuleOutcome.Kept) continue;
            LogMessageJson.Write(details, output);
            output.Write("\n"u8);
            target.Write(output.WrittenSpan);
            output.ResetWrittenCount();
        }

        Report(context.Counters, invalid + lines.TooLong);
        return invalid + lines.TooLong > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    private static void Report(RuleCounters counters, long invalid)
    {
        (long Count, string What)[] parts =
        [
            (counters.Kept, "logged"), (counters.Stopped, "stopped"), (counters.SampledOut, "sampled out"), (counters.Empty, "left empty"),
            (counters.TimedOut, "out of time"), (counters.ValuesRemovedByLimit, "values removed by a limit"), (invalid, "invalid lines"),
        ];
        var shown = parts.Where((part, index) => index == 0 || part.Count > 0).Select(part => $"{part.Count} {part.What}");
        Console.Error.WriteLine($"weir: {string.Join(", ", shown)}");
    }
}
