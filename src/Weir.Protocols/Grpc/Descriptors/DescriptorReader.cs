using System.Text;

namespace Weir.Protocols.Grpc.Descriptors;

/// <summary>Reads the parts of <c>google/protobuf/descriptor.proto</c> that decoding needs; numbers are its field numbers.</summary>
internal sealed class DescriptorReader
{
    private const int MaxNesting = 64;

    public List<MessageType> Messages { get; } = [];

    public List<(string Name, EnumType Type)> Enums { get; } = [];

    /// <summary>Methods with the full names of what they take and give.</summary>
    public List<(string Name, string Input, string Output)> Methods { get; } = [];

    public bool TryRead(ReadOnlySpan<byte> descriptorSet, out string? error)
    {
        error = "it is no FileDescriptorSet: write one with protoc --include_imports --descriptor_set_out=FILE";
        var reader = new ProtobufReader(descriptorSet);
        while (reader.TryRead(out var field))
        {
            if (field is not { Number: 1, Type: WireType.Length } || !TryReadFile(reader.Content(field))) return false;
        }

        if (reader.Failed || (Messages.Count == 0 && Methods.Count == 0)) return false;
        error = null;
        return true;
    }

    private bool TryReadFile(ReadOnlySpan<byte> file)
    {
        var package = "";
        // The package may stand behind what it names.
        var names = new ProtobufReader(file);
        while (names.TryRead(out var field))
        {
            if (field is { Number: 2, Type: WireType.Length }) package = Text(names.Content(field)) + ".";
        }

        var valid = true;
        var reader = new ProtobufReader(file);
        while (valid && reader.TryRead(out var field))
        {
            if (field.Type != WireType.Length) continue;
            var content = reader.Content(field);
            valid = field.Number switch
            {
                4 => TryReadMessage(content, package, 0),
                5 => TryReadEnum(content, package),
                6 => TryReadService(content, package),
                _ => true,
            };
        }

        return valid && !reader.Failed;
    }

    private bool TryReadMessage(ReadOnlySpan<byte> descriptor, string scope, int depth)
    {
        if (depth > MaxNesting) return false;
        var message = new MessageType(scope + NameOf(descriptor));
        Messages.Add(message);
        var inner = message.FullName + ".";
        var valid = true;
        var reader = new ProtobufReader(descriptor);
        while (valid && reader.TryRead(out var field))
        {
            if (field.Type != WireType.Length) continue;
            var content = reader.Content(field);
            switch (field.Number)
            {
                case 2:
                    valid = TryReadField(content, message);
                    break;
                case 3:
                    valid = TryReadMessage(content, inner, depth + 1);
                    break;
                case 4:
                    valid = TryReadEnum(content, inner);
                    break;
                case 7:
                    // MessageOptions.map_entry
                    message.IsMapEntry = Number(content, 7) == 1;
                    break;
            }
        }

        return valid && !reader.Failed;
    }

    private static bool TryReadField(ReadOnlySpan<byte> descriptor, MessageType message)
    {
        const int LabelRepeated = 3;
        var type = new FieldType();
        var name = "";
        var jsonName = "";
        var optional = false;
        var reader = new ProtobufReader(descriptor);
        while (reader.TryRead(out var field))
        {
            switch (field.Number)
            {
                case 1:
                    name = Text(reader.Content(field));
                    break;
                case 3:
                    type.Number = (int)field.Scalar;
                    break;
                case 4:
                    type.Repeated = field.Scalar == LabelRepeated;
                    break;
                case 5:
                    type.Kind = (FieldKind)field.Scalar;
                    break;
                case 6:
                    type.TypeName = Text(reader.Content(field)).TrimStart('.');
                    break;
                case 9:
                    type.OneOf = (int)field.Scalar;
                    break;
                case 10:
                    jsonName = Text(reader.Content(field));
                    break;
                case 17:
                    optional = field.Scalar != 0;
                    break;
            }
        }

        // proto3 "optional" is written as a oneof of one.
        if (optional) type.OneOf = -1;
        type.JsonName = Encoding.UTF8.GetBytes(jsonName.Length > 0 ? jsonName : LowerCamelCase(name));
        message.Fields[type.Number] = type;
        return !reader.Failed && type.Number > 0 && type.Kind is >= FieldKind.Double and <= FieldKind.SInt64;
    }

    private bool TryReadEnum(ReadOnlySpan<byte> descriptor, string scope)
    {
        var name = scope + NameOf(descriptor);
        var type = new EnumType(name);
        Enums.Add((name, type));
        var reader = new ProtobufReader(descriptor);
        while (reader.TryRead(out var field))
        {
            if (field is not { Number: 2, Type: WireType.Length }) continue;
            var value = reader.Content(field);
            // With allow_alias the first name counts.
            type.Names.TryAdd((int)Number(value, 2), Encoding.UTF8.GetBytes(NameOf(value)));
        }

        return !reader.Failed;
    }

    private bool TryReadService(ReadOnlySpan<byte> descriptor, string scope)
    {
        var service = scope + NameOf(descriptor);
        var reader = new ProtobufReader(descriptor);
        while (reader.TryRead(out var field))
        {
            if (field is not { Number: 2, Type: WireType.Length }) continue;
            var method = reader.Content(field);
            Methods.Add(($"{service}/{NameOf(method)}", TextOf(method, 2).TrimStart('.'), TextOf(method, 3).TrimStart('.')));
        }

        return !reader.Failed;
    }

    /// <summary>Field 1 is the name in every descriptor.</summary>
    private static string NameOf(ReadOnlySpan<byte> descriptor) => TextOf(descriptor, 1);

    private static string TextOf(ReadOnlySpan<byte> descriptor, int number)
    {
        var reader = new ProtobufReader(descriptor);
        while (reader.TryRead(out var field))
        {
            if (field.Number == number && field.Type == WireType.Length) return Text(reader.Content(field));
        }

        return "";
    }

    private static long Number(ReadOnlySpan<byte> descriptor, int number)
    {
        var reader = new ProtobufReader(descriptor);
        while (reader.TryRead(out var field))
        {
            if (field.Number == number && field.Type == WireType.Varint) return (long)field.Scalar;
        }

        return 0;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private static string LowerCamelCase(string name)
    {
        var text = new StringBuilder();
        var raise = false;
        foreach (var c in name)
        {
            if (c == '_')
            {
                raise = true;
                continue;
            }

            text.Append(raise ? char.ToUpperInvariant(c) : c);
            raise = false;
        }

        return text.ToString();
    }
}
