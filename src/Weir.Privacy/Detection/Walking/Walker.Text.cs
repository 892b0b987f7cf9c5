using System.Buffers;
using System.Buffers.Text;
using Weir.Privacy.Detection.Keys;

namespace Weir.Privacy.Detection.Walking;

/// <summary>Running text: names and values between other words, markup, base64.</summary>
internal sealed partial class Walker
{
    private const int MaxKeyBytes = 64;
    private const int MinBase64Bytes = 24;
    private const int MaxBase64Bytes = 4096;

    private static readonly SearchValues<byte> s_key =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.[]$"u8);

    private static readonly SearchValues<byte> s_endsValue = SearchValues.Create(" \t\r\n&;,\"'`<>)]}|\\\0"u8);
    private static readonly SearchValues<byte> s_endsLine = SearchValues.Create("\r\n\"'<>\\\0"u8);

    private readonly byte[] _base64 = new byte[MaxBase64Bytes];

    /// <summary>Text of no known structure.</summary>
    public void Text(ReadOnlySpan<byte> text, in ScanPlace place, string where, MatchList matches)
    {
        var before = matches.Count;
        ValueAtRest(text, 0, in place, matches);
        if (text.Contains((byte)'%') && place.Depth < MaxDepth) Percent(text, in place, form: false, matches);
        SetPlace(matches, before, where);
    }

    /// <summary>
    /// Finds <c>name=value</c>, <c>name: value</c> and <c>"name": "value"</c> where the name makes the value sensitive.
    /// </summary>
    private void KeyedText(ReadOnlySpan<byte> text, in ScanPlace place, MatchList matches)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var next = text[at..].IndexOfAny((byte)':', (byte)'=');
            if (next < 0) return;
            at += next;
            var key = KeyBefore(text, at);
            if (key.Length < 2 || _keys.Classify(key).Rule is not { } rule) continue;
            var start = ValueStart(text, at + 1, out var quote);
            var value = text[start..ValueEnd(text, start, quote, rule.Shape)];
            if (quote == 0 && IsInUrl(text, at, key.Length) && value.IndexOf((byte)'#') is > 0 and var fragment) value = value[..fragment];
            if (quote == 0) value = value.TrimEnd(" ."u8);
            if (Keyed(rule, value, start, isNumber: false, matches)) at = start + value.Length - 1;
        }
    }

    private static ReadOnlySpan<byte> KeyBefore(ReadOnlySpan<byte> text, int separator)
    {
        var end = separator;
        while (end > 0 && text[end - 1] is (byte)' ' or (byte)'"' or (byte)'\'' or (byte)'\\' or (byte)'`') end--;
        var window = text[Math.Max(0, end - MaxKeyBytes)..end];
        var start = window.LastIndexOfAnyExcept(s_key);
        return window[(start + 1)..];
    }

    private static bool IsInUrl(ReadOnlySpan<byte> text, int separator, int keyLength) =>
        text[separator] == '=' && separator > keyLength && text[separator - keyLength - 1] is (byte)'?' or (byte)'&';

    private static int ValueStart(ReadOnlySpan<byte> text, int at, out byte quote)
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'=' or (byte)'>') at++;
        quote = 0;
        if (at + 1 < text.Length && text[at] == '\\' && text[at + 1] is (byte)'"' or (byte)'\'') at++;
        if (at < text.Length && text[at] is (byte)'"' or (byte)'\'' or (byte)'`') quote = text[at++];
        return at;
    }

    private static int ValueEnd(ReadOnlySpan<byte> text, int start, byte quote, ValueShape shape)
    {
        var rest = text[start..];
        if (quote != 0)
        {
            for (var i = 0; i < rest.Length; i++)
            {
                if (rest[i] == quote) return start + (i > 0 && rest[i - 1] == '\\' ? i - 1 : i);
                if (rest[i] == '\\' && i + 1 < rest.Length && rest[i + 1] != quote) i++;
            }

            return text.Length;
        }

        var end = rest.IndexOfAny(shape is ValueShape.Cookies or ValueShape.Credentials ? s_endsLine : s_endsValue);
        return end < 0 ? text.Length : start + end;
    }

    /// <summary>Base64 whose bytes are text is looked into; when something is found in it, all of it is one match.</summary>
    private void Base64Tokens(ReadOnlySpan<byte> text, in ScanPlace place, MatchList matches)
    {
        if (text.Length < MinBase64Bytes || place.Depth >= MaxDepth) return;
        for (var at = 0; at <= text.Length - MinBase64Bytes;)
        {
            var run = Chars.Run(text[at..], Chars.Base64);
            if (run >= MinBase64Bytes) Base64Token(text.Slice(at, run), at, in place, matches);
            at += run;
            var gap = text[at..].IndexOfAny(Chars.Base64);
            if (gap < 0) return;
            at += gap;
        }
    }

    private void Base64Token(ReadOnlySpan<byte> token, int offset, in ScanPlace place, MatchList matches)
    {
        var sample = token[..Math.Min(token.Length, MaxBase64Bytes) ];
        sample = sample[..(sample.Length & ~3)];
        // Ordinary words and paths decode to noise: the first bytes tell.
        Span<byte> peek = stackalloc byte[18];
        if (!Decode(sample[..24], peek, out var peeked) || !IsText(peek[..peeked])) return;
        var decoded = ArrayPool<byte>.Shared.Rent(MaxBase64Bytes);
        if (Decode(sample, decoded, out var written))
        {
            if (token.Length <= MaxBase64Bytes) written += Tail(token[sample.Length..], decoded.AsSpan(written));
            var before = matches.Count;
            Value(decoded.AsSpan(0, written), Deeper(in place), matches);
            Collapse(matches, before, offset, token.Length);
        }

        ArrayPool<byte>.Shared.Return(decoded);
    }

    private void Collapse(MatchList matches, int before, int offset, int length)
    {
        SensitiveClass? found = null;
        for (var i = before; i < matches.Count; i++)
            if (found is null && _policy.Masks(matches[i].Class)) found = matches[i].Class;
        matches.Truncate(before);
        if (found is not null) matches.Add(new Match(found, offset, length, MaskForm.Placeholder, ""));
    }

    private static int Tail(ReadOnlySpan<byte> rest, Span<byte> output)
    {
        Span<byte> padded = stackalloc byte[4];
        padded.Fill((byte)'=');
        if (rest.Length is not (2 or 3)) return 0;
        rest.CopyTo(padded);
        return Decode(padded, output, out var written) ? written : 0;
    }

    private static bool Decode(ReadOnlySpan<byte> text, Span<byte> output, out int written) => text.ContainsAny((byte)'-', (byte)'_')
        ? Base64Url.DecodeFromUtf8(text, output, out _, out written, isFinalBlock: true) == OperationStatus.Done
        : Base64.DecodeFromUtf8(text, output, out _, out written, isFinalBlock: true) == OperationStatus.Done;

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (var c in bytes)
            if (c is < 0x20 or >= 0x7F && !Chars.IsSpace(c)) return false;
        return true;
    }
}
