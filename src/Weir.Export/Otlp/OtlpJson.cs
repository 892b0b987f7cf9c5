using System.Buffers;
using Weir.Packets;
using Weir.Records.Json;

namespace Weir.Export.Otlp;

/// <summary>JSON with lists of OTLP's <c>KeyValue</c>s. Names are trusted to need no escapes. Always passed by <c>ref</c>.</summary>
internal ref struct OtlpJson(IBufferWriter<byte> writer)
{
    /// <summary>For what is no attribute.</summary>
    public JsonOutput Json = new(writer);

    private bool _more;

    public void OpenAttributes()
    {
        Json.Raw("\"attributes\":["u8);
        _more = false;
    }

    public void CloseAttributes() => Json.Raw("]"u8);

    public void Text(ReadOnlySpan<byte> name, scoped ReadOnlySpan<char> value)
    {
        Begin(name, "stringValue"u8);
        Json.Text(value);
        Json.Raw("}}"u8);
    }

    /// <summary>Captured bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        Begin(name, "stringValue"u8);
        Json.Text(value);
        Json.Raw("}}"u8);
    }

    /// <summary>Nothing for null.</summary>
    public void Optional(ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null) Text(name, value);
    }

    public void Address(ReadOnlySpan<byte> name, IpAddress address)
    {
        Span<byte> text = stackalloc byte[64];
        Bytes(name, text[..address.Format(text)]);
    }

    /// <summary>A 64-bit number, which the JSON of protocol buffers has as a string.</summary>
    public void Number(ReadOnlySpan<byte> name, long value)
    {
        Begin(name, "intValue"u8);
        Json.Raw("\""u8);
        Json.Number(value);
        Json.Raw("\"}}"u8);
    }

    public void Boolean(ReadOnlySpan<byte> name, bool value)
    {
        Begin(name, "boolValue"u8);
        Json.Boolean(value);
        Json.Raw("}}"u8);
    }

    private void Begin(ReadOnlySpan<byte> name, ReadOnlySpan<byte> type)
    {
        if (_more) Json.Raw(","u8);
        _more = true;
        Json.Raw("{\"key\":\""u8);
        Json.Raw(name);
        Json.Raw("\",\"value\":{\""u8);
        Json.Raw(type);
        Json.Raw("\":"u8);
    }
}
