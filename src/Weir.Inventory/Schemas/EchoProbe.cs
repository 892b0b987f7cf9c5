using System.Text;

namespace Weir.Inventory.Schemas;

/// <summary>
/// Looks whether a body says back what stood in the path: <c>/products/red-mug</c> answered by <c>{"slug":"red-mug"}</c>. Where it does,
/// the segment is a value. Elements of arrays do not count: a list filtered by a word repeats the word.
/// </summary>
internal sealed class EchoProbe
{
    private readonly char[] _text = new char[1024];
    private readonly (int Start, int Length, int Place)[] _segments = new (int, int, int)[16];
    private int _used;

    public int Count { get; private set; }

    public void Clear() => (_used, Count) = (0, 0);

    public void Add(ReadOnlySpan<char> segment)
    {
        if (Count == _segments.Length) return;
        // Kept even when it cannot be echoed, so that the index stays that of the path.
        var kept = segment.Length is >= 2 and <= 64 && _used + segment.Length <= _text.Length ? segment : [];
        kept.CopyTo(_text.AsSpan(_used));
        _segments[Count++] = (_used, kept.Length, 0);
        _used += kept.Length;
    }

    /// <summary>Where the segment of this index was echoed, as a hash of the place; 0 when nowhere.</summary>
    public int PlaceOf(int index) => index < Count ? _segments[index].Place : 0;

    public void See(ReadOnlySpan<byte> value, int place)
    {
        for (var i = 0; i < Count; i++)
        {
            ref var segment = ref _segments[i];
            if (segment.Length != value.Length || segment.Place != 0 || segment.Length == 0) continue;
            if (Ascii.EqualsIgnoreCase(value, _text.AsSpan(segment.Start, segment.Length))) segment.Place = place == 0 ? 1 : place;
        }
    }
}
