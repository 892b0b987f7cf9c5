using System.Buffers;
using System.Text;

namespace Weir.Protocols.Http1;

/// <summary>The strict grammar of start lines: what tells HTTP/1 from other bytes at the start and after a loss.</summary>
/// <remarks>
/// <code>
/// request-line = method SP request-target SP HTTP-version CRLF      RFC 9112 §3
/// status-line  = HTTP-version SP status-code [ SP reason ] CRLF     RFC 9112 §4 (the SP may be missing in practice)
/// simple       = "GET" SP "/" path CRLF                             RFC 1945 §4.1, HTTP/0.9
/// </code>
/// </remarks>
internal static class Http1Syntax
{
    /// <summary>No registered method is longer than 17 bytes; private ones hardly more.</summary>
    public const int MaxMethodBytes = 32;

    /// <summary>Length of <c>HTTP/1.1 200</c>, which is enough to know a status line.</summary>
    private const int StatusPrefixBytes = 12;

    /// <summary>tchar, RFC 9110 §5.6.2.</summary>
    public static readonly SearchValues<byte> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    public static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>What may not stand in a request target: controls, space, DEL.</summary>
    public static readonly SearchValues<byte> NotTarget =
        SearchValues.Create([.. Enumerable.Range(0, 33).Select(b => (byte)b), 0x7F]);

    private static readonly SearchValues<byte> Controls =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(b => (byte)b), 0x7F]);

    public static ReadOnlySpan<byte> VersionPrefix => "HTTP/1."u8;

    public static bool IsToken(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && !bytes.ContainsAnyExcept(Token);

    /// <summary>Judges bytes that begin a line; with a line end in them the answer is final.</summary>
    /// <remarks>A line of more than <c>maxBytes</c> without an end is no start line.</remarks>
    public static Recognition ClassifyRequest(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0) return bytes.Length < maxBytes && CouldBeRequestLine(bytes) ? Recognition.Undecided : Recognition.No;
        return IsRequestLine(TrimCarriageReturn(bytes[..end])) ? Recognition.Request : Recognition.No;
    }

    /// <inheritdoc cref="ClassifyRequest"/>
    public static Recognition ClassifyResponse(ReadOnlySpan<byte> bytes)
    {
        var prefix = bytes[..Math.Min(bytes.Length, VersionPrefix.Length)];
        if (!VersionPrefix.StartsWith(prefix)) return Recognition.No;
        if (bytes.Length <= StatusPrefixBytes) return bytes.Contains((byte)'\n') ? Recognition.No : Recognition.Undecided;
        return IsDigit(bytes[7]) && bytes[8] == ' ' && bytes[9] is >= (byte)'1' and <= (byte)'9' && IsDigit(bytes[10])
            && IsDigit(bytes[11]) && bytes[12] is (byte)' ' or (byte)'\r' or (byte)'\n'
            ? Recognition.Response
            : Recognition.No;
    }

    /// <summary>A whole and valid request line without its line end.</summary>
    public static bool IsRequestLine(ReadOnlySpan<byte> line)
    {
        const int versionBytes = 9;
        var space = line.IndexOf((byte)' ');
        if (space is <= 0 or > MaxMethodBytes || line.Length < space + 2 + versionBytes) return false;
        var version = line[^versionBytes..];
        if (version[0] != ' ' || !version[1..].StartsWith(VersionPrefix) || !IsDigit(version[8])) return false;
        var method = line[..space];
        var target = line[(space + 1)..^versionBytes];
        return IsToken(method) && (IsTarget(method, target) || (Http1Methods.IsKnown(method) && IsFlawedTarget(target)));
    }

    /// <summary>
    /// A request line with a broken version. What surrounds it leaves no doubt about what the sender meant (RFC 9112 §3: a
    /// server answers it with 400, or understands it); scanners send many.
    /// </summary>
    public static bool IsFlawedRequestLine(ReadOnlySpan<byte> line)
    {
        var space = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (space is <= 0 or > MaxMethodBytes || last <= space) return false;
        var method = line[..space];
        var target = line[(space + 1)..last];
        var version = line[(last + 1)..];
        if (Http1Methods.IsKnown(method)) return IsFlawedTarget(target) && version.StartsWith("HTTP/"u8);
        return IsToken(method) && IsTarget(method, target) && version.StartsWith(VersionPrefix);
    }

    /// <summary>An HTTP/0.9 request. Only GET existed, and only an absolute path is free of doubt.</summary>
    public static bool IsSimpleRequest(ReadOnlySpan<byte> line) =>
        line.StartsWith("GET /"u8) && !line[4..].ContainsAny(NotTarget);

    public static ReadOnlySpan<byte> TrimCarriageReturn(ReadOnlySpan<byte> line) =>
        line.EndsWith("\r"u8) ? line[..^1] : line;

    public static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    /// <summary>origin-form, absolute-form, authority-form (CONNECT only) or asterisk-form (RFC 9112 §3.2).</summary>
    public static bool IsTarget(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target)
    {
        if (target.IsEmpty || target.ContainsAny(NotTarget)) return false;
        if (target[0] == '/' || target.SequenceEqual("*"u8)) return true;
        return method.SequenceEqual("CONNECT"u8) ? target.Contains((byte)':') : target.IndexOf("://"u8) > 0;
    }

    /// <summary>Not the grammar's, but one line of text: spaces within or before it, no path at its start.</summary>
    private static bool IsFlawedTarget(ReadOnlySpan<byte> target) =>
        !target.Trim((byte)' ').IsEmpty && !target.ContainsAny(Controls);

    /// <summary>True when more bytes could make this line a request line.</summary>
    private static bool CouldBeRequestLine(ReadOnlySpan<byte> bytes)
    {
        var space = bytes.IndexOf((byte)' ');
        if (space < 0) return bytes.Length <= MaxMethodBytes && !bytes.TrimEnd((byte)'\r').ContainsAnyExcept(Token);
        if (space is 0 or > MaxMethodBytes || !IsToken(bytes[..space])) return false;
        var rest = bytes[(space + 1)..];
        var targetEnd = rest.IndexOfAny(NotTarget);
        if (targetEnd < 0) return true;
        if (Http1Methods.IsKnown(bytes[..space])) return !TrimCarriageReturn(rest).ContainsAny(Controls);
        if (targetEnd == 0) return false;
        var tail = rest[targetEnd..];
        if (tail[0] == '\r') return tail.Length == 1;
        return tail[0] == ' ' && tail.Length <= 11 && " HTTP/1."u8.StartsWith(tail[..Math.Min(8, tail.Length)]);
    }

    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        Ascii.EqualsIgnoreCase(left, right);
}
