using System.Buffers;
using System.Buffers.Binary;

namespace Weir.Privacy.Detection.Keys;

/// <summary>What is known of a key.</summary>
/// <param name="Rule">What it makes of its value; null for nothing.</param>
/// <param name="StandsForParent">It is a word like <c>value</c>: the name of the object that holds it decides.</param>
/// <param name="MayHoldData">It has digits or an @, or is long: the key itself may be data.</param>
internal readonly record struct KeyInfo(KeyRule? Rule, bool StandsForParent, bool MayHoldData);

/// <summary>
/// Tells what a key says about its value. The same few keys come again and again, so answers are kept in a table of fixed
/// size. Not thread-safe.
/// </summary>
internal sealed class KeyClassifier
{
    private const int MaxKeyBytes = 64;
    private const int MaxWords = 16;
    private const int CacheEntries = 1024;
    private const int CachedKeyBytes = 32;

    private static readonly SearchValues<byte> s_data = SearchValues.Create("0123456789@"u8);

    private readonly KeyName[] _names;
    private readonly byte[] _cachedKeys = new byte[CacheEntries * CachedKeyBytes];
    private readonly byte[] _cachedLengths = new byte[CacheEntries];
    private readonly KeyInfo[] _cachedInfos = new KeyInfo[CacheEntries];

    /// <param name="custom">Names from the configuration; they go before the built-in ones.</param>
    public KeyClassifier(IEnumerable<KeyName> custom) => _names = [.. custom, .. KeyRules.All];

    public KeyInfo Classify(ReadOnlySpan<byte> key)
    {
        if (key.Length is < 2 or > CachedKeyBytes) return key.Length < 2 ? default : Look(key) with { MayHoldData = true };
        var slot = (int)(Hash(key) & (CacheEntries - 1));
        var cached = _cachedKeys.AsSpan(slot * CachedKeyBytes, CachedKeyBytes);
        if (_cachedLengths[slot] == key.Length && key.SequenceEqual(cached[..key.Length])) return _cachedInfos[slot];
        var info = Look(key) with { MayHoldData = MayHoldData(key) };
        key.CopyTo(cached);
        _cachedLengths[slot] = (byte)key.Length;
        _cachedInfos[slot] = info;
        return info;
    }

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        // Both ends are enough: keys that differ in the middle only share a slot, nothing more.
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        ulong ends = key.Length switch
        {
            >= 8 => BinaryPrimitives.ReadUInt64LittleEndian(key) ^ (BinaryPrimitives.ReadUInt64LittleEndian(key[^8..]) * 31),
            >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(key) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(key[^4..]) << 32),
            _ => (uint)(key[0] | (key[1] << 8) | (key[^1] << 16)),
        };
        return (uint)(((ends ^ (ulong)key.Length) * Multiplier) >> 40);
    }

    private static bool MayHoldData(ReadOnlySpan<byte> key) =>
        key.Length >= ContentScanner.MinBytes && (key.Length > 20 || key.ContainsAny(s_data));

    private KeyInfo Look(ReadOnlySpan<byte> key)
    {
        // A mask stood in the key's place.
        if (key.IndexOf("***"u8) >= 0) return default;
        Span<byte> flat = stackalloc byte[MaxKeyBytes];
        Span<int> words = stackalloc int[MaxWords];
        var length = Flatten(key[^Math.Min(key.Length, MaxKeyBytes)..], flat, words, out var count);
        if (length == 0) return default;
        var name = flat[..length];
        foreach (var stand in KeyRules.Stand)
            if (name.SequenceEqual(stand)) return new KeyInfo(null, true, false);
        if (Find(name, words[..count]) is { } found) return new KeyInfo(found.Rule, false, false);
        while (count > 1 && IsTrailer(name[words[count - 1]..]))
        {
            name = name[..words[--count]];
            if (Find(name, words[..count]) is { } before) return new KeyInfo(before.Rule, false, false);
        }

        return default;
    }

    private KeyName? Find(ReadOnlySpan<byte> name, ReadOnlySpan<int> words)
    {
        foreach (var candidate in _names)
        {
            var fits = candidate.Match switch
            {
                KeyMatch.Whole => name.SequenceEqual(candidate.Name),
                KeyMatch.LastWord => name[words[^1]..].SequenceEqual(candidate.Name),
                _ => name.EndsWith(candidate.Name) && !IsOtherWord(name, words, candidate.Name.Length),
            };
            if (fits) return candidate;
        }

        return null;
    }

    /// <summary>A short name must not be the tail of a longer word: <c>classn</c> is no <c>ssn</c>.</summary>
    private static bool IsOtherWord(ReadOnlySpan<byte> name, ReadOnlySpan<int> words, int length) =>
        length <= 4 && !words.Contains(name.Length - length);

    private static bool IsTrailer(ReadOnlySpan<byte> word)
    {
        if (!word.ContainsAnyExcept(Chars.Digits)) return true;
        foreach (var trailer in KeyRules.Trailers)
            if (word.SequenceEqual(trailer)) return true;
        return false;
    }

    /// <summary>Lower case without separators; notes where words begin: behind a separator, at a capital, at digits.</summary>
    private static int Flatten(ReadOnlySpan<byte> key, Span<byte> flat, Span<int> words, out int count)
    {
        var length = 0;
        count = 0;
        var starts = true;
        byte last = 0;
        foreach (var c in key)
        {
            if (!Chars.IsAlnum(c) && c < 0x80)
            {
                starts = true;
                last = c;
                continue;
            }

            var camel = Chars.IsUpper(c) && !Chars.IsUpper(last);
            var number = Chars.IsDigit(c) && !Chars.IsDigit(last) && length > 0;
            if ((starts || camel || number) && count < words.Length) words[count++] = length;
            flat[length++] = Chars.Lower(c);
            starts = false;
            last = c;
        }

        return length;
    }
}
