using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Weir.Privacy.Detection.Keys;

namespace Weir.Privacy.Detection.Walking;

/// <summary>
/// JSON, read with tolerance: cut off anywhere, several values one after another (NDJSON), wrong commas. Where it stops being
/// JSON the rest is looked at as text, so nothing goes unseen. The loop is kept small, with what is rare out of line: inlined
/// into one another these methods take twice the time, because all that the loop needs goes to the stack.
/// </summary>
internal sealed partial class Walker
{
    private const int MaxNesting = 64;
    private const int MinNumberDigits = 7;

    private static readonly ByteClass s_number = new("0123456789+-.eE"u8);

    private readonly JsonFrame[][] _frames = new JsonFrame[MaxDepth + 2][];

    /// <param name="text">The JSON.</param>
    /// <param name="place">What surrounds it.</param>
    /// <param name="prefix">Place that paths begin with; null when whoever calls names the place.</param>
    /// <param name="matches">Receives what was found.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Json(ReadOnlySpan<byte> text, in ScanPlace place, string? prefix, MatchList matches)
    {
        var frames = _frames[place.Depth];
        var depth = 0;
        var expectKey = false;
        KeyRule? rule = null;
        var quotes = new QuoteCursor(text);
        for (var i = 0; i < text.Length;)
        {
            var before = matches.Count;
            var c = text[i];
            switch (c)
            {
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                    i++;
                    continue;
                case (byte)':':
                    expectKey = false;
                    i++;
                    continue;
                case (byte)',':
                    expectKey = depth > 0 && !frames[depth - 1].IsArray;
                    rule = depth > 0 && frames[depth - 1].IsArray ? frames[depth - 1].Inherited : null;
                    i++;
                    continue;
                case (byte)'{' or (byte)'[' when depth < MaxNesting:
                    frames[depth++] = new JsonFrame { IsArray = c == '[', Inherited = rule };
                    expectKey = c == '{';
                    if (expectKey) rule = null;
                    i++;
                    continue;
                case (byte)'}' or (byte)']':
                    if (depth > 0) depth--;
                    rule = depth > 0 && frames[depth - 1].IsArray ? frames[depth - 1].Inherited : null;
                    expectKey = false;
                    i++;
                    continue;
                case (byte)'"':
                    if (expectKey) i = Members(text, i, ref quotes, ref frames[depth - 1], ref expectKey, ref rule);
                    if (i == text.Length || (!expectKey && text[i] != '"')) continue;
                    var end = quotes.Next(i + 1);
                    i = String(text, i, end, in place, ref expectKey, ref rule, depth == 0 ? default : frames.AsSpan(depth - 1, 1), matches);
                    break;
                case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                    i = Number(text, i, in place, rule, depth > 0 ? KeyOf(text, frames[depth - 1]) : default, matches);
                    break;
                case (byte)'t' or (byte)'f' or (byte)'n' when Literal(text[i..]) is > 0 and var length:
                    i += length;
                    continue;
                default:
                    ValueAtRest(text, i, in place, matches);
                    i = text.Length;
                    break;
            }

            if (prefix is not null && matches.Count > before) SetPlace(matches, before, Places.Json(prefix, text, frames.AsSpan(0, depth)));
        }
    }

    private static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> text, in JsonFrame frame) => text.Slice(frame.KeyStart, frame.KeyLength);

    private static int Literal(ReadOnlySpan<byte> text) =>
        text.StartsWith("true"u8) || text.StartsWith("null"u8) ? 4 : text.StartsWith("false"u8) ? 5 : 0;

    /// <summary>
    /// Walks through members of an object as most are: a key that is a name, and a word or a small number that no rule asks for.
    /// </summary>
    /// <param name="text">The JSON.</param>
    /// <param name="at">The quote of a key.</param>
    /// <param name="quotes">The quotes of the text.</param>
    /// <param name="frame">The object.</param>
    /// <param name="expectKey">False afterwards, unless it stopped at a key that needs a closer look.</param>
    /// <param name="rule">What the last key says.</param>
    /// <returns>Where the first thing is that is not so: a key, a value, or what stands behind a value.</returns>
    private int Members(ReadOnlySpan<byte> text, int at, ref QuoteCursor quotes, ref JsonFrame frame, ref bool expectKey, ref KeyRule? rule)
    {
        while (true)
        {
            var end = quotes.Next(at + 1);
            if (end + 2 >= text.Length || text[end] != '"' || text[end + 1] != ':') return at;
            ref readonly var info = ref _keys.Classify(text[(at + 1)..end]);
            if (info.MayHoldData) return at;
            var value = text[end + 2] == ' ' && end + 3 < text.Length ? end + 3 : end + 2;
            var after = info.Rule is null && !info.StandsForParent ? AfterPlain(text, value, ref quotes) : value;
            if (after > value && after + 2 < text.Length && text[after] == ',')
            {
                var next = text[after + 1] == ' ' ? after + 2 : after + 1;
                if (text[next] == '"')
                {
                    at = next;
                    continue;
                }
            }

            (frame.KeyStart, frame.KeyLength, frame.KeyHidden) = (at + 1, end - at - 1, false);
            rule = info.Rule ?? (info.StandsForParent ? frame.Inherited : null);
            expectKey = false;
            return after;
        }
    }

    /// <returns>The end of a value in which nothing can be, or where it begins.</returns>
    private int AfterPlain(ReadOnlySpan<byte> text, int value, ref QuoteCursor quotes)
    {
        int end;
        if (text[value] == '"')
        {
            end = quotes.Next(value + 1);
            if (end == text.Length || text[end] != '"' || _custom is not null) return value;
            var length = end - value - 1;
            return length < ContentScanner.MinBytes || QuietText.Is(text.Slice(value + 1, length)) ? end + 1 : value;
        }

        if (!Chars.IsDigit(text[value]) && text[value] != '-') return value;
        end = NumberEnd(text, value);
        return end - value < MinNumberDigits && end < text.Length ? end : value;
    }

    /// <param name="text">The JSON.</param>
    /// <param name="quote">Where the string begins.</param>
    /// <param name="end">The first quote or backslash behind it.</param>
    /// <param name="place">What surrounds the JSON.</param>
    /// <param name="expectKey">A key may stand here.</param>
    /// <param name="rule">What the last key says.</param>
    /// <param name="frame">What the string is in; empty when in nothing.</param>
    /// <param name="matches">Receives what was found.</param>
    /// <returns>Where to go on.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int String(
        ReadOnlySpan<byte> text, int quote, int end, in ScanPlace place, ref bool expectKey, ref KeyRule? rule, Span<JsonFrame> frame, MatchList matches)
    {
        var start = quote + 1;
        var escaped = false;
        while (end < text.Length && text[end] == '\\')
        {
            escaped = true;
            end = Math.Min(text.Length, end + 2);
            var next = text[end..].IndexOfAny((byte)'"', (byte)'\\');
            end = next < 0 ? text.Length : end + next;
        }

        var closed = end < text.Length;

        var content = text[start..end];
        var after = closed ? end + 1 : end;
        if (expectKey && frame.Length > 0 && FollowedByColon(text[after..]))
        {
            Key(content, start, escaped, in place, ref rule, ref frame[0], matches);
            expectKey = false;
            return after;
        }

        if (!escaped && Keyed(rule, content, start, isNumber: false, matches)) return after;
        if (content.Length < ContentScanner.MinBytes && closed && !escaped && _custom is null) return after;
        var inner = new ScanPlace
        {
            Key = frame.Length > 0 ? KeyOf(text, frame[0]) : place.Key, Cut = place.Cut && !closed, Glued = place.Glued, Depth = place.Depth,
        };
        if (!escaped || place.Depth >= MaxDepth)
        {
            ValueAt(text, start, content.Length, in inner, matches);
            return after;
        }

        var before = matches.Count;
        var decoded = _decoded[place.Depth];
        decoded.FromJson(content);
        if (!Keyed(rule, decoded.Span, 0, isNumber: false, matches)) Value(decoded.Span, Deeper(in inner), matches);
        decoded.MapBack(matches, before);
        Shift(matches, before, start);
        return after;
    }

    private void Key(
        ReadOnlySpan<byte> content, int start, bool escaped, in ScanPlace place, ref KeyRule? rule, ref JsonFrame frame, MatchList matches)
    {
        var before = matches.Count;
        KeyInfo info;
        if (escaped && place.Depth < MaxDepth)
        {
            var decoded = _decoded[place.Depth];
            decoded.FromJson(content);
            info = _keys.Classify(decoded.Span);
            Value(decoded.Span, Deeper(in place), matches);
            decoded.MapBack(matches, before);
            Shift(matches, before, start);
        }
        else
        {
            info = _keys.Classify(content);
            // A map may have data as its keys: addresses, card numbers.
            if (info.MayHoldData)
            {
                ValueAt(content, 0, content.Length, in place, matches);
                Shift(matches, before, start);
            }
        }

        (frame.KeyStart, frame.KeyLength) = (start, content.Length);
        frame.KeyHidden = matches.Count > before;
        rule = info.Rule ?? (info.StandsForParent ? frame.Inherited : null);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Number(ReadOnlySpan<byte> text, int start, in ScanPlace place, KeyRule? rule, ReadOnlySpan<byte> key, MatchList matches)
    {
        var end = NumberEnd(text, start);
        var number = text[start..end];
        if (rule is not null && Keyed(rule, number, start, isNumber: true, matches)) return end;
        var cut = place.Cut && end == text.Length;
        if ((number.Length < MinNumberDigits && !cut) || number.Contains((byte)'.')) return end;
        var before = matches.Count;
        ContentScanner.Scan(number, new ScanPlace { Key = key, Cut = cut, Depth = place.Depth }, matches);
        _custom?.Scan(number, matches);
        for (var i = before; i < matches.Count; i++)
            matches[i] = matches[i] with { Offset = start, Length = number.Length, Form = MaskForm.Number };
        return end;
    }

    private static int NumberEnd(ReadOnlySpan<byte> text, int start)
    {
        var end = start;
        for (; text.Length - end >= 16; end += 16)
        {
            var others = ~s_number.Mask(Vector128.Create(text.Slice(end, 16))) & 0xFFFF;
            if (others != 0) return end + BitOperations.TrailingZeroCount(others);
        }

        while (end < text.Length && (Chars.IsDigit(text[end]) || text[end] is (byte)'.' or (byte)'-' or (byte)'+' or (byte)'e' or (byte)'E')) end++;
        return end;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ValueAtRest(ReadOnlySpan<byte> text, int start, in ScanPlace place, MatchList matches)
    {
        var before = matches.Count;
        var rest = text[start..];
        _custom?.Scan(rest, matches);
        ContentScanner.Scan(rest, in place, matches);
        KeyedText(rest, in place, matches);
        Base64Tokens(rest, in place, matches);
        if (rest.Contains((byte)'\\') && place.Depth < MaxDepth)
        {
            // Pieces of JSON within text, and JSON that is broken, have its escapes.
            var escaped = matches.Count;
            var decoded = _decoded[place.Depth];
            decoded.FromJson(rest);
            Value(decoded.Span, Deeper(in place), matches);
            decoded.MapBack(matches, escaped);
        }

        Shift(matches, before, start);
    }

    private static bool FollowedByColon(ReadOnlySpan<byte> rest)
    {
        if (!rest.IsEmpty && rest[0] == ':') return true;
        foreach (var c in rest)
            if (!Chars.IsSpace(c)) return c == ':';
        return true;
    }
}
