using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Protocols.Grpc.Descriptors;

namespace Weir.Detection.Onnx;

/// <summary>
/// Reads the part of onnx.proto (ONNX 1.12, IR version 8) that a CLSTM is made of. Field numbers are those of that file. What cannot
/// be read is an error text; bytes never throw.
/// </summary>
public static class OnnxReader
{
    private const int FloatType = 1, Int32Type = 6, Int64Type = 7, BoolType = 9, DoubleType = 11;

    public static bool TryRead(ReadOnlySpan<byte> bytes, OnnxLimits limits, out OnnxModel? model, out string error)
    {
        model = null;
        var state = new State(limits);
        if (bytes.Length > limits.MaxFileBytes) state.Refuse($"the file has {bytes.Length} bytes, more than {limits.MaxFileBytes}");
        else state.Model(bytes);
        if (state.Error is null && state.Nodes.Count == 0) state.Refuse("it holds no graph: is this an ONNX model?");
        error = state.Error ?? "";
        if (state.Error is not null) return false;
        model = new OnnxModel
        {
            Producer = state.Producer,
            OperatorSet = state.OperatorSet,
            Nodes = state.Nodes,
            Tensors = state.Tensors,
            Inputs = [.. state.Inputs.Where(input => !state.Tensors.ContainsKey(input.Name))],
            Outputs = state.Outputs,
            Metadata = state.Metadata,
        };
        return true;
    }

    private sealed class State(OnnxLimits limits)
    {
        private int _named;

        public string? Error { get; private set; }

        public string Producer { get; private set; } = "";

        public long OperatorSet { get; private set; }

        public List<OnnxNode> Nodes { get; } = [];

        public Dictionary<string, OnnxTensor> Tensors { get; } = [];

        public List<OnnxValue> Inputs { get; } = [];

        public List<OnnxValue> Outputs { get; } = [];

        public Dictionary<string, string> Metadata { get; } = [];

        public void Refuse(string error) => Error ??= error;

        public void Model(ReadOnlySpan<byte> bytes)
        {
            var reader = new ProtobufReader(bytes);
            while (Error is null && reader.TryRead(out var field))
            {
                switch (field.Number)
                {
                    case 2: Producer = Text(reader.Content(field)); break;
                    case 7: Graph(reader.Content(field)); break;
                    case 8: OperatorSetOf(reader.Content(field)); break;
                    case 14: MetadataEntry(reader.Content(field)); break;
                }
            }

            End(reader, "model");
        }

        private void Graph(ReadOnlySpan<byte> bytes)
        {
            var reader = new ProtobufReader(bytes);
            while (Error is null && reader.TryRead(out var field))
            {
                switch (field.Number)
                {
                    case 1 when Nodes.Count == limits.MaxNodes: Refuse($"the graph has more than {limits.MaxNodes} nodes"); break;
                    case 1: Nodes.Add(Node(reader.Content(field))); break;
                    case 5:
                        Count();
                        var tensor = Tensor(reader.Content(field), out var name);
                        if (tensor is not null) Tensors[name] = tensor;
                        break;
                    case 11: Inputs.Add(Value(reader.Content(field))); break;
                    case 12: Outputs.Add(Value(reader.Content(field))); break;
                }
            }

            End(reader, "graph");
        }

        private OnnxNode Node(ReadOnlySpan<byte> bytes)
        {
            var (inputs, outputs, attributes) = (new List<string>(), new List<string>(), new Dictionary<string, OnnxAttribute>());
            var (name, type, domain) = ("", "", "");
            var reader = new ProtobufReader(bytes);
            while (Error is null && reader.TryRead(out var field))
            {
                var content = reader.Content(field);
                switch (field.Number)
                {
                    case 1: Count(); inputs.Add(Text(content)); break;
                    case 2: Count(); outputs.Add(Text(content)); break;
                    case 3: name = Text(content); break;
                    case 4: type = Text(content); break;
                    case 5: Count(); Attribute(content, attributes); break;
                    case 7: domain = Text(content); break;
                }
            }

            End(reader, "node");
            if (domain is not ("" or "ai.onnx")) Refuse($"operator {type} is of domain {domain}");
            return new OnnxNode { Name = name, Operator = type, Inputs = inputs, Outputs = outputs, Attributes = attributes };
        }

        private void Attribute(ReadOnlySpan<byte> bytes, Dictionary<string, OnnxAttribute> attributes)
        {
            var (name, number, integer, text) = ("", 0f, 0L, "");
            OnnxTensor? tensor = null;
            var (integers, texts) = (new List<long>(), new List<string>());
            var reader = new ProtobufReader(bytes);
            while (Error is null && reader.TryRead(out var field))
            {
                var content = reader.Content(field);
                switch (field.Number)
                {
                    case 1: name = Text(content); break;
                    case 2: number = BitConverter.UInt32BitsToSingle((uint)field.Scalar); break;
                    case 3: integer = (long)field.Scalar; break;
                    case 4: text = Text(content); break;
                    case 5: tensor = Tensor(content, out _); break;
                    case 8: Integers(reader, field, integers); break;
                    case 9: Count(); texts.Add(Text(content)); break;
                }
            }

            End(reader, "attribute");
            attributes[name] = new OnnxAttribute
            {
                Number = number, Integer = integer, Text = text, Tensor = tensor, Integers = [.. integers], Texts = [.. texts],
            };
        }

        private OnnxTensor? Tensor(ReadOnlySpan<byte> bytes, out string name)
        {
            name = "";
            var (dimensions, numbers, integers, type) = (new List<long>(), new List<float>(), new List<long>(), 0L);
            ReadOnlySpan<byte> raw = default;
            var isRaw = false;
            var reader = new ProtobufReader(bytes);
            while (Error is null && reader.TryRead(out var field))
            {
                var content = reader.Content(field);
                switch (field.Number)
                {
                    case 1: Integers(reader, field, dimensions); break;
                    case 2: type = (long)field.Scalar; break;
                    case 4 when field.Type == WireType.Fixed32: numbers.Add(BitConverter.UInt32BitsToSingle((uint)field.Scalar)); break;
                    case 4: Floats(content, numbers); break;
                    case 5 or 7: Integers(reader, field, integers); break;
                    case 8: name = Text(content); break;
                    case 9: raw = content; isRaw = true; break;
                    case 10: Doubles(content, numbers); break;
                    case 13 or 14 when field.Type == WireType.Length || field.Scalar != 0: Refuse("its tensors lie in another file"); break;
                }
            }

            End(reader, "tensor");
            var shape = Shape(dimensions, name, out var count);
            if (Error is not null) return null;
            if (isRaw && !Raw(raw, (int)type, count, numbers, integers)) Refuse($"tensor {name} has {raw.Length} bytes for {count} numbers of type {type}");
            var isInteger = type is Int32Type or Int64Type or BoolType;
            if (!isInteger && type is not (FloatType or DoubleType)) Refuse($"tensor {name} has the data type {type}, which no CLSTM needs");
            else if ((isInteger ? integers.Count : numbers.Count) != count) Refuse($"tensor {name} holds another number of values than its shape says");
            if (Error is not null) return null;
            return isInteger
                ? new OnnxTensor { Shape = shape, Integers = [.. integers] }
                : new OnnxTensor { Shape = shape, Numbers = [.. numbers] };
        }

        private int[] Shape(List<long> dimensions, string name, out int count)
        {
            count = 1;
            if (dimensions.Count > limits.MaxRank) Refuse($"tensor {name} has {dimensions.Count} dimensions");
            foreach (var dimension in dimensions)
            {
                if (dimension < 0 || dimension * count > limits.MaxElements || dimension > limits.MaxElements)
                {
                    Refuse($"tensor {name} is larger than {limits.MaxElements} numbers");
                    return [];
                }

                count = (int)(dimension * count);
            }

            return [.. dimensions.Select(static d => (int)d)];
        }

        private static bool Raw(ReadOnlySpan<byte> raw, int type, int count, List<float> numbers, List<long> integers)
        {
            var width = type switch { Int64Type or DoubleType => 8, FloatType or Int32Type => 4, BoolType => 1, _ => 0 };
            if (width == 0 || raw.Length != (long)width * count) return false;
            for (var at = 0; at < raw.Length; at += width)
            {
                var part = raw.Slice(at, width);
                switch (type)
                {
                    case FloatType: numbers.Add(BinaryPrimitives.ReadSingleLittleEndian(part)); break;
                    case DoubleType: numbers.Add((float)BinaryPrimitives.ReadDoubleLittleEndian(part)); break;
                    case Int64Type: integers.Add(BinaryPrimitives.ReadInt64LittleEndian(part)); break;
                    case Int32Type: integers.Add(BinaryPrimitives.ReadInt32LittleEndian(part)); break;
                    default: integers.Add(part[0]); break;
                }
            }

            return true;
        }

        private OnnxValue Value(ReadOnlySpan<byte> bytes)
        {
            Count();
            var name = "";
            var dimensions = new List<int>();
            var reader = new ProtobufReader(bytes);
            while (Error is null && reader.TryRead(out var field))
            {
                if (field.Number == 1) name = Text(reader.Content(field));
                else if (field.Number == 2) Dimensions(reader.Content(field), depth: 0, dimensions);
            }

            End(reader, "value");
            return new OnnxValue(name, dimensions);
        }

        /// <summary>TypeProto.tensor_type → TypeProto.Tensor.shape → TensorShapeProto.dim → dim_value.</summary>
        private void Dimensions(ReadOnlySpan<byte> bytes, int depth, List<int> dimensions)
        {
            ReadOnlySpan<int> path = [1, 2, 1];
            if (depth == path.Length)
            {
                var dimension = new ProtobufReader(bytes);
                var size = -1;
                while (dimension.TryRead(out var field))
                    if (field is { Number: 1, Type: WireType.Varint, Scalar: <= int.MaxValue }) size = (int)field.Scalar;
                if (dimensions.Count < limits.MaxRank) dimensions.Add(size);
                else Refuse($"a value has more than {limits.MaxRank} dimensions");
                return;
            }

            var reader = new ProtobufReader(bytes);
            while (Error is null && reader.TryRead(out var field))
                if (field.Number == path[depth] && field.Type == WireType.Length) Dimensions(reader.Content(field), depth + 1, dimensions);
            End(reader, "type");
        }

        private void OperatorSetOf(ReadOnlySpan<byte> bytes)
        {
            var (domain, version) = ("", 0L);
            var reader = new ProtobufReader(bytes);
            while (reader.TryRead(out var field))
            {
                if (field.Number == 1) domain = Text(reader.Content(field));
                else if (field.Number == 2) version = (long)field.Scalar;
            }

            End(reader, "operator set");
            if (domain is "" or "ai.onnx") OperatorSet = version;
        }

        private void MetadataEntry(ReadOnlySpan<byte> bytes)
        {
            Count();
            var (key, value) = ("", "");
            var reader = new ProtobufReader(bytes);
            while (reader.TryRead(out var field))
            {
                if (field.Number == 1) key = Text(reader.Content(field));
                else if (field.Number == 2) value = Text(reader.Content(field));
            }

            End(reader, "metadata");
            Metadata[key] = value;
        }

        private void Integers(in ProtobufReader reader, ProtobufField field, List<long> values)
        {
            if (field.Type == WireType.Varint)
            {
                values.Add((long)field.Scalar);
                return;
            }

            var content = reader.Content(field);
            for (var at = 0; at < content.Length;)
            {
                if (!ProtobufReader.TryReadVarint(content, ref at, out var value))
                {
                    Refuse("a list of integers is cut");
                    return;
                }

                values.Add((long)value);
            }
        }

        private void Floats(ReadOnlySpan<byte> content, List<float> values)
        {
            if (content.Length % 4 != 0) Refuse("a list of numbers is cut");
            else if (BitConverter.IsLittleEndian) values.AddRange(MemoryMarshal.Cast<byte, float>(content));
            else for (var at = 0; at < content.Length; at += 4) values.Add(BinaryPrimitives.ReadSingleLittleEndian(content[at..]));
        }

        private void Doubles(ReadOnlySpan<byte> content, List<float> values)
        {
            if (content.Length % 8 != 0) Refuse("a list of numbers is cut");
            else for (var at = 0; at < content.Length; at += 8) values.Add((float)BinaryPrimitives.ReadDoubleLittleEndian(content[at..]));
        }

        private string Text(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length <= limits.MaxTextBytes) return Encoding.UTF8.GetString(bytes);
            Refuse($"a text is longer than {limits.MaxTextBytes} bytes");
            return "";
        }

        private void Count()
        {
            if (++_named > limits.MaxTensors) Refuse($"the model names more than {limits.MaxTensors} values");
        }

        private void End(in ProtobufReader reader, string part)
        {
            if (reader.Failed) Refuse($"its {part} is damaged: not the wire format of protocol buffers");
        }
    }
}
