using System.Text;

namespace Weir.Inventory.Reading;

/// <summary>One part of a multipart/form-data body.</summary>
internal readonly ref struct FormPart
{
    public ReadOnlySpan<byte> Name { get; init; }

    public bool IsFile { get; init; }

    public ReadOnlySpan<byte> Content { get; init; }
}

/// <summary>Reads the parts of a multipart/form-data body (RFC 7578) as far as it was captured.</summary>
internal ref struct MultipartReader
{
    private readonly ReadOnlySpan<byte> _delimiter;
    private ReadOnlySpan<byte> _rest;

    /// <param name="body">As captured.</param>
    /// <param name="contentType">With its boundary parameter; without one nothing is read.</param>
    /// <param name="scratch">Holds the delimiter: 72 bytes.</param>
    public MultipartReader(ReadOnlySpan<byte> body, ReadOnlySpan<byte> contentType, Span<byte> scratch)
    {
        _rest = body;
        var at = contentType.IndexOf("boundary="u8);
        if (at < 0) return;
        var boundary = contentType[(at + 9)..];
        var end = boundary.IndexOf((byte)';');
        boundary = (end < 0 ? boundary : boundary[..end]).Trim(" \t\""u8);
        // RFC 2046 §5.1.1: at most 70 characters.
        if (boundary.Length is 0 or > 70 || boundary.Length + 2 > scratch.Length) return;
        "--"u8.CopyTo(scratch);
        boundary.CopyTo(scratch[2..]);
        _delimiter = scratch[..(boundary.Length + 2)];
    }

    public readonly bool HasBoundary => !_delimiter.IsEmpty;

    public bool TryRead(out FormPart part)
    {
        part = default;
        while (HasBoundary)
        {
            var start = _rest.IndexOf(_delimiter);
            if (start < 0) return false;
            _rest = _rest[(start + _delimiter.Length)..];
            var head = _rest.IndexOf("\r\n\r\n"u8);
            if (_rest.StartsWith("--"u8) || head < 0) return false;
            var fields = _rest[..head];
            _rest = _rest[(head + 4)..];
            var end = _rest.IndexOf(_delimiter);
            var content = end < 0 ? _rest : _rest[..Math.Max(0, end - 2)];
            var name = Parameter(fields, " name="u8);
            if (name.IsEmpty) continue;
            part = new FormPart { Name = name, IsFile = fields.IndexOf("filename"u8) >= 0, Content = content };
            return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> Parameter(ReadOnlySpan<byte> fields, ReadOnlySpan<byte> name)
    {
        var at = fields.IndexOf(name);
        if (at < 0) return default;
        var value = fields[(at + name.Length)..];
        if (value.IsEmpty) return default;
        if (value[0] == '"')
        {
            var close = value[1..].IndexOf((byte)'"');
            return close < 0 ? default : value.Slice(1, close);
        }

        var end = value.IndexOfAny(";\r\n "u8);
        return end < 0 ? value : value[..end];
    }
}
