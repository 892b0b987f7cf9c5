namespace Weir.Flows;

/// <summary>The fields of one CSV line (RFC 4180; quotes are taken off, doubled quotes inside them stay).</summary>
internal ref struct CsvFields(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;
    private bool _done;

    public bool TryNext(out ReadOnlySpan<byte> field)
    {
        field = default;
        if (_done) return false;
        if (_rest is [(byte)'"', ..])
        {
            var close = CloseOfQuotes(_rest);
            field = _rest[1..close];
            _rest = _rest[Math.Min(close + 1, _rest.Length)..];
            var next = _rest.IndexOf((byte)',');
            _done = next < 0;
            if (!_done) _rest = _rest[(next + 1)..];
            return true;
        }

        var comma = _rest.IndexOf((byte)',');
        _done = comma < 0;
        field = _done ? _rest : _rest[..comma];
        if (!_done) _rest = _rest[(comma + 1)..];
        return true;
    }

    private static int CloseOfQuotes(ReadOnlySpan<byte> text)
    {
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] != '"') continue;
            if (at + 1 >= text.Length || text[at + 1] != '"') return at;
            at++;
        }

        return text.Length;
    }
}
