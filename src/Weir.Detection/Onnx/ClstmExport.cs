using Weir.Detection.Numerics;
using Weir.Detection.Training;

namespace Weir.Detection.Onnx;

/// <summary>A trained network as a standard ONNX model: input <c>flows</c> [batch, window, features], output <c>attack</c> [batch, 1].</summary>
public static class ClstmExport
{
    private const int OperatorSet = 13;

    public static OnnxModel ToOnnx(ClstmTrainer trainer, IReadOnlyDictionary<string, string> metadata) => ToOnnx(trainer.Network, metadata);

    internal static OnnxModel ToOnnx(ClstmNetwork network, IReadOnlyDictionary<string, string> metadata)
    {
        var shape = network.Shape;
        var graph = new Builder();
        graph.Node("Transpose", ["flows"], "channels", Integers("perm", 0, 2, 1));
        graph.Convolution(network.FirstConvolution, "conv1", "channels", shape.Features, shape.Filters, shape.FirstKernel);
        graph.Norm(network.FirstNorm, "norm1", "conv1");
        graph.Node("Relu", ["norm1"], "relu1");
        graph.Convolution(network.SecondConvolution, "conv2", "relu1", shape.Filters, shape.Filters, shape.SecondKernel);
        graph.Norm(network.SecondNorm, "norm2", "conv2");
        graph.Node("Relu", ["norm2"], "relu2");
        graph.Node("MaxPool", ["relu2"], "pool", Integers("kernel_shape", 2), Integers("strides", 2));
        graph.Node("Transpose", ["pool"], "steps", Integers("perm", 2, 0, 1));
        graph.Lstm(network.Lstm, "steps", shape.Filters, shape.Hidden);
        graph.Tensors["state.axes"] = OnnxTensor.Of(0);
        graph.Node("Squeeze", ["state", "state.axes"], "memory");
        graph.Norm(network.ThirdNorm, "norm3", "memory");
        graph.Dense(network.Dense, "dense1", "norm3", shape.Hidden, shape.Dense);
        graph.Node("Relu", ["dense1"], "relu3");
        graph.Dense(network.Head, "dense2", "relu3", shape.Dense, 1);
        graph.Node("Sigmoid", ["dense2"], "attack");
        return new OnnxModel
        {
            Producer = "weir",
            OperatorSet = OperatorSet,
            Nodes = graph.Nodes,
            Tensors = graph.Tensors,
            Inputs = [new OnnxValue("flows", [-1, shape.Window, shape.Features])],
            Outputs = [new OnnxValue("attack", [-1, 1])],
            Metadata = metadata,
        };
    }

    private static (string, OnnxAttribute) Integers(string name, params long[] values) => (name, new OnnxAttribute { Integers = values });

    private sealed class Builder
    {
        public List<OnnxNode> Nodes { get; } = [];

        public Dictionary<string, OnnxTensor> Tensors { get; } = [];

        public void Node(string type, string[] inputs, string output, params (string Name, OnnxAttribute Value)[] attributes) =>
            Nodes.Add(new OnnxNode
            {
                Name = output, Operator = type, Inputs = inputs, Outputs = type == "LSTM" ? ["", output] : [output],
                Attributes = attributes.ToDictionary(static a => a.Name, static a => a.Value),
            });

        /// <summary>[kernel × channels, filters] becomes ONNX's [filters, channels, kernel].</summary>
        public void Convolution(ConvolutionLayer layer, string name, string input, int channels, int filters, int kernel)
        {
            var weights = new float[layer.Weight.Value.Length];
            for (var k = 0; k < kernel; k++)
                for (var c = 0; c < channels; c++)
                    for (var f = 0; f < filters; f++)
                        weights[(((f * channels) + c) * kernel) + k] = layer.Weight.Value[(((k * channels) + c) * filters) + f];
            Tensors[name + ".weight"] = OnnxTensor.Of(weights, filters, channels, kernel);
            Node("Conv", [input, name + ".weight"], name, Integers("kernel_shape", kernel));
        }

        public void Norm(NormalizationLayer layer, string name, string input)
        {
            Vector(name + ".weight", layer.Scale.Value);
            Vector(name + ".bias", layer.Shift.Value);
            Vector(name + ".mean", layer.RunningMean);
            Vector(name + ".variance", layer.RunningVariance);
            Node(
                "BatchNormalization", [input, name + ".weight", name + ".bias", name + ".mean", name + ".variance"], name,
                ("epsilon", new OnnxAttribute { Number = NormalizationLayer.Epsilon }));
        }

        public void Lstm(LstmLayer layer, string input, int inputs, int hidden)
        {
            Tensors["lstm.weight"] = Transposed(layer.Weight.Value, inputs, 4 * hidden);
            Tensors["lstm.recurrence"] = Transposed(layer.Recurrence.Value, hidden, 4 * hidden);
            var bias = new float[8 * hidden];
            layer.Bias.Value.CopyTo(bias, 0);
            Tensors["lstm.bias"] = OnnxTensor.Of(bias, 1, 8 * hidden);
            Node(
                "LSTM", [input, "lstm.weight", "lstm.recurrence", "lstm.bias"], "state",
                ("hidden_size", new OnnxAttribute { Integer = hidden }));
        }

        public void Dense(DenseLayer layer, string name, string input, int inputs, int outputs)
        {
            Tensors[name + ".weight"] = OnnxTensor.Of((float[])layer.Weight.Value.Clone(), inputs, outputs);
            Vector(name + ".bias", layer.Bias.Value);
            Node("Gemm", [input, name + ".weight", name + ".bias"], name);
        }

        private void Vector(string name, float[] values) => Tensors[name] = OnnxTensor.Of((float[])values.Clone(), values.Length);

        private static OnnxTensor Transposed(float[] values, int rows, int columns)
        {
            var target = new float[values.Length];
            Matrix.Transpose(values, target, rows, columns);
            return OnnxTensor.Of(target, 1, columns, rows);
        }
    }
}
