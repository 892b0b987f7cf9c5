using System.Text.Json;
using Weir.Privacy.Redaction;
using Weir.Privacy.Rules;
using Weir.Privacy.Rules.Vectors;

namespace Weir.Cli.Commands;

internal static class RulesTest
{
    public static int Run(string file)
    {
        IReadOnlyList<RuleVector> vectors;
        try
        {
            vectors = RuleVector.ReadAll(File.ReadAllBytes(file));
        }
        catch (JsonException e)
        {
            throw new UsageException($"{file} is no file of vectors: {e.Message}");
        }

        // Every message is kept by sample, and no message is out of time: results must not depend on the machine.
        var runner = new RuleVectorRunner(Source(file), new RuleContext(new TextMasker(), () => 0, () => 0));
        var counts = new int[Enum.GetValues<VectorOutcome>().Length];
        for (var i = 0; i < vectors.Count; i++)
        {
            var result = runner.Run(vectors[i]);
            counts[(int)result.Outcome]++;
            if (result.Outcome == VectorOutcome.Passed) continue;
            var not = result.Outcome == VectorOutcome.FileMissing ? "not run, its file is not on this machine" : "failed";
            Console.WriteLine($"{i + 1} {vectors[i].Kind} {JsonSerializer.Serialize(vectors[i].Rules)}: {not}\n  {result.Difference}");
        }

        var (passed, failed, missing) = (counts[(int)VectorOutcome.Passed], counts[(int)VectorOutcome.Failed], counts[(int)VectorOutcome.FileMissing]);
        if (missing > 0) Console.WriteLine($"{missing} not run: put the named files where they are looked for, or beside {file}");
        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>Files that vectors name are looked for where they say, then beside the vectors; that of the reference is known.</summary>
    private static RuleSource Source(string vectors)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(vectors))!;
        var read = RuleOptions.Source.ReadFile;
        return new RuleSource
        {
            ReadFile = path => read(path) ?? read(Path.Combine(folder, Path.GetFileName(path))) ?? RuleVectorRunner.ReferenceFile(Path.GetFileName(path)),
            Limits = new RuleLimits { PatternMilliseconds = 60_000, LinearPatternMilliseconds = 60_000 },
        };
    }
}
