using System.Buffers;
using Weir.Privacy.Detection.Keys;
using Weir.Privacy.Detection.Validation;

namespace Weir.Privacy.Detection.Walking;

/// <summary>
/// Walks through the structure of texts: keys and values, escapes, encodings within encodings. What it finds is appended to
/// the matches, relative to the text it was given. Not thread-safe; keeps its buffers.
/// </summary>
internal sealed partial class Walker
{
    /// <summary>Encodings within encodings that are followed: JSON in a form value in base64 …</summary>
    private const int MaxDepth = 4;

    private static readonly SearchValues<byte> s_cardText = SearchValues.Create("0123456789 -"u8);

    private readonly IMaskPolicy _policy;
    private readonly KeyClassifier _keys;
    private readonly CustomScanner? _custom;
    private readonly DecodedText[] _decoded = [.. Enumerable.Range(0, MaxDepth + 1).Select(static _ => new DecodedText())];

    public Walker(IMaskPolicy policy, KeyClassifier keys, CustomScanner? custom)
    {
        (_policy, _keys, _custom) = (policy, keys, custom);
        for (var i = 0; i < _frames.Length; i++) _frames[i] = new JsonFrame[MaxNesting];
    }

    public PlaceNames Places { get; } = new();

    /// <summary>Gives back what one large text made grow.</summary>
    public void Shrink()
    {
        foreach (var decoded in _decoded) decoded.Shrink();
    }

    /// <summary>One value: a header field, a JSON string, a form field. It may hold anything, other formats included.</summary>
    public void Value(ReadOnlySpan<byte> text, in ScanPlace place, MatchList matches)
    {
        if (text.Length < ContentScanner.MinBytes && !place.Cut && _custom is null) return;
        _custom?.Scan(text, matches);
        // Most values are words: one look tells that nothing below would find anything.
        if (!place.Cut && QuietText.Is(text)) return;
        if (!place.Cut && HexIds.Is(text))
        {
            Base64Tokens(text, in place, matches);
            return;
        }

        ContentScanner.Scan(text, in place, matches);
        if (text.Length < 4) return;
        if (text.ContainsAny((byte)':', (byte)'=')) KeyedText(text, in place, matches);
        if (place.Depth >= MaxDepth) return;
        if (text[0] is (byte)'{' or (byte)'[') Json(text, Deeper(in place), null, matches);
        if (text.Contains((byte)'%')) Percent(text, in place, form: false, matches);
        Base64Tokens(text, in place, matches);
    }

    /// <summary>Scans a part of a text, with matches relative to the whole.</summary>
    private void ValueAt(ReadOnlySpan<byte> text, int start, int length, in ScanPlace place, MatchList matches)
    {
        var before = matches.Count;
        Value(text.Slice(start, length), in place, matches);
        Shift(matches, before, start);
    }

    private void Percent(ReadOnlySpan<byte> text, in ScanPlace place, bool form, MatchList matches)
    {
        var decoded = _decoded[place.Depth];
        decoded.FromPercent(text, form);
        if (decoded.Length == text.Length && !form) return;
        var before = matches.Count;
        Value(decoded.Span, Deeper(in place), matches);
        decoded.MapBack(matches, before);
    }

    private static ScanPlace Deeper(in ScanPlace place) =>
        new() { Key = place.Key, Cut = place.Cut, Glued = place.Glued, Depth = place.Depth + 1 };

    private static void Shift(MatchList matches, int from, int by)
    {
        for (var i = from; i < matches.Count; i++) matches[i] = matches[i] with { Offset = matches[i].Offset + by };
    }

    private static void SetPlace(MatchList matches, int from, string where)
    {
        for (var i = from; i < matches.Count; i++) matches[i] = matches[i] with { Where = where };
    }

    /// <summary>Applies what a key says of its value.</summary>
    /// <returns>True when the value is settled: nothing in it needs to be looked for any more.</returns>
    private bool Keyed(KeyRule? rule, ReadOnlySpan<byte> value, int offset, bool isNumber, MatchList matches)
    {
        if (rule is null || !rule.Fits(value, isNumber)) return false;
        switch (rule.Shape)
        {
            case ValueShape.Cookies:
                Cookies(value, offset, onlyFirst: false, matches);
                return _policy.Masks(rule.Class);
            case ValueShape.Credentials:
                Credentials(value, offset, matches);
                return _policy.Masks(rule.Class);
            default:
                var form = isNumber ? MaskForm.Number
                    : rule.Class == SensitiveClasses.PaymentCard && IsCardText(value) ? MaskForm.Card : MaskForm.Placeholder;
                matches.Add(new Match(rule.Class, offset, value.Length, form, ""));
                return _policy.Masks(rule.Class);
        }
    }

    private static bool IsCardText(ReadOnlySpan<byte> value) =>
        Chars.DigitCount(value) is >= CardNumber.MinDigits + 1 and <= CardNumber.MaxDigits && !value.ContainsAnyExcept(s_cardText);
}
