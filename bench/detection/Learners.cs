using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Weir.Benchmarks.Detection;

/// <summary>Learners of scikit-learn in a process of their own, on the numbers that the network gets of the last flow of each sequence.</summary>
internal static class Learners
{
    private const string Python = "/usr/bin/python3";

    public static readonly string[] Names = ["logistic regression", "random forest", "gradient boosting"];

    public static bool IsThere()
    {
        if (!File.Exists(Python)) return false;
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", "import sklearn"]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <summary>Scores of the validation and the test part by learner.</summary>
    public static Dictionary<string, (float[] Validation, float[] Test)> Run(PreparedSplit split, int seed)
    {
        var folder = Directory.CreateTempSubdirectory("weir-learners-").FullName;
        try
        {
            Write(folder, "train", split.Flows(split.Split.Training));
            Write(folder, "valid", split.Flows(split.ValidationRows));
            Write(folder, "test", split.Flows(split.TestRows));
            File.WriteAllBytes(Path.Combine(folder, "train.u8"), [.. split.Split.Training.Select(row => (byte)(split.IsAttack(row) ? 1 : 0))]);
            var script = Path.Combine(AppContext.BaseDirectory, "learners.py");
            using var process = Process.Start(new ProcessStartInfo(Python, [script, folder, $"{split.Table.Features.Count}", $"{seed}"]))!;
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"learners.py ended with {process.ExitCode}");
            return Names.ToDictionary(name => name, name => (Read(folder, $"{name}.valid"), Read(folder, $"{name}.test")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder, string name, float[] values) =>
        File.WriteAllBytes(Path.Combine(folder, $"{name}.f32"), MemoryMarshal.AsBytes<float>(values).ToArray());

    private static float[] Read(string folder, string name) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, name))).ToArray();
}
