using System.Text;

namespace Weir.Protocols.Grpc.Descriptors;

/// <summary>
/// The services and messages of a <c>FileDescriptorSet</c>, as <c>protoc --include_imports --descriptor_set_out</c> writes it.
/// Immutable once read; shared between workers.
/// </summary>
public sealed class ProtobufSchema
{
    private const int MaxPathBytes = 512;

    private readonly Dictionary<string, MessageType> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EnumType> _enums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MethodType> _methods = new(StringComparer.Ordinal);

    private ProtobufSchema()
    {
    }

    /// <summary>Full names of the methods, <c>package.Service/Method</c>.</summary>
    public IEnumerable<string> Methods => _methods.Keys;

    /// <summary>Reads a descriptor set.</summary>
    /// <param name="descriptorSet">A serialized <c>google.protobuf.FileDescriptorSet</c>.</param>
    /// <param name="schema">Null when it cannot be read.</param>
    /// <param name="error">What is wrong with it, for people; null otherwise.</param>
    public static bool TryRead(ReadOnlySpan<byte> descriptorSet, out ProtobufSchema? schema, out string? error)
    {
        var reader = new DescriptorReader();
        if (!reader.TryRead(descriptorSet, out error))
        {
            schema = null;
            return false;
        }

        schema = new ProtobufSchema();
        foreach (var message in reader.Messages) schema._messages[message.FullName] = message;
        foreach (var (name, type) in reader.Enums) schema._enums[name] = type;
        error = schema.Resolve(reader);
        if (error is null) return true;
        schema = null;
        return false;
    }

    internal MessageType? Message(string fullName) => _messages.GetValueOrDefault(fullName);

    /// <param name="service">Full service name, <c>package.Service</c>.</param>
    /// <param name="method">Method name.</param>
    internal MethodType? Method(ReadOnlySpan<byte> service, ReadOnlySpan<byte> method)
    {
        if (service.Length + method.Length >= MaxPathBytes) return null;
        Span<char> path = stackalloc char[MaxPathBytes];
        var length = Encoding.Latin1.GetChars(service, path);
        path[length++] = '/';
        length += Encoding.Latin1.GetChars(method, path[length..]);
        return _methods.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path[..length], out var type) ? type : null;
    }

    private string? Resolve(DescriptorReader reader)
    {
        foreach (var message in _messages.Values)
        {
            foreach (var field in message.Fields.Values)
            {
                if (field.TypeName.Length == 0) continue;
                field.Message = _messages.GetValueOrDefault(field.TypeName);
                field.Enum = _enums.GetValueOrDefault(field.TypeName);
                if (field.Message is null && field.Enum is null)
                    return $"{message.FullName} uses {field.TypeName}, which is not in the set: write it with --include_imports";
            }
        }

        foreach (var (name, input, output) in reader.Methods)
        {
            if (!_messages.TryGetValue(input, out var takes) || !_messages.TryGetValue(output, out var gives))
                return $"{name} uses messages that are not in the set: write it with --include_imports";
            _methods[name] = new MethodType(takes, gives);
        }

        return null;
    }
}
