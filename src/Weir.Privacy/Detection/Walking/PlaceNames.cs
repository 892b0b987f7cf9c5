namespace Weir.Privacy.Detection.Walking;

/// <summary>
/// Names of places for the record: <c>request.headers[authorization]</c>, <c>response.body.user.email</c>. The same few come
/// again and again, so texts are kept. Not thread-safe.
/// </summary>
internal sealed class PlaceNames
{
    /// <summary>Places kept; beyond it, the part of the message is all that is told.</summary>
    private const int MaxNames = 4096;

    private const int MaxNameChars = 48;
    private const int MaxPlaceChars = 240;

    private readonly HashSet<string> _known = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public PlaceNames() => _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary><c>prefix[name]</c> in lower case.</summary>
    public string Named(string prefix, ReadOnlySpan<byte> name, bool hidden = false)
    {
        Span<char> text = stackalloc char[MaxPlaceChars];
        var writer = new Writer(text);
        writer.Add(prefix);
        writer.Add('[');
        writer.AddName(name, hidden, lower: true);
        writer.Add(']');
        return Keep(writer.Written, prefix);
    }

    /// <summary><c>prefix.name</c>.</summary>
    public string Below(string prefix, ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[MaxPlaceChars];
        var writer = new Writer(text);
        writer.Add(prefix);
        writer.Add('.');
        writer.AddName(name, hidden: false, lower: false);
        return Keep(writer.Written, prefix);
    }

    /// <summary>Path of a JSON value; indices are <c>[*]</c>, keys that are data themselves <c>*</c>.</summary>
    public string Json(string prefix, ReadOnlySpan<byte> json, ReadOnlySpan<JsonFrame> frames)
    {
        Span<char> text = stackalloc char[MaxPlaceChars];
        var writer = new Writer(text);
        writer.Add(prefix);
        foreach (ref readonly var frame in frames)
        {
            if (frame.IsArray)
            {
                writer.Add("[*]");
                continue;
            }

            writer.Add('.');
            writer.AddName(json.Slice(frame.KeyStart, frame.KeyLength), frame.KeyHidden, lower: false);
        }

        return Keep(writer.Written, prefix);
    }

    private string Keep(ReadOnlySpan<char> text, string otherwise)
    {
        if (_lookup.TryGetValue(text, out var known)) return known;
        if (_known.Count == MaxNames) return otherwise;
        var name = text.ToString();
        _known.Add(name);
        return name;
    }

    private ref struct Writer(Span<char> text)
    {
        private readonly Span<char> _text = text;
        private int _used;

        public readonly ReadOnlySpan<char> Written => _text[.._used];

        public void Add(char c)
        {
            if (_used < _text.Length) _text[_used++] = c;
        }

        public void Add(ReadOnlySpan<char> part)
        {
            foreach (var c in part) Add(c);
        }

        /// <summary>A name as sent if it is a plain short word; one that may be data is not repeated on the record.</summary>
        public void AddName(ReadOnlySpan<byte> name, bool hidden, bool lower)
        {
            if (hidden || name.IsEmpty || name.Length > MaxNameChars || !IsPlain(name))
            {
                Add('*');
                return;
            }

            foreach (var c in name) Add((char)(lower ? Chars.Lower(c) : c));
        }

        private static bool IsPlain(ReadOnlySpan<byte> name)
        {
            var digits = 0;
            foreach (var c in name)
            {
                if (Chars.IsDigit(c)) digits++;
                else if (!Chars.IsLetter(c) && c is not ((byte)'_' or (byte)'-' or (byte)'$' or (byte)'.' or (byte)':')) return false;
            }

            return digits <= 4 && digits < name.Length;
        }
    }
}

/// <summary>An object or array that a JSON walk is in.</summary>
internal struct JsonFrame
{
    public bool IsArray;

    /// <summary>The key that is being looked at, within the text.</summary>
    public int KeyStart;

    public int KeyLength;

    /// <summary>The key itself holds something sensitive.</summary>
    public bool KeyHidden;

    /// <summary>What the key of the whole object or array says; array elements inherit it.</summary>
    public Keys.KeyRule? Inherited;
}
