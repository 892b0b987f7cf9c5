using System.Text;

namespace Weir.Privacy.Detection.Walking;

/// <summary>multipart/form-data and its relatives (RFC 7578, RFC 2046 §5.1).</summary>
internal sealed partial class Walker
{
    private const int MaxBoundaryBytes = 70;

    /// <param name="text">The body.</param>
    /// <param name="boundary">From the content type.</param>
    /// <param name="place">What surrounds it.</param>
    /// <param name="message"><c>request</c> or <c>response</c>; parts are <c>request.form[name]</c>.</param>
    /// <param name="matches">Receives what was found.</param>
    public void Multipart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> boundary, in ScanPlace place, MessagePlaces message, MatchList matches)
    {
        Span<byte> delimiter = stackalloc byte[MaxBoundaryBytes + 2];
        if (boundary.IsEmpty || boundary.Length > MaxBoundaryBytes)
        {
            Text(text, in place, message.Body, matches);
            return;
        }

        "--"u8.CopyTo(delimiter);
        boundary.CopyTo(delimiter[2..]);
        delimiter = delimiter[..(boundary.Length + 2)];
        var start = text.IndexOf(delimiter);
        // What stands before the first delimiter belongs to no part, but it is shown.
        var preamble = start < 0 ? text.Length : start;
        if (preamble > 0) Text(text[..preamble], new ScanPlace { Cut = place.Cut && start < 0 }, message.Body, matches);
        while (start >= 0 && start < text.Length)
        {
            start += delimiter.Length;
            var length = start <= text.Length ? text[start..].IndexOf(delimiter) : -1;
            var last = length < 0;
            var end = last ? text.Length : start + length;
            Part(text, start, end, new ScanPlace { Cut = place.Cut && last, Depth = place.Depth }, message, matches);
            start = last ? -1 : end;
        }
    }

    private void Part(ReadOnlySpan<byte> text, int start, int end, in ScanPlace place, MessagePlaces message, MatchList matches)
    {
        var part = text[start..end];
        var blank = part.IndexOf("\r\n\r\n"u8);
        var gap = 4;
        if (blank < 0)
        {
            blank = part.IndexOf("\n\n"u8);
            gap = 2;
        }

        var before = matches.Count;
        var head = blank < 0 ? part : part[..blank];
        Text(head, in place, message.Body, matches);
        Shift(matches, before, start);
        if (blank < 0) return;
        var name = Parameter(head, "name"u8);
        var type = HeaderValue(head, "content-type"u8);
        var bodyStart = start + blank + gap;
        var body = text[bodyStart..Math.Max(bodyStart, end - (text[..end].EndsWith("\r\n"u8) ? 2 : 0))];
        before = matches.Count;
        var where = name.IsEmpty ? message.Body : Places.Named(message.Form, name);
        if (!Keyed(name.Length > 1 ? _keys.Classify(name).Rule : null, body, 0, isNumber: false, matches))
        {
            var inner = new ScanPlace { Key = name, Cut = place.Cut, Depth = place.Depth };
            switch (BodyFormats.Of(type, body))
            {
                case BodyFormat.Json:
                    Json(body, in inner, where, matches);
                    break;
                case BodyFormat.Markup:
                    Markup(body, in inner, where, matches);
                    break;
                case BodyFormat.Binary:
                    Text(body, new ScanPlace { Key = name, Cut = place.Cut, Glued = true, Depth = place.Depth }, where, matches);
                    break;
                default:
                    Value(body, in inner, matches);
                    break;
            }
        }

        for (var i = before; i < matches.Count; i++)
            if (matches[i].Where.Length == 0) matches[i] = matches[i] with { Where = where };
        Shift(matches, before, bodyStart);
    }

    private static ReadOnlySpan<byte> HeaderValue(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        foreach (var range in head.Split((byte)'\n'))
        {
            var line = head[range].Trim(" \t\r"u8);
            if (line.Length > name.Length && line[name.Length] == ':' && Ascii.EqualsIgnoreCase(line[..name.Length], name))
                return line[(name.Length + 1)..].Trim(" \t"u8);
        }

        return default;
    }

    private static ReadOnlySpan<byte> Parameter(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        var value = HeaderValue(head, "content-disposition"u8);
        foreach (var range in value.Split((byte)';'))
        {
            var parameter = value[range].Trim((byte)' ');
            if (parameter.Length > name.Length && parameter[name.Length] == '=' && Ascii.EqualsIgnoreCase(parameter[..name.Length], name))
                return parameter[(name.Length + 1)..].Trim("\" "u8);
        }

        return default;
    }
}
