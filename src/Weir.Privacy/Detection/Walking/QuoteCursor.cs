using System.Numerics;
using System.Runtime.Intrinsics;

namespace Weir.Privacy.Detection.Walking;

/// <summary>
/// Where the quotes and backslashes of a JSON text are, sixty-four bytes at once: strings are short, and a search for each of
/// them would begin anew several times in the same bytes. Asked only for places that go up.
/// </summary>
internal ref struct QuoteCursor(ReadOnlySpan<byte> text)
{
    private const int BlockBytes = 64;

    private readonly ReadOnlySpan<byte> _text = text;
    private int _block = -BlockBytes;
    private ulong _found;

    /// <returns>The first quote or backslash at this place or behind it; the length of the text when there is none.</returns>
    public int Next(int from)
    {
        var within = from - _block;
        if ((uint)within < BlockBytes)
        {
            var left = _found >> within;
            if (left != 0) return from + BitOperations.TrailingZeroCount(left);
            from = _block + BlockBytes;
        }

        return Beyond(from);
    }

    private int Beyond(int from)
    {
        for (; _text.Length - from >= BlockBytes; from += BlockBytes)
        {
            var bytes = Vector512.Create(_text.Slice(from, BlockBytes));
            _found = (Vector512.Equals(bytes, Vector512.Create((byte)'"')) | Vector512.Equals(bytes, Vector512.Create((byte)'\\'))).ExtractMostSignificantBits();
            _block = from;
            if (_found != 0) return from + BitOperations.TrailingZeroCount(_found);
        }

        if (from >= _text.Length) return _text.Length;
        var next = _text[from..].IndexOfAny((byte)'"', (byte)'\\');
        return next < 0 ? _text.Length : from + next;
    }
}
