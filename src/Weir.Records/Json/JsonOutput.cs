using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Weir.Records.Json;

/// <summary>
/// Writes JSON tokens as UTF-8 straight into an <see cref="IBufferWriter{T}"/>, without allocating. It knows nothing of
/// nesting: the caller writes punctuation. Always passed by <c>ref</c>; <see cref="Flush"/> must come last.
/// </summary>
public ref struct JsonOutput(IBufferWriter<byte> writer)
{
    /// <summary>ASCII that stands for itself in a JSON string (RFC 8259 §7).</summary>
    private static readonly SearchValues<byte> s_plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x60).Select(static c => (byte)c).Where(static c => c is not ((byte)'"' or (byte)'\\'))]);

    private static readonly SearchValues<byte> s_escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static c => (byte)c), (byte)'"', (byte)'\\']);

    private Span<byte> _span;
    private int _used;

    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _span.Length - _used)
        {
            var fits = _span.Length - _used;
            bytes[..fits].CopyTo(_span[_used..]);
            _used += fits;
            bytes = bytes[fits..];
            Reserve(1);
        }

        bytes.CopyTo(_span[_used..]);
        _used += bytes.Length;
    }

    public void Raw(byte value)
    {
        Reserve(1);
        _span[_used++] = value;
    }

    public void Number(long value)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(value, _span[_used..], out var written);
        _used += written;
    }

    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary>Milliseconds with up to three decimals, cut (not rounded) to the microsecond; null below zero.</summary>
    public void Milliseconds(long nanoseconds)
    {
        if (nanoseconds < 0)
        {
            Raw("null"u8);
            return;
        }

        var microseconds = nanoseconds / 1000;
        Number(microseconds / 1000);
        var fraction = (int)(microseconds % 1000);
        if (fraction == 0) return;
        Reserve(4);
        _span[_used++] = (byte)'.';
        Digits(fraction, 3);
        while (_span[_used - 1] == '0') _used--;
    }

    /// <summary>A quoted ISO 8601 UTC time, cut to the microsecond.</summary>
    public void Timestamp(long unixNs)
    {
        var microseconds = Math.DivRem(unixNs, 1000, out var rest);
        if (rest < 0) microseconds--;
        var time = DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
        Reserve(29);
        _span[_used++] = (byte)'"';
        Digits(time.Year, 4);
        _span[_used++] = (byte)'-';
        Digits(time.Month, 2);
        _span[_used++] = (byte)'-';
        Digits(time.Day, 2);
        _span[_used++] = (byte)'T';
        Digits(time.Hour, 2);
        _span[_used++] = (byte)':';
        Digits(time.Minute, 2);
        _span[_used++] = (byte)':';
        Digits(time.Second, 2);
        _span[_used++] = (byte)'.';
        Digits((int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond), 6);
        _span[_used++] = (byte)'Z';
        _span[_used++] = (byte)'"';
    }

    /// <summary>A quoted string of captured bytes: UTF-8 where it is, else each byte is a Latin-1 character.</summary>
    public void Text(scoped ReadOnlySpan<byte> bytes)
    {
        Raw((byte)'"');
        TextPart(bytes);
        Raw((byte)'"');
    }

    /// <summary>As <see cref="Text(ReadOnlySpan{byte})"/> without the quotes, to build one string out of parts.</summary>
    public void TextPart(scoped ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyExcept(s_plain)) Raw(bytes);
        else if (Utf8.IsValid(bytes)) Utf8Part(bytes);
        else Windows1252Part(bytes, strictLatin1: true);
    }

    /// <summary>A quoted string; half surrogates become U+FFFD.</summary>
    public void Text(scoped ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[256];
        Raw((byte)'"');
        while (!text.IsEmpty)
        {
            Utf8.FromUtf16(text, utf8, out var read, out var written);
            Utf8Part(utf8[..written]);
            text = text[read..];
        }

        Raw((byte)'"');
    }

    /// <summary>A quoted string of a single-byte charset.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="strictLatin1">True leaves 0x80–0x9F control characters, false maps them as windows-1252 does.</param>
    public void SingleByteText(scoped ReadOnlySpan<byte> bytes, bool strictLatin1)
    {
        Raw((byte)'"');
        Windows1252Part(bytes, strictLatin1);
        Raw((byte)'"');
    }

    public void Base64Text(scoped ReadOnlySpan<byte> bytes)
    {
        const int Group = 3 * 1024;
        Raw((byte)'"');
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(Group, bytes.Length)];
            Reserve(Base64.GetMaxEncodedToUtf8Length(part.Length));
            Base64.EncodeToUtf8(part, _span[_used..], out _, out var written);
            _used += written;
            bytes = bytes[part.Length..];
        }

        Raw((byte)'"');
    }

    /// <summary>Hands what was written to the buffer writer.</summary>
    public void Flush()
    {
        if (_used > 0) writer.Advance(_used);
        _span = default;
        _used = 0;
    }

    private void Utf8Part(scoped ReadOnlySpan<byte> utf8)
    {
        while (true)
        {
            if (utf8.Length >= JsonEscaper.BlockBytes)
            {
                Reserve(JsonEscaper.MaxEscapedBytes);
                _used += JsonEscaper.Escape(utf8, _span[_used..], out var read);
                utf8 = utf8[read..];
                if (read > 0) continue;
            }

            // The end, or a block with a control character in it.
            var part = utf8[..Math.Min(utf8.Length, JsonEscaper.BlockBytes)];
            utf8 = utf8[part.Length..];
            for (int next; (next = part.IndexOfAny(s_escaped)) >= 0; part = part[(next + 1)..])
            {
                Raw(part[..next]);
                Escape(part[next]);
            }

            Raw(part);
            if (utf8.IsEmpty) return;
        }
    }

    private void Windows1252Part(scoped ReadOnlySpan<byte> bytes, bool strictLatin1)
    {
        foreach (var b in bytes)
        {
            if (b < 0x80)
            {
                if (s_escaped.Contains(b)) Escape(b);
                else Raw(b);
                continue;
            }

            Reserve(3);
            var rune = new Rune(strictLatin1 ? b : Windows1252.ToChar(b));
            _used += rune.EncodeToUtf8(_span[_used..]);
        }
    }

    private void Escape(byte c)
    {
        Reserve(6);
        _span[_used++] = (byte)'\\';
        var letter = c switch
        {
            (byte)'"' or (byte)'\\' => c,
            (byte)'\b' => (byte)'b',
            (byte)'\t' => (byte)'t',
            (byte)'\n' => (byte)'n',
            (byte)'\f' => (byte)'f',
            (byte)'\r' => (byte)'r',
            _ => (byte)'u',
        };
        _span[_used++] = letter;
        if (letter != 'u') return;
        _span[_used++] = (byte)'0';
        _span[_used++] = (byte)'0';
        _span[_used++] = (byte)('0' + (c >> 4));
        _span[_used++] = "0123456789abcdef"u8[c & 15];
    }

    private void Digits(int value, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            _span[_used + i] = (byte)('0' + (value % 10));
            value /= 10;
        }

        _used += count;
    }

    private void Reserve(int bytes)
    {
        if (_span.Length - _used >= bytes) return;
        Flush();
        _span = writer.GetSpan(bytes);
    }
}
