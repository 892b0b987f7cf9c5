using System.Buffers.Binary;

namespace Weir.Detection.Onnx;

/// <summary>Writes a model as onnx.proto, IR version 8 (ONNX 1.12). Field numbers are those of that file.</summary>
public static class OnnxWriter
{
    private const int IrVersion = 8;

    private enum AttributeType
    {
        Float = 1,
        Int = 2,
        String = 3,
        Tensor = 4,
        Ints = 7,
    }

    public static byte[] Write(OnnxModel model)
    {
        var message = new ProtobufWriter().Integer(1, IrVersion).Text(2, model.Producer).Message(7, Graph(model))
            .Message(8, new ProtobufWriter().Text(1, "").Integer(2, model.OperatorSet));
        foreach (var (key, value) in model.Metadata) message.Message(14, new ProtobufWriter().Text(1, key).Text(2, value));
        return message.Written.ToArray();
    }

    private static ProtobufWriter Graph(OnnxModel model)
    {
        var graph = new ProtobufWriter();
        foreach (var node in model.Nodes) graph.Message(1, Node(node));
        graph.Text(2, "clstm");
        foreach (var (name, tensor) in model.Tensors) graph.Message(5, Tensor(name, tensor));
        foreach (var input in model.Inputs) graph.Message(11, Value(input));
        foreach (var output in model.Outputs) graph.Message(12, Value(output));
        return graph;
    }

    private static ProtobufWriter Node(OnnxNode node)
    {
        var message = new ProtobufWriter();
        foreach (var input in node.Inputs) message.Text(1, input);
        foreach (var output in node.Outputs) message.Text(2, output);
        message.Text(3, node.Name).Text(4, node.Operator);
        foreach (var (name, attribute) in node.Attributes) message.Message(5, Attribute(name, attribute));
        return message;
    }

    private static ProtobufWriter Attribute(string name, OnnxAttribute attribute)
    {
        var message = new ProtobufWriter().Text(1, name);
        if (attribute.Tensor is { } tensor) return message.Message(5, Tensor(name, tensor)).Integer(20, (int)AttributeType.Tensor);
        if (attribute.Text.Length > 0) return message.Text(4, attribute.Text).Integer(20, (int)AttributeType.String);
        if (attribute.Integers.Length > 0)
        {
            foreach (var value in attribute.Integers) message.Integer(8, value);
            return message.Integer(20, (int)AttributeType.Ints);
        }

        return attribute.Number != 0
            ? message.Number(2, attribute.Number).Integer(20, (int)AttributeType.Float)
            : message.Integer(3, attribute.Integer).Integer(20, (int)AttributeType.Int);
    }

    private static ProtobufWriter Tensor(string name, OnnxTensor tensor)
    {
        var message = new ProtobufWriter();
        foreach (var dimension in tensor.Shape) message.Integer(1, dimension);
        var width = tensor.Numbers is null ? 8 : 4;
        message.Integer(2, tensor.Numbers is null ? 7 : 1).Text(8, name);
        var raw = new byte[tensor.Count * width];
        for (var i = 0; i < tensor.Count; i++)
        {
            var part = raw.AsSpan(i * width);
            if (tensor.Numbers is { } numbers) BinaryPrimitives.WriteSingleLittleEndian(part, numbers[i]);
            else BinaryPrimitives.WriteInt64LittleEndian(part, tensor.Integers![i]);
        }

        return message.Bytes(9, raw);
    }

    private static ProtobufWriter Value(OnnxValue value)
    {
        var shape = new ProtobufWriter();
        foreach (var dimension in value.Dimensions)
            shape.Message(1, dimension < 0 ? new ProtobufWriter().Text(2, "batch") : new ProtobufWriter().Integer(1, dimension));
        var tensor = new ProtobufWriter().Integer(1, 1).Message(2, shape);
        return new ProtobufWriter().Text(1, value.Name).Message(2, new ProtobufWriter().Message(1, tensor));
    }
}
