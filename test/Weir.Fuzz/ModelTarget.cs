using Weir.Detection.Models;
using Weir.Detection.Onnx;
using Weir.Testing;

namespace Weir.Fuzz;

/// <summary>Model files: read, checked and run once; what is read and written must read back the same.</summary>
internal static class ModelTarget
{
    /// <summary>Small enough that a run takes no time, large enough for the models that it starts from.</summary>
    private static readonly OnnxLimits s_limits = OnnxLimits.Default with { MaxElements = 1 << 18, MaxRunElements = 1 << 20, MaxRunOperations = 1 << 24 };

    public static FuzzTarget Target { get; } = new("models", Seeds, Run);

    private static IReadOnlyList<byte[]> Seeds() =>
    [
        File.ReadAllBytes(RepositoryRoot.Combine("test/Weir.Detection.Tests/Reference/torch.onnx")),
        File.ReadAllBytes(RepositoryRoot.Combine("models/clstm.onnx")),
    ];

    private static void Run(byte[] bytes)
    {
        DetectorModel.TryLoad(bytes, s_limits, out _, out _);
        if (!OnnxReader.TryRead(bytes, s_limits, out var model, out _)) return;
        OnnxProgram.TryLoad(model!, s_limits, out _, out _);
        var first = OnnxWriter.Write(model!);
        if (!OnnxReader.TryRead(first, OnnxLimits.Default, out var again, out var error)) throw new InvalidOperationException(error);
        if (!OnnxWriter.Write(again!).AsSpan().SequenceEqual(first)) throw new InvalidOperationException("written, read and written differ");
    }
}
