using System.Buffers;

namespace Weir.Privacy.Detection.Walking;

/// <summary>XML and HTML: element names are keys of their text, attribute names of their values; character references are undone.</summary>
internal sealed partial class Walker
{
    private static readonly SearchValues<byte> s_endsName = SearchValues.Create(" \t\r\n/>"u8);

    private static ReadOnlySpan<byte> CData => "<![CDATA["u8;

    public void Markup(ReadOnlySpan<byte> text, in ScanPlace place, string prefix, MatchList matches)
    {
        var name = default(ReadOnlySpan<byte>);
        for (var at = 0; at < text.Length;)
        {
            var before = matches.Count;
            if (text[at] != '<')
            {
                var end = text[at..].IndexOf((byte)'<');
                end = end < 0 ? text.Length : at + end;
                Characters(text, at, end, name, end == text.Length, in place, matches);
                at = end;
            }
            else if (text[at..].StartsWith(CData))
            {
                var start = at + CData.Length;
                var end = text[start..].IndexOf("]]>"u8);
                end = end < 0 ? text.Length : start + end;
                Characters(text, start, end, name, end == text.Length, in place, matches);
                at = Math.Min(text.Length, end + 3);
            }
            else
            {
                var end = text[at..].IndexOf((byte)'>');
                end = end < 0 ? text.Length : at + end + 1;
                // Attributes, comments and instructions are names and values in quotes.
                Attributes(text, at, end, in place, matches);
                name = ElementName(text[(at + 1)..end]);
                at = end;
            }

            if (matches.Count > before) SetPlace(matches, before, name.IsEmpty ? prefix : Places.Below(prefix, name));
        }
    }

    private static ReadOnlySpan<byte> ElementName(ReadOnlySpan<byte> tag)
    {
        if (tag.IsEmpty || tag[0] is (byte)'/' or (byte)'!' or (byte)'?') return default;
        var end = tag.IndexOfAny(s_endsName);
        var name = end < 0 ? tag : tag[..end];
        return name[(name.LastIndexOf((byte)':') + 1)..];
    }

    private void Characters(ReadOnlySpan<byte> text, int start, int end, ReadOnlySpan<byte> name, bool last, in ScanPlace place, MatchList matches)
    {
        while (start < end && Chars.IsSpace(text[start])) start++;
        while (end > start && Chars.IsSpace(text[end - 1])) end--;
        if (start == end) return;
        var content = text[start..end];
        if (name.Length > 1 && Keyed(_keys.Classify(name).Rule, content, start, isNumber: false, matches)) return;
        Referenced(text, start, end, new ScanPlace { Key = name, Cut = place.Cut && last, Depth = place.Depth }, matches);
    }

    private void Attributes(ReadOnlySpan<byte> text, int start, int end, in ScanPlace place, MatchList matches) =>
        Referenced(text, start, end, new ScanPlace { Cut = place.Cut && end == text.Length, Depth = place.Depth }, matches);

    private void Referenced(ReadOnlySpan<byte> text, int start, int end, in ScanPlace place, MatchList matches)
    {
        var content = text[start..end];
        if (!content.Contains((byte)'&') || place.Depth >= MaxDepth)
        {
            ValueAt(text, start, end - start, in place, matches);
            return;
        }

        var before = matches.Count;
        var decoded = _decoded[place.Depth];
        decoded.FromXml(content);
        Value(decoded.Span, Deeper(in place), matches);
        decoded.MapBack(matches, before);
        Shift(matches, before, start);
    }
}
