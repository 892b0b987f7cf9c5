namespace Weir.Protocols.Grpc.Descriptors;

/// <summary>FieldDescriptorProto.Type, <c>google/protobuf/descriptor.proto</c>.</summary>
internal enum FieldKind : byte
{
    Double = 1,
    Float = 2,
    Int64 = 3,
    UInt64 = 4,
    Int32 = 5,
    Fixed64 = 6,
    Fixed32 = 7,
    Bool = 8,
    String = 9,
    Group = 10,
    Message = 11,
    Bytes = 12,
    UInt32 = 13,
    Enum = 14,
    SFixed32 = 15,
    SFixed64 = 16,
    SInt32 = 17,
    SInt64 = 18,
}

/// <summary>Message types whose JSON form is not an object of their fields (proto3 JSON mapping).</summary>
internal enum WellKnown : byte
{
    None,
    Timestamp,
    Duration,
    /// <summary>DoubleValue … BytesValue: the bare value.</summary>
    Wrapper,
    FieldMask,
    Struct,
    Value,
    ListValue,
    Any,
}

internal sealed class FieldType
{
    public int Number { get; set; }

    /// <summary>Name in JSON, as UTF-8.</summary>
    public byte[] JsonName { get; set; } = [];

    public FieldKind Kind { get; set; }

    public bool Repeated { get; set; }

    /// <summary>Index of the oneof within the message; -1 outside of any.</summary>
    public int OneOf { get; set; } = -1;

    /// <summary>Full name of the message or enum, until it is resolved.</summary>
    public string TypeName { get; set; } = "";

    public MessageType? Message { get; set; }

    public EnumType? Enum { get; set; }

    public bool IsMap => Repeated && Message is { IsMapEntry: true };

    public WireType Wire => Kind switch
    {
        FieldKind.Double or FieldKind.Fixed64 or FieldKind.SFixed64 => WireType.Fixed64,
        FieldKind.Float or FieldKind.Fixed32 or FieldKind.SFixed32 => WireType.Fixed32,
        FieldKind.String or FieldKind.Bytes or FieldKind.Message => WireType.Length,
        FieldKind.Group => WireType.StartGroup,
        _ => WireType.Varint,
    };
}

internal sealed class MessageType(string fullName)
{
    public string FullName { get; } = fullName;

    public Dictionary<int, FieldType> Fields { get; } = [];

    public bool IsMapEntry { get; set; }

    public WellKnown WellKnown { get; } = fullName switch
    {
        "google.protobuf.Timestamp" => WellKnown.Timestamp,
        "google.protobuf.Duration" => WellKnown.Duration,
        "google.protobuf.FieldMask" => WellKnown.FieldMask,
        "google.protobuf.Struct" => WellKnown.Struct,
        "google.protobuf.Value" => WellKnown.Value,
        "google.protobuf.ListValue" => WellKnown.ListValue,
        "google.protobuf.Any" => WellKnown.Any,
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" or "google.protobuf.Int64Value"
            or "google.protobuf.UInt64Value" or "google.protobuf.Int32Value" or "google.protobuf.UInt32Value"
            or "google.protobuf.BoolValue" or "google.protobuf.StringValue" or "google.protobuf.BytesValue" => WellKnown.Wrapper,
        _ => WellKnown.None,
    };
}

internal sealed class EnumType(string fullName)
{
    public Dictionary<int, byte[]> Names { get; } = [];

    /// <summary>google.protobuf.NullValue, whose JSON form is null.</summary>
    public bool IsNull { get; } = fullName == "google.protobuf.NullValue";
}

/// <summary>What a method takes and gives.</summary>
internal sealed record MethodType(MessageType Input, MessageType Output);
