using System.Runtime.InteropServices;
using Weir.Detection.Numerics;
using Weir.Detection.Onnx;
using Weir.Detection.Tests.Reference;
using Weir.Detection.Tests.Training;
using Weir.Detection.Training;
using Xunit;

namespace Weir.Detection.Tests.Onnx;

public class OnnxTests
{
    private static readonly Dictionary<string, string> s_metadata = new() { ["weir.threshold"] = "0.5", ["weir.note"] = "ε" };

    [Fact]
    public void A_model_that_PyTorch_exported_gives_the_outputs_of_PyTorch()
    {
        var torch = TorchReference.Load();
        // The file was exported after one step of training, as the scores were taken.
        var program = Load(TorchReference.ExportedModel());
        var scores = new float[torch.Batch];
        Assert.True(program.TryRun(torch.Flows, scores, out var error), error);
        GradientTests.AssertClose(torch.Scores, scores, 1e-5f, "scores");
        var twice = new float[torch.Batch * 2];
        Assert.True(program.TryRun([.. torch.Flows, .. torch.Flows], twice, out error), error);
        GradientTests.AssertClose([.. torch.Scores, .. torch.Scores], twice, 1e-5f, "another batch size");
    }

    [Fact]
    public void A_written_model_reads_back_and_gives_what_the_network_gave()
    {
        var (network, flows, batch) = Trained();
        var expected = network.Forward(flows, batch, training: false).ToArray().Select(Elements.Sigmoid).ToArray();
        var bytes = OnnxWriter.Write(ClstmExport.ToOnnx(network, s_metadata));
        var program = Load(bytes);
        var scores = new float[batch];
        Assert.True(program.TryRun(flows, scores, out var error), error);
        GradientTests.AssertClose(expected, scores, 1e-5f, "scores");
        Assert.Equal(s_metadata, program.Model.Metadata);
        Assert.Equal(bytes, OnnxWriter.Write(program.Model));
    }

    [SkippableFact]
    public void The_ONNX_checker_accepts_a_written_model_and_PyTorch_gives_the_same_outputs()
    {
        var (network, flows, batch) = Trained();
        var folder = Directory.CreateTempSubdirectory("weir-onnx-").FullName;
        try
        {
            var (model, input, output) = (Path.Combine(folder, "m.onnx"), Path.Combine(folder, "in"), Path.Combine(folder, "out"));
            File.WriteAllBytes(model, OnnxWriter.Write(ClstmExport.ToOnnx(network, s_metadata)));
            File.WriteAllBytes(input, MemoryMarshal.AsBytes<float>(flows).ToArray());
            TorchReference.Run("run", model, input, output);
            var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(output)).ToArray();
            var scores = new float[batch];
            Assert.True(Load(File.ReadAllBytes(model)).TryRun(flows, scores, out var error), error);
            GradientTests.AssertClose(expected, scores, 1e-5f, "scores");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [SkippableFact]
    public void PyTorch_makes_the_kept_reference_again()
    {
        var folder = Directory.CreateTempSubdirectory("weir-torch-").FullName;
        try
        {
            TorchReference.Run("golden", folder);
            var program = Load(File.ReadAllBytes(Path.Combine(folder, "torch.onnx")));
            var torch = TorchReference.Load();
            var scores = new float[torch.Batch];
            Assert.True(program.TryRun(torch.Flows, scores, out var error), error);
            GradientTests.AssertClose(torch.Scores, scores, 1e-5f, "scores");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_run_allocates_no_numbers_once_warm()
    {
        var (network, flows, batch) = Trained();
        var program = Load(OnnxWriter.Write(ClstmExport.ToOnnx(network, s_metadata)));
        var scores = new float[batch];
        // What is left are the descriptions of tensors: some hundred bytes per node, whatever the batch.
        var allocated = Weir.Testing.SteadyState.AllocatedBytes(() => program.TryRun(flows, scores, out _));
        Assert.InRange(allocated, 0, 20_000);
    }

    internal static OnnxProgram Load(byte[] bytes)
    {
        Assert.True(OnnxReader.TryRead(bytes, OnnxLimits.Default, out var model, out var error), error);
        Assert.True(OnnxProgram.TryLoad(model!, OnnxLimits.Default, out var program, out error), error);
        return program!;
    }

    /// <summary>A network whose every number has left its initial value.</summary>
    internal static (ClstmNetwork Network, float[] Flows, int Batch) Trained()
    {
        const int Batch = 32;
        var network = new ClstmNetwork(new ClstmShape { Features = 9, Filters = 16, Hidden = 20, Dense = 6 }, dropout: 0.2f, seed: 5);
        var random = new SeededRandom(5);
        var adam = new Adam(network.Parameters, 0.01f);
        var (flows, gradient) = (new float[Batch * 10 * 9], new float[Batch]);
        for (var step = 0; step < 20; step++)
        {
            random.Uniform(flows, 3);
            var logits = network.Forward(flows, Batch, training: true);
            for (var i = 0; i < Batch; i++) gradient[i] = (Elements.Sigmoid(logits[i]) - (flows[i * 90] > 0 ? 1 : 0)) / Batch;
            network.Backward(gradient, Batch);
            adam.Step(0.01f);
        }

        return (network, flows, Batch);
    }
}
