using System.Numerics;
using System.Runtime.Intrinsics;

namespace Weir.Privacy.Detection;

/// <summary>
/// Finds where one of many prefixes may begin, sixteen places at once. Each prefix belongs to one of eight buckets; for each
/// of its first three bytes two tables tell, by low and by high nibble, which buckets have such a byte there. A place whose
/// six lookups share a bucket is a candidate and compared for real (the scheme is Teddy, from Intel's Hyperscan).
/// </summary>
internal sealed class PrefixSearch
{
    private const int Fingerprint = 3;
    private const int Buckets = 8;

    private readonly KnownPrefix[][] _buckets = new KnownPrefix[Buckets][];
    private readonly Vector128<byte>[] _low = new Vector128<byte>[Fingerprint];
    private readonly Vector128<byte>[] _high = new Vector128<byte>[Fingerprint];

    /// <param name="prefixes">Longer ones before shorter ones that they begin with. Those shorter than three bytes are taken as followed by anything.</param>
    public PrefixSearch(IReadOnlyList<KnownPrefix> prefixes)
    {
        // Neighbours in order share bytes, so that a bucket stays selective.
        var ordered = prefixes.OrderBy(static prefix => prefix.Prefix[0]).ThenBy(static prefix => prefix.Prefix[1]).ToArray();
        Span<byte> low = stackalloc byte[Fingerprint * 16];
        Span<byte> high = stackalloc byte[Fingerprint * 16];
        low.Clear();
        high.Clear();
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            _buckets[bucket] = ordered[(ordered.Length * bucket / Buckets)..(ordered.Length * (bucket + 1) / Buckets)];
            foreach (var prefix in _buckets[bucket])
            {
                for (var i = 0; i < Fingerprint; i++)
                {
                    for (var nibble = 0; nibble < 16; nibble++)
                    {
                        var any = i >= prefix.Prefix.Length;
                        if (any || (prefix.Prefix[i] & 15) == nibble) low[(i * 16) + nibble] |= (byte)(1 << bucket);
                        if (any || prefix.Prefix[i] >> 4 == nibble) high[(i * 16) + nibble] |= (byte)(1 << bucket);
                    }
                }
            }

            Array.Sort(_buckets[bucket], static (a, b) => b.Prefix.Length.CompareTo(a.Prefix.Length));
        }

        for (var i = 0; i < Fingerprint; i++)
        {
            _low[i] = Vector128.Create<byte>(low.Slice(i * 16, 16));
            _high[i] = Vector128.Create<byte>(high.Slice(i * 16, 16));
        }
    }

    /// <summary>The first prefix at or after a place.</summary>
    /// <returns>Where it begins; -1 when there is none.</returns>
    public int Find(ReadOnlySpan<byte> text, int from, out KnownPrefix? found)
    {
        found = null;
        var at = from;
        var nibbles = Vector128.Create((byte)15);
        var (low0, low1, low2) = (_low[0], _low[1], _low[2]);
        var (high0, high1, high2) = (_high[0], _high[1], _high[2]);
        while (text.Length - at >= 16 + Fingerprint - 1)
        {
            var first = Vector128.Create(text.Slice(at, 16));
            var second = Vector128.Create(text.Slice(at + 1, 16));
            var third = Vector128.Create(text.Slice(at + 2, 16));
            var buckets = Vector128.ShuffleNative(low0, first & nibbles) & Vector128.ShuffleNative(high0, first >>> 4)
                & Vector128.ShuffleNative(low1, second & nibbles) & Vector128.ShuffleNative(high1, second >>> 4)
                & Vector128.ShuffleNative(low2, third & nibbles) & Vector128.ShuffleNative(high2, third >>> 4);
            if (buckets != Vector128<byte>.Zero)
            {
                var places = ~Vector128.Equals(buckets, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
                for (; places != 0; places &= places - 1)
                {
                    var place = BitOperations.TrailingZeroCount(places);
                    if (Compare(text[(at + place)..], buckets[place], out found)) return at + place;
                }
            }

            at += 16;
        }

        for (; text.Length - at >= Fingerprint; at++)
        {
            if (Compare(text[at..], BucketsAt(text, at), out found)) return at;
        }

        return -1;
    }

    private int BucketsAt(ReadOnlySpan<byte> text, int at)
    {
        var buckets = 0xFF;
        for (var i = 0; i < Fingerprint; i++) buckets &= _low[i][text[at + i] & 15] & _high[i][text[at + i] >> 4];
        return buckets;
    }

    private bool Compare(ReadOnlySpan<byte> text, int buckets, out KnownPrefix? found)
    {
        for (; buckets != 0; buckets &= buckets - 1)
        {
            foreach (var prefix in _buckets[BitOperations.TrailingZeroCount(buckets)])
            {
                if (!text.StartsWith(prefix.Prefix)) continue;
                found = prefix;
                return true;
            }
        }

        found = null;
        return false;
    }
}
