using System.Runtime.CompilerServices;
using Weir.Privacy.Detection.Keys;

namespace Weir.Privacy.Detection.Walking;

/// <summary>Header fields, cookies, query strings and forms.</summary>
internal sealed partial class Walker
{
    private const int MaxSchemeBytes = 32;

    private readonly CleanFields _cleanFields = new();

    /// <summary>One header field.</summary>
    public void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool cut, string prefix, MatchList matches)
    {
        if (!value.IsEmpty && (cut || !_cleanFields.Contains(name, value))) NewHeader(name, value, cut, prefix, matches);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NewHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool cut, string prefix, MatchList matches)
    {
        var before = matches.Count;
        var rule = _keys.Classify(name).Rule;
        if (rule?.Shape == ValueShape.Cookies)
        {
            var set = name.Length > 6;
            Cookies(value, 0, onlyFirst: set, matches);
            if (set) ValueAtRest(value, Math.Min(value.Length, value.IndexOf((byte)';') is >= 0 and var end ? end : value.Length), new ScanPlace { Cut = cut }, matches);
            else if (!_policy.Masks(rule.Class)) Value(value, new ScanPlace { Key = name, Cut = cut }, matches);
        }
        else if (!Keyed(rule, value, 0, isNumber: false, matches))
        {
            Value(value, new ScanPlace { Key = name, Cut = cut }, matches);
        }

        if (matches.Count > before) SetPlace(matches, before, Places.Named(prefix, name));
        else if (!cut) _cleanFields.Add(name, value);
    }

    /// <summary>The address asked for; the same few come again and again.</summary>
    public void Host(ReadOnlySpan<byte> host, string where, MatchList matches)
    {
        if (_cleanFields.Contains(default, host)) return;
        var before = matches.Count;
        Text(host, default, where, matches);
        if (matches.Count == before) _cleanFields.Add(default, host);
    }

    /// <summary>Query or application/x-www-form-urlencoded (WHATWG URL §5).</summary>
    public void Form(ReadOnlySpan<byte> text, in ScanPlace place, string prefix, MatchList matches)
    {
        for (var start = 0; start < text.Length;)
        {
            var before = matches.Count;
            var length = text[start..].IndexOf((byte)'&');
            var last = length < 0;
            if (last) length = text.Length - start;
            var pair = text.Slice(start, length);
            var equals = pair.IndexOf((byte)'=');
            var name = equals < 0 ? default : pair[..equals];
            var inner = new ScanPlace { Key = name, Cut = place.Cut && last, Depth = place.Depth };
            if (equals < 0)
            {
                FormValue(text, start, length, null, in inner, matches);
            }
            else
            {
                if (name.Length >= ContentScanner.MinBytes) FormValue(text, start, equals, null, new ScanPlace { Depth = place.Depth }, matches);
                var hidden = matches.Count > before;
                var rule = FormKey(name, place.Depth);
                FormValue(text, start + equals + 1, length - equals - 1, rule, inner, matches);
                if (hidden) name = default;
            }

            if (matches.Count > before) SetPlace(matches, before, name.IsEmpty ? prefix : Places.Named(prefix, name));
            start += length + 1;
        }
    }

    /// <summary>Path segments, with the segment before as the name of a value: <c>/reset/token/…</c>.</summary>
    public void Path(ReadOnlySpan<byte> text, string where, MatchList matches)
    {
        var before = matches.Count;
        var previous = default(ReadOnlySpan<byte>);
        // An absolute form may carry user and password; in segments they would be torn apart.
        if (text.Contains((byte)'@')) ContentScanner.Scan(text, default, matches);
        for (var start = 0; start < text.Length;)
        {
            var length = text[start..].IndexOf((byte)'/');
            if (length < 0) length = text.Length - start;
            var segment = text.Slice(start, length);
            if (segment.Length >= ContentScanner.MinBytes || _custom is not null)
            {
                var rule = previous.Length > 1 && Validation.Opaque.Looks(segment) ? _keys.Classify(previous).Rule : null;
                if (rule?.Class.Group != SensitiveGroup.Secrets || !Keyed(rule, segment, start, isNumber: false, matches))
                    ValueAt(text, start, length, new ScanPlace { Key = previous }, matches);
            }

            previous = segment;
            start += length + 1;
        }

        SetPlace(matches, before, where);
    }

    private void FormValue(ReadOnlySpan<byte> text, int start, int length, KeyRule? rule, in ScanPlace place, MatchList matches)
    {
        var value = text.Slice(start, length);
        if (value.IsEmpty || Keyed(rule, value, start, isNumber: false, matches)) return;
        ValueAt(text, start, length, in place, matches);
        if (!value.ContainsAny((byte)'%', (byte)'+') || place.Depth >= MaxDepth) return;
        var before = matches.Count;
        if (rule is not null)
        {
            // Shapes such as telephone numbers are told from the decoded value.
            var decoded = _decoded[place.Depth];
            decoded.FromPercent(value, form: true);
            if (Keyed(rule, decoded.Span.Trim((byte)' '), 0, isNumber: false, matches))
            {
                matches.Truncate(before);
                matches.Add(new Match(rule.Class, start, length, MaskForm.Placeholder, ""));
                return;
            }

            matches.Truncate(before);
        }

        Percent(value, in place, form: true, matches);
        Shift(matches, before, start);
    }

    private KeyRule? FormKey(ReadOnlySpan<byte> name, int depth)
    {
        if (!name.ContainsAny((byte)'%', (byte)'+') || depth >= MaxDepth) return _keys.Classify(name).Rule;
        var decoded = _decoded[depth];
        decoded.FromPercent(name, form: true);
        return _keys.Classify(decoded.Span).Rule;
    }

    /// <summary>Values of cookies (RFC 6265 §4.1.1, §4.2.1); names stay.</summary>
    private static void Cookies(ReadOnlySpan<byte> value, int offset, bool onlyFirst, MatchList matches)
    {
        for (var start = 0; start < value.Length;)
        {
            var length = value[start..].IndexOf((byte)';');
            if (length < 0) length = value.Length - start;
            var pair = value.Slice(start, length);
            var from = pair.IndexOf((byte)'=') + 1;
            var content = pair[from..].Trim(" \t\""u8);
            if (!content.IsEmpty && !ValueWords.IsMasked(content))
            {
                from += pair[from..].IndexOf(content);
                matches.Add(new Match(SensitiveClasses.Cookie, offset + start + from, content.Length, MaskForm.Placeholder, ""));
            }

            if (onlyFirst) return;
            start += length + 1;
        }
    }

    /// <summary>RFC 9110 §11.4: the scheme stays, what follows it goes. Without a scheme all of it goes.</summary>
    private static void Credentials(ReadOnlySpan<byte> value, int offset, MatchList matches)
    {
        var space = value.IndexOf((byte)' ');
        var start = space > 0 && space <= MaxSchemeBytes && !value[..space].ContainsAnyExcept(Chars.Token) ? space + 1 : 0;
        var content = value[start..].Trim((byte)' ');
        start += value[start..].IndexOf(content);
        if (content.IsEmpty || ValueWords.IsMasked(content)) return;
        matches.Add(new Match(SensitiveClasses.Authorization, offset + start, content.Length, MaskForm.Placeholder, ""));
    }
}
