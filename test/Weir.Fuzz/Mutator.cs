namespace Weir.Fuzz;

/// <summary>Makes inputs from seeds: flips, cuts, repetitions, interesting numbers, pieces of other seeds, and words of the language in place of others.</summary>
/// <param name="seeds">What is right, or nearly so.</param>
/// <param name="seed">Of every choice.</param>
/// <param name="words">Values that a reader of this language may stumble over; they take the place of whole values. Null for none.</param>
public sealed class Mutator(IReadOnlyList<byte[]> seeds, int seed, IReadOnlyList<byte[]>? words = null)
{
    private const int MaxBytes = 1 << 16;

    private static readonly byte[] Interesting = [0, 1, 0x7F, 0x80, 0xFF, (byte)'\r', (byte)'\n', (byte)' ', (byte)':', (byte)'"'];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var bytes = new List<byte>(Pick());
        for (var changes = _random.Next(6); changes > 0; changes--) Change(bytes);
        return [.. bytes.Take(MaxBytes)];
    }

    private void Change(List<byte> bytes)
    {
        if (words is { Count: > 0 } && _random.Next(2) == 0)
        {
            Replace(bytes);
            return;
        }

        var at = _random.Next(bytes.Count + 1);
        var length = Math.Min(_random.Next(1, 17), bytes.Count - at);
        switch (_random.Next(6))
        {
            case 0 when length > 0:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 1 when length > 0:
                bytes[at] = Interesting[_random.Next(Interesting.Length)];
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                var other = Pick();
                var from = _random.Next(other.Length + 1);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + _random.Next(64))]);
                break;
        }
    }

    /// <summary>Puts a word where a value is: from behind a colon, comma or bracket to the next. Quotes are not looked at, so that values are broken as well.</summary>
    private void Replace(List<byte> bytes)
    {
        var start = 1 + bytes.FindIndex(_random.Next(bytes.Count + 1), static one => IsMark(one) && one is not ((byte)']' or (byte)'}'));
        var end = bytes.FindIndex(start, static one => IsMark(one));
        if (end < 0) end = bytes.Count;
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, words![_random.Next(words.Count)]);
    }

    private static bool IsMark(byte one) => one is (byte)':' or (byte)',' or (byte)'[' or (byte)'{' or (byte)']' or (byte)'}' or (byte)'\n';

    private byte[] Pick() => seeds[_random.Next(seeds.Count)];
}
