using System.Text;
using Weir.Detection.Models;
using Weir.Detection.Numerics;
using Weir.Detection.Onnx;
using Weir.Detection.Tests.Reference;
using Xunit;

namespace Weir.Detection.Tests.Onnx;

/// <summary>Model files come from anywhere: what is wrong with one is said, and nothing it asks for goes beyond the limits.</summary>
public class HostileModelTests
{
    private static readonly (string Error, byte[] File)[] s_files =
    [
        ("it holds no graph", []),
        ("not the wire format", Encoding.ASCII.GetBytes("this is no model, but a text that someone named .onnx")),
        ("more than", new byte[OnnxLimits.Default.MaxFileBytes + 1]),
        ("operators that are not supported: Loop", Model(Node("Loop", ["flows"], "attack"))),
        ("is of domain evil", Model(Node("Relu", ["flows"], "attack").Text(7, "evil"))),
        ("nothing makes", Model(Node("Relu", ["nowhere"], "attack"))),
        ("lacks input 1", Model(Node("Relu", [], "attack"))),
        ("does not give one number per sequence", Model(Node("Relu", ["flows"], "attack"))),
        ("larger than", Model(Node("Relu", ["flows"], "attack"), Tensor("w", [1 << 20, 1 << 20]))),
        ("another number of values than its shape", Model(Node("Relu", ["flows"], "attack"), Tensor("w", [3]))),
        ("lie in another file", Model(Node("Relu", ["flows"], "attack"), Tensor("w", []).Integer(14, 1))),
        ("names axis", Model(Node("Gather", ["flows", "flows"], "attack").Message(5, Axis(7)))),
    ];

    [Fact]
    public void What_is_wrong_with_a_model_is_said()
    {
        foreach (var (expected, file) in s_files)
        {
            var read = OnnxReader.TryRead(file, OnnxLimits.Default, out var model, out var error);
            if (read) Assert.False(OnnxProgram.TryLoad(model!, OnnxLimits.Default, out _, out error), expected);
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_graph_that_grows_without_end_is_stopped_by_the_limits()
    {
        // Each Concat doubles what the one before made: 2⁴⁰ numbers in forty nodes.
        var nodes = new List<ProtobufWriter>();
        for (var i = 0; i < 40; i++)
        {
            var name = i == 0 ? "flows" : $"v{i}";
            nodes.Add(Node("Concat", [name, name], i == 39 ? "attack" : $"v{i + 1}").Message(5, Axis(1)));
        }

        Assert.True(OnnxReader.TryRead(Model([.. nodes]), OnnxLimits.Default, out var model, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(OnnxProgram.TryLoad(model!, OnnxLimits.Default, out _, out var error));
        Assert.Contains("Concat", error, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8L * OnnxLimits.Default.MaxRunElements);
    }

    [Fact]
    public void Every_prefix_of_a_model_is_refused_or_read_without_an_exception()
    {
        var bytes = TorchReference.ExportedModel();
        for (var length = 0; length < bytes.Length; length += 7) Try(bytes.AsSpan(0, length));
    }

    [Fact]
    public void Flipped_bytes_are_refused_or_read_without_an_exception()
    {
        var random = new SeededRandom(11);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = TorchReference.ExportedModel();
            for (var flips = 1 + random.Next(4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next();
            Try(bytes);
        }
    }

    [Fact]
    public void A_model_that_does_not_say_its_features_is_refused()
    {
        Assert.False(DetectorModel.TryLoad(TorchReference.ExportedModel(), OnnxLimits.Default, out _, out var error));
        Assert.Contains("weir.features", error, StringComparison.Ordinal);
    }

    private static void Try(ReadOnlySpan<byte> bytes)
    {
        if (OnnxReader.TryRead(bytes, OnnxLimits.Default, out var model, out var error)) OnnxProgram.TryLoad(model!, OnnxLimits.Default, out _, out error);
    }

    private static byte[] Model(params ProtobufWriter[] parts)
    {
        var graph = new ProtobufWriter();
        foreach (var part in parts) graph.Message(part.Written[0] == Initializer ? 5 : 1, part);
        graph.Message(11, Value("flows", 1, 2, 3)).Message(12, Value("attack", 1, 1));
        return new ProtobufWriter().Integer(1, 8).Message(7, graph).Message(8, new ProtobufWriter().Integer(2, 13)).Written.ToArray();
    }

    /// <summary>First byte of <see cref="Tensor"/>: field 2 (data_type) as a varint, which no node begins with.</summary>
    private const byte Initializer = 2 << 3;

    private static ProtobufWriter Node(string type, string[] inputs, string output)
    {
        var node = new ProtobufWriter().Text(4, type);
        foreach (var input in inputs) node.Text(1, input);
        return node.Text(2, output);
    }

    private static ProtobufWriter Axis(long axis) => new ProtobufWriter().Text(1, "axis").Integer(3, axis).Integer(20, 2);

    private static ProtobufWriter Tensor(string name, long[] shape)
    {
        var tensor = new ProtobufWriter().Integer(2, 1).Text(8, name);
        foreach (var size in shape) tensor.Integer(1, size);
        return tensor;
    }

    private static ProtobufWriter Value(string name, params long[] shape)
    {
        var sizes = new ProtobufWriter();
        foreach (var size in shape) sizes.Message(1, new ProtobufWriter().Integer(1, size));
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, new ProtobufWriter().Integer(1, 1).Message(2, sizes)));
    }
}
