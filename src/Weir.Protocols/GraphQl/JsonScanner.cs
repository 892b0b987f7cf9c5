using System.Buffers;
using System.Text;
using Weir.Records;

namespace Weir.Protocols.GraphQl;

/// <summary>
/// Walks JSON (RFC 8259) forward without building anything and without failing on a text that was cut: it then simply ends.
/// Utf8JsonReader tells both bad and cut input by exception.
/// </summary>
internal ref struct JsonScanner(ReadOnlySpan<byte> json)
{
    private static readonly SearchValues<byte> s_space = SearchValues.Create(" \t\r\n"u8);
    private static readonly SearchValues<byte> s_scalarEnd = SearchValues.Create(",]} \t\r\n"u8);
    private static readonly SearchValues<byte> s_structure = SearchValues.Create("\"{}[]"u8);

    private ReadOnlySpan<byte> _rest = json;

    /// <summary>What is ahead.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>First byte of the value or punctuation ahead; 0 at the end.</summary>
    public byte Peek()
    {
        var start = _rest.IndexOfAnyExcept(s_space);
        _rest = start < 0 ? default : _rest[start..];
        return _rest.IsEmpty ? (byte)0 : _rest[0];
    }

    /// <summary>Takes a byte of punctuation if it is the next.</summary>
    public bool Take(byte punctuation)
    {
        if (Peek() != punctuation) return false;
        _rest = _rest[1..];
        return true;
    }

    /// <summary>The next key of the object within which the scanner stands; its value is then ahead.</summary>
    public bool NextKey(out ReadOnlySpan<byte> key)
    {
        Take((byte)',');
        return TakeString(out key, out _) && Take((byte)':');
    }

    /// <summary>A string as it stands there, escapes included.</summary>
    /// <param name="text">Without the quotes; what there is when the input ends first.</param>
    /// <param name="cut">The input ended first.</param>
    public bool TakeString(out ReadOnlySpan<byte> text, out bool cut)
    {
        text = default;
        cut = false;
        if (Peek() != '"') return false;
        for (var at = 1; at < _rest.Length; at++)
        {
            var step = _rest[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (step < 0) break;
            at += step;
            if (_rest[at] == '\\')
            {
                at++;
                continue;
            }

            text = _rest[1..at];
            _rest = _rest[(at + 1)..];
            return true;
        }

        text = _rest[1..];
        _rest = default;
        cut = true;
        return true;
    }

    /// <summary>Steps over the value ahead, whatever it is.</summary>
    public void Skip()
    {
        var first = Peek();
        if (first == '"')
        {
            TakeString(out _, out _);
            return;
        }

        if (first is (byte)'{' or (byte)'[')
        {
            SkipNested();
            return;
        }

        var end = _rest.IndexOfAny(s_scalarEnd);
        // At least one byte, so that nonsense ends too.
        _rest = end < 0 ? default : _rest[Math.Max(1, end)..];
    }

    /// <summary>Appends a string without its escapes (RFC 8259 §7); what is no escape is kept as it stands.</summary>
    public static void Unescape(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (int next; (next = text.IndexOf((byte)'\\')) >= 0;)
        {
            output.Append(text[..next]);
            text = text[next..];
            if (text.Length < 2) return;
            if (text[1] == 'u' && TryCodeUnit(text, out var unit))
            {
                text = text[6..];
                var rune = new Rune(0xFFFD);
                if (!char.IsSurrogate((char)unit)) rune = new Rune((char)unit);
                else if (TryCodeUnit(text, out var low) && Rune.TryCreate((char)unit, (char)low, out rune)) text = text[6..];
                output.Append(utf8[..rune.EncodeToUtf8(utf8)]);
                continue;
            }

            utf8[0] = text[1] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'t' => (byte)'\t',
                (byte)'r' => (byte)'\r',
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                var other => other,
            };
            output.Append(utf8[..1]);
            text = text[2..];
        }

        output.Append(text);
    }

    private static bool TryCodeUnit(ReadOnlySpan<byte> text, out int unit)
    {
        unit = 0;
        return text.Length >= 6 && text[0] == '\\' && text[1] == 'u'
            && System.Buffers.Text.Utf8Parser.TryParse(text[2..6], out unit, out var digits, 'x') && digits == 4;
    }

    private void SkipNested()
    {
        for (var depth = 0; !_rest.IsEmpty;)
        {
            var next = _rest.IndexOfAny(s_structure);
            _rest = next < 0 ? default : _rest[next..];
            if (_rest.IsEmpty) return;
            if (_rest[0] == '"')
            {
                TakeString(out _, out _);
                continue;
            }

            depth += _rest[0] is (byte)'{' or (byte)'[' ? 1 : -1;
            _rest = _rest[1..];
            if (depth <= 0) return;
        }
    }
}
