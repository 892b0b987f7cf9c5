namespace Weir.Privacy.Detection;

/// <summary>The matches of one text. Keeps its array, so that finding something allocates nothing once it is warm.</summary>
internal sealed class MatchList
{
    /// <summary>A text with more than this is not masked piece by piece but withheld.</summary>
    public const int MaxMatches = 16 * 1024;

    private static readonly Comparison<Match> s_byOffset = static (a, b) =>
        a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : b.Length.CompareTo(a.Length);

    private Match[] _items = new Match[16];

    public int Count { get; private set; }

    /// <summary>There were more than <see cref="MaxMatches"/>.</summary>
    public bool Overflowed { get; private set; }

    public ReadOnlySpan<Match> Span => _items.AsSpan(0, Count);

    public ref Match this[int index] => ref _items[index];

    public void Add(in Match match)
    {
        if (match.Length <= 0) return;
        if (Count == MaxMatches)
        {
            Overflowed = true;
            return;
        }

        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = match;
    }

    public void Clear()
    {
        Count = 0;
        Overflowed = false;
    }

    public void Truncate(int count) => Count = count;

    /// <summary>
    /// Orders the matches and makes those that will be masked disjoint: of overlapping ones the first, stretched over all.
    /// One that is only told gives way where it overlaps a masked one; the same class found twice at a place counts once.
    /// </summary>
    public void Settle(IMaskPolicy policy)
    {
        if (Count < 2) return;
        var span = _items.AsSpan(0, Count);
        span.Sort(s_byOffset);
        var kept = 0;
        for (var i = 0; i < span.Length; i++)
        {
            var next = span[i];
            var masks = policy.Masks(next.Class);
            var dropped = false;
            while (kept > 0 && span[kept - 1].End > next.Offset)
            {
                var last = span[kept - 1];
                if (!policy.Masks(last.Class))
                {
                    if (masks)
                    {
                        kept--;
                        continue;
                    }
                }
                else if (masks && next.End > last.End)
                {
                    span[kept - 1] = last with { Length = next.End - last.Offset, Form = MaskForm.Placeholder };
                }

                dropped = true;
                break;
            }

            if (!dropped) span[kept++] = next;
        }

        Count = kept;
    }
}

/// <summary>Which classes are hidden.</summary>
internal interface IMaskPolicy
{
    bool Masks(SensitiveClass sensitive);
}
