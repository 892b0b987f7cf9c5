using System.Numerics;
using Weir.Inventory.Catalogue;

namespace Weir.Inventory.Templating;

/// <summary>What was seen at a parameter of a path, in constant memory.</summary>
internal sealed class ValueStatistics(CatalogueLimits limits)
{
    /// <summary>Bits of the estimate of different values (linear counting, Whang et al. 1990): true to a few percent up to 10,000.</summary>
    private const int Bits = 2048;

    private readonly ulong[] _seen = new ulong[Bits / 64];

    public long[] Kinds { get; } = new long[SegmentKinds.Count];

    public TopCounter Top { get; } = new(limits.MaxValuesPerParameter);

    public bool Wide { get; set; }

    public ReadOnlySpan<ulong> Seen => _seen;

    public long Samples => Kinds.Sum();

    public long Distinct
    {
        get
        {
            var zero = Bits;
            foreach (var word in _seen) zero -= BitOperations.PopCount(word);
            if (zero == 0) return Bits * 8;
            return Math.Max((long)Math.Round(Bits * Math.Log(Bits / (double)zero)), Top.Entries.Count);
        }
    }

    /// <summary>The kind of all values, or the widest that fits them; text when they differ.</summary>
    public SegmentKind Kind
    {
        get
        {
            var found = SegmentKind.Text;
            var several = false;
            for (var i = 0; i < Kinds.Length; i++)
            {
                // What redaction hid may have been anything.
                if (Kinds[i] == 0 || i == (int)SegmentKind.Masked) continue;
                if (several) return Kinds[(int)SegmentKind.Slug] > 0 ? SegmentKind.Slug : SegmentKind.Text;
                (found, several) = ((SegmentKind)i, true);
            }

            return several ? found : Kinds[(int)SegmentKind.Masked] > 0 ? SegmentKind.Masked : SegmentKind.Text;
        }
    }

    public Counted Add(ReadOnlySpan<char> value, SegmentKind kind, long timeNs, bool succeeded, long count = 1)
    {
        Kinds[(int)kind] += count;
        var hash = Hash(value);
        _seen[hash % Bits / 64] |= 1UL << (int)(hash % 64);
        if (kind == SegmentKind.Integer && value.Length > 9) Wide |= !int.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out _);
        return Top.Add(value.Length > 96 ? value[..96] : value, timeNs, succeeded, count);
    }

    /// <summary>FNV-1a: the same in every process, so that the estimate survives a restart.</summary>
    private static uint Hash(ReadOnlySpan<char> value)
    {
        var hash = 2166136261u;
        foreach (var c in value) hash = (hash ^ c) * 16777619u;
        return hash ^ (hash >> 15);
    }

    public void Merge(ValueStatistics other)
    {
        for (var i = 0; i < Kinds.Length; i++) Kinds[i] += other.Kinds[i];
        for (var i = 0; i < _seen.Length; i++) _seen[i] |= other._seen[i];
        Wide |= other.Wide;
        Top.Merge(other.Top);
    }

    public void Restore(int word, ulong bits)
    {
        if (word >= 0 && word < _seen.Length) _seen[word] |= bits;
    }
}
