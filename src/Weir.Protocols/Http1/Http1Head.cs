using Weir.Records;

namespace Weir.Protocols.Http1;

/// <summary>How the body of a message is delimited (RFC 9112 §6.3).</summary>
internal enum BodyKind : byte
{
    None,
    Length,
    Chunked,
    UntilClose,
    /// <summary>The head does not say where the body ends: the next start line has to be found.</summary>
    Unknown,
}

/// <summary>Reads start, header and trailer lines into an <see cref="HttpMessage"/>: one copy a line, slices for the rest.</summary>
internal static class Http1Head
{
    /// <summary>Reads a request line leniently: what is wrong but understandable is marked.</summary>
    /// <remarks>A <c>cut</c> line was longer than the limit, so that its version is not known.</remarks>
    /// <returns>False when this is no request line at all; nothing was written then.</returns>
    public static bool TryReadRequestLine(
        ReadOnlySpan<byte> line, bool cut, Http1Pending pending, bool allowSimple)
    {
        var space = line.IndexOf((byte)' ');
        if (space < 0 || !Http1Syntax.IsToken(line[..space])) return false;
        var rest = line[(space + 1)..];
        var trimmed = rest.TrimEnd((byte)' ');
        var last = trimmed.LastIndexOf((byte)' ');
        var version = last < 0 ? default : trimmed[(last + 1)..];
        var hasVersion = version.Length >= 5 && Http1Syntax.EqualsIgnoreCase(version[..5], "HTTP/"u8);
        var simple = !hasVersion && !cut && allowSimple && Http1Syntax.IsSimpleRequest(line);
        if (!hasVersion && !simple && !cut) return false;

        ref var anomalies = ref pending.Exchange.Anomalies;
        var message = pending.Exchange.Request;
        var target = hasVersion ? trimmed[..last] : rest;
        pending.Simple = simple;
        if (simple) anomalies.Add(Anomaly.SimpleRequest);
        else if (hasVersion && (!IsVersion1(version) || trimmed.Length != rest.Length)) anomalies.Add(Anomaly.VersionInvalid);
        pending.Exchange.Protocol = simple ? "HTTP/0.9" : VersionName(version);
        pending.Version10 = simple || version.SequenceEqual("HTTP/1.0"u8);

        if (!Http1Methods.IsKnown(line[..space])) anomalies.Add(Anomaly.MethodUnknown);
        if (!Http1Syntax.IsTarget(line[..space], target)) anomalies.Add(Anomaly.TargetInvalid);
        if (cut) anomalies.Add(Anomaly.HeaderTooLarge);
        message.Method = message.Text.Append(line[..space]);
        Http1Target.Split(message, message.Text.Append(target.Trim((byte)' ')));
        return true;
    }

    /// <summary>Reads the code of a status line: 0 when it is no number of three digits.</summary>
    /// <returns>False when this is no status line at all.</returns>
    public static bool TryReadStatus(ReadOnlySpan<byte> line, out int status, out bool valid, out int reasonStart)
    {
        status = 0;
        valid = false;
        reasonStart = line.Length;
        if (line.Length < 5 || !Http1Syntax.EqualsIgnoreCase(line[..5], "HTTP/"u8)) return false;
        var space = line.IndexOf((byte)' ');
        if (space < 0) return true;
        var start = space + 1;
        while (start < line.Length && line[start] == ' ') start++;
        var rest = line[start..];
        var end = rest.IndexOf((byte)' ');
        var code = end < 0 ? rest : rest[..end];
        reasonStart = end < 0 ? line.Length : start + end + 1;
        if (code.Length != 3 || code.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return true;
        status = ((code[0] - '0') * 100) + ((code[1] - '0') * 10) + (code[2] - '0');
        valid = status is >= 100 and <= 599 && start == space + 1;
        return true;
    }

    public static bool IsVersion1(ReadOnlySpan<byte> version) =>
        version.SequenceEqual("HTTP/1.1"u8) || version.SequenceEqual("HTTP/1.0"u8);

    public static string VersionName(ReadOnlySpan<byte> version) =>
        version.SequenceEqual("HTTP/1.0"u8) ? "HTTP/1.0" : "HTTP/1.1";

    /// <summary>Adds one field line (RFC 9112 §5), a continuation of the one before included.</summary>
    /// <remarks>With <c>full</c> the limits are reached: only what the framing needs is still kept.</remarks>
    public static void AddField(
        ReadOnlySpan<byte> line, HttpMessage message, List<HeaderField> fields, ref AnomalySet anomalies, bool full)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            if (!full) Unfold(line.Trim(" \t\r"u8), message, fields);
            anomalies.Add(Anomaly.ObsoleteLineFolding);
            return;
        }

        var colon = line.IndexOfAnyExcept(Http1Syntax.Token);
        var valid = colon > 0 && line[colon] == ':';
        if (!valid) colon = line.IndexOf((byte)':');
        if (colon < 0)
        {
            anomalies.Add(Anomaly.HeaderWithoutColon);
            if (!full) fields.Add(new HeaderField(message.Text.Append(line), default));
            return;
        }

        var name = line[..colon];
        if (!valid)
        {
            name = name.TrimEnd(" \t"u8);
            if (name.Length != colon) anomalies.Add(Anomaly.WhitespaceBeforeColon);
            if (!Http1Syntax.IsToken(name)) anomalies.Add(Anomaly.HeaderNameInvalid);
        }

        if (full && !(line.Length <= 256 && IsFraming(name))) return;

        var whole = message.Text.Append(line);
        var (start, length) = Value(line, colon + 1);
        fields.Add(new HeaderField(new Slice(whole.Offset, name.Length), new Slice(whole.Offset + start, length)));
    }

    /// <summary>Where the value is, without the white space around it (RFC 9112 §5.1).</summary>
    private static (int Start, int Length) Value(ReadOnlySpan<byte> line, int from)
    {
        // As all but hand-made clients write it: one space before, none behind.
        if (from + 1 < line.Length && line[from] == ' ' && line[from + 1] > ' ' && line[^1] > ' ') return (from + 1, line.Length - from - 1);
        var value = line[from..];
        var length = value.Trim(" \t\r"u8).Length;
        return length == 0 ? (line.Length, 0) : (from + (value.Length - value.TrimStart(" \t"u8).Length), length);
    }

    private static bool IsFraming(ReadOnlySpan<byte> name) =>
        Http1Syntax.EqualsIgnoreCase(name, "content-length"u8) || Http1Syntax.EqualsIgnoreCase(name, "transfer-encoding"u8);

    /// <summary>RFC 9112 §5.2: obs-fold becomes one space. The joined value is written anew at the end of the text.</summary>
    private static void Unfold(ReadOnlySpan<byte> more, HttpMessage message, List<HeaderField> fields)
    {
        if (fields.Count == 0 || more.IsEmpty) return;
        var last = fields[^1];
        var value = last.Value;
        var text = message.Text;
        if (value.Offset + value.Length != text.Length)
        {
            Span<byte> copy = stackalloc byte[256];
            var offset = text.Length;
            for (var done = 0; done < value.Length; done += copy.Length)
            {
                // Through the stack, because growing the buffer would move the bytes under the source span.
                var part = text[new Slice(value.Offset + done, Math.Min(copy.Length, value.Length - done))];
                part.CopyTo(copy);
                text.Append(copy[..part.Length]);
            }

            value = new Slice(offset, value.Length);
        }

        if (value.Length > 0) text.Append(" "u8);
        text.Append(more);
        fields[^1] = last with { Value = new Slice(value.Offset, text.Length - value.Offset) };
    }
}
