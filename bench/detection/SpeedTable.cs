using System.Diagnostics;
using Weir.Detection.Models;
using Weir.Detection.Onnx;

namespace Weir.Benchmarks.Detection;

/// <summary>How many sequences a core scores in a second: one at a time, as live, and in batches.</summary>
internal static class SpeedTable
{
    private static readonly TimeSpan s_span = TimeSpan.FromSeconds(3);

    public static void Print(string path, TextWriter output)
    {
        if (!DetectorModel.TryLoad(File.ReadAllBytes(path), OnnxLimits.Default, out var model, out var error)) throw new InvalidDataException(error);
        output.WriteLine("| batch | sequences per CPU second |");
        output.WriteLine("|---|---|");
        foreach (var batch in new[] { 1, 8, 64, 256 })
        {
            var sequences = new float[batch * model!.Program.InputLength];
            for (var i = 0; i < sequences.Length; i++) sequences[i] = (i * 2_654_435_761L % 1000 / 500f) - 1;
            var scores = new float[batch];
            Run(model, sequences, scores, TimeSpan.FromSeconds(1));
            var (runs, seconds) = Run(model, sequences, scores, s_span);
            output.WriteLine($"| {batch} | {runs * batch / seconds:N0} |");
        }
    }

    private static (long Runs, double Seconds) Run(DetectorModel model, float[] sequences, float[] scores, TimeSpan span)
    {
        var runs = 0L;
        var started = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        for (; watch.Elapsed < span; runs++)
            if (!model.Program.TryRun(sequences, scores, out var error)) throw new InvalidOperationException(error);
        return (runs, (Process.GetCurrentProcess().TotalProcessorTime - started).TotalSeconds);
    }
}
