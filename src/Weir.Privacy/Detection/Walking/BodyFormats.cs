using System.Buffers;
using System.Text;

namespace Weir.Privacy.Detection.Walking;

/// <summary>How a body is walked through.</summary>
internal enum BodyFormat : byte
{
    Text,
    Json,
    Form,
    Markup,
    Multipart,
    EventStream,
    Binary,
    /// <summary>Length-prefixed messages (gRPC).</summary>
    Framed,
    /// <summary>Compressed or encrypted by itself: nobody can look inside.</summary>
    Sealed,
}

internal static class BodyFormats
{
    private const int SampleBytes = 512;

    /// <summary>Control characters that text does not have; terminal colours, backspaces and form feeds stand in logs.</summary>
    private static readonly SearchValues<byte> s_controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static c => (byte)c).Where(static c => !Chars.IsSpace(c) && c is not (0x1B or 0x0C or 0x08))]);

    private static ReadOnlySpan<byte> Gzip => [0x1F, 0x8B, 0x08];

    private static ReadOnlySpan<byte> Zstandard => [0x28, 0xB5, 0x2F, 0xFD];

    private static ReadOnlySpan<byte> Xz => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    private static ReadOnlySpan<byte> SevenZip => [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C];

    private static ReadOnlySpan<byte> Lz4 => [0x04, 0x22, 0x4D, 0x18];

    public static BodyFormat Of(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        if (IsSealed(body)) return BodyFormat.Sealed;
        var end = contentType.IndexOf((byte)';');
        var type = (end < 0 ? contentType : contentType[..end]).Trim(" \t"u8);
        if (StartsWith(type, "multipart/"u8)) return BodyFormat.Multipart;
        if (StartsWith(type, "application/grpc"u8)) return BodyFormat.Framed;
        if (Ascii.EqualsIgnoreCase(type, "text/event-stream"u8)) return BodyFormat.EventStream;
        if (Ascii.EqualsIgnoreCase(type, "application/x-www-form-urlencoded"u8)) return BodyFormat.Form;
        // Senders are often wrong about the rest; the first bytes are not.
        var start = body[..Math.Min(body.Length, SampleBytes)].TrimStart(" \t\r\n\uFEFF"u8);
        if (start.IsEmpty) return BodyFormat.Text;
        if (IsBinary(body[..Math.Min(body.Length, SampleBytes)])) return BodyFormat.Binary;
        if (start[0] is (byte)'{' or (byte)'[' or (byte)'"') return BodyFormat.Json;
        if (start[0] == '<') return BodyFormat.Markup;
        if (EndsWith(type, "json"u8)) return BodyFormat.Json;
        if (EndsWith(type, "protobuf"u8) || EndsWith(type, "octet-stream"u8)) return BodyFormat.Binary;
        return LooksLikeForm(start) ? BodyFormat.Form : BodyFormat.Text;
    }

    /// <summary>Magic numbers of gzip, zstd, zip, xz, bzip2, 7z, rar and lz4.</summary>
    private static bool IsSealed(ReadOnlySpan<byte> body) =>
        body.StartsWith(Gzip) || body.StartsWith(Zstandard) || body.StartsWith("PK\u0003\u0004"u8) || body.StartsWith(Xz) || (body.StartsWith("BZh"u8) && body.Length > 9 && body[4..].StartsWith("1AY&SY"u8))
        || body.StartsWith(SevenZip) || body.StartsWith("Rar!\u001A"u8) || body.StartsWith(Lz4);

    private static bool IsBinary(ReadOnlySpan<byte> sample) => sample.ContainsAny(s_controls);

    /// <summary>A name, an equals sign, and no blank in between.</summary>
    private static bool LooksLikeForm(ReadOnlySpan<byte> sample)
    {
        var equals = sample.IndexOf((byte)'=');
        if (equals is <= 0 or > 64 || sample.ContainsAny((byte)' ', (byte)'\n')) return false;
        foreach (var c in sample[..equals]) if (!Chars.IsAlnum(c) && !"_-.[]%+"u8.Contains(c)) return false;
        return true;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);

    private static bool EndsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) =>
        text.Length >= end.Length && Ascii.EqualsIgnoreCase(text[^end.Length..], end);
}

/// <summary>Names of the parts of one message.</summary>
internal sealed record MessagePlaces(string Message)
{
    public string Headers { get; } = Message + ".headers";

    public string Trailers { get; } = Message + ".trailers";

    public string Query { get; } = Message + ".query";

    public string Path { get; } = Message + ".path";

    public string Host { get; } = Message + ".host";

    public string Method { get; } = Message + ".method";

    public string Reason { get; } = Message + ".reason";

    public string Form { get; } = Message + ".form";

    public string Body { get; } = Message + ".body";
}
