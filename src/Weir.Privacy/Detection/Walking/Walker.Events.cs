namespace Weir.Privacy.Detection.Walking;

/// <summary>Server-sent events (WHATWG HTML §9.2): what stands behind <c>data:</c> is JSON more often than not.</summary>
internal sealed partial class Walker
{
    private static ReadOnlySpan<byte> Data => "data:"u8;

    public void EventStream(ReadOnlySpan<byte> text, in ScanPlace place, string prefix, MatchList matches)
    {
        for (var start = 0; start < text.Length;)
        {
            var length = text[start..].IndexOf((byte)'\n');
            var last = length < 0;
            if (last) length = text.Length - start;
            var line = text.Slice(start, length);
            var content = line.StartsWith(Data) ? line[Data.Length..].TrimStart((byte)' ') : line;
            var offset = start + length - content.Length;
            var before = matches.Count;
            var inner = new ScanPlace { Cut = place.Cut && last, Depth = place.Depth };
            if (!content.IsEmpty && content[0] is (byte)'{' or (byte)'[') Json(content, in inner, prefix, matches);
            else if (!content.IsEmpty) Text(content, in inner, prefix, matches);
            Shift(matches, before, offset);
            start += length + 1;
        }
    }
}
