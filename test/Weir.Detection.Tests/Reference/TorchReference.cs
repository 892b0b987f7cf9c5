using System.Diagnostics;
using System.Text.Json;
using Weir.Detection.Training;
using Weir.Testing;
using Xunit;

namespace Weir.Detection.Tests.Reference;

/// <summary>What PyTorch makes of the same weights: kept in files, and asked anew where it is installed.</summary>
internal sealed class TorchReference
{
    private const string Folder = "test/Weir.Detection.Tests/Reference";

    private TorchReference(JsonElement root)
    {
        var shape = Numbers(root.GetProperty("shape"));
        Shape = new ClstmShape
        {
            Features = (int)shape[0], Window = (int)shape[1], Filters = (int)shape[2], Hidden = (int)shape[3], Dense = (int)shape[4],
        };
        (Flows, Labels) = (Numbers(root.GetProperty("flows")), Numbers(root.GetProperty("labels")));
        (Scores, TrainingLogits) = (Numbers(root.GetProperty("scores")), Numbers(root.GetProperty("trainingLogits")));
        Loss = root.GetProperty("loss").GetDouble();
        (Weights, Gradients) = (Named(root.GetProperty("weights")), Named(root.GetProperty("gradients")));
        Running = root.GetProperty("running").EnumerateObject().ToDictionary(
            norm => norm.Name, norm => (Numbers(norm.Value[0]), Numbers(norm.Value[1])));
    }

    public ClstmShape Shape { get; }

    public float[] Flows { get; }

    public float[] Labels { get; }

    public float[] Scores { get; }

    public float[] TrainingLogits { get; }

    public double Loss { get; }

    public Dictionary<string, float[]> Weights { get; }

    public Dictionary<string, float[]> Gradients { get; }

    /// <summary>Running means and variances after the one training step.</summary>
    public Dictionary<string, (float[] Mean, float[] Variance)> Running { get; }

    public int Batch => Labels.Length;

    public static byte[] ExportedModel() => File.ReadAllBytes(RepositoryRoot.Combine($"{Folder}/torch.onnx"));

    public static TorchReference Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Combine($"{Folder}/torch.json")));
        return new TorchReference(document.RootElement);
    }

    /// <summary>A network with the reference's weights.</summary>
    public ClstmNetwork Network()
    {
        var network = new ClstmNetwork(Shape, dropout: 0, seed: 1);
        foreach (var parameter in network.Parameters) Weights[parameter.Name].CopyTo(parameter.Value, 0);
        return network;
    }

    /// <summary>Runs the script of this folder; skips the test where PyTorch or ONNX are not installed.</summary>
    public static void Run(params string[] arguments)
    {
        Skip.IfNot(File.Exists("/usr/bin/python3"), "no /usr/bin/python3");
        Skip.IfNot(Python(["-c", "import torch, onnx"]) is { ExitCode: 0 }, "python3-torch or python3-onnx is not installed");
        var (exitCode, output) = Python([RepositoryRoot.Combine($"{Folder}/clstm.py"), .. arguments]);
        Assert.True(exitCode == 0, output);
    }

    private static (int ExitCode, string Output) Python(string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var python = Process.Start(start)!;
        var output = python.StandardOutput.ReadToEndAsync();
        var error = python.StandardError.ReadToEnd();
        python.WaitForExit();
        return (python.ExitCode, output.Result + error);
    }

    private static Dictionary<string, float[]> Named(JsonElement element) =>
        element.EnumerateObject().ToDictionary(property => property.Name, property => Numbers(property.Value));

    private static float[] Numbers(JsonElement element) => [.. element.EnumerateArray().Select(value => value.GetSingle())];
}
