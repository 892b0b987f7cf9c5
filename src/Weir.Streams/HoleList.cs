namespace Weir.Streams;

/// <summary>
/// Directions that wait for missing bytes, in order of their next check. Every check lies the same delay after its entry,
/// so appending keeps the order and finding what is due costs one comparison.
/// </summary>
internal sealed class HoleList
{
    private HalfStream? _tail;

    public HalfStream? Head { get; private set; }

    public void Append(HalfStream half, long checkNs)
    {
        half.HoleCheckNs = checkNs;
        half.PreviousHole = _tail;
        half.NextHole = null;
        if (_tail is null) Head = half;
        else _tail.NextHole = half;
        _tail = half;
    }

    public void Remove(HalfStream half)
    {
        if (half.PreviousHole is null) Head = half.NextHole;
        else half.PreviousHole.NextHole = half.NextHole;
        if (half.NextHole is null) _tail = half.PreviousHole;
        else half.NextHole.PreviousHole = half.PreviousHole;
        half.PreviousHole = half.NextHole = null;
    }
}
