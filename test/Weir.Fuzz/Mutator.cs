namespace Weir.Fuzz;

/// <summary>Makes inputs from seeds: flips, cuts, repetitions, interesting numbers and pieces of other seeds.</summary>
public sealed class Mutator(IReadOnlyList<byte[]> seeds, int seed)
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

    private byte[] Pick() => seeds[_random.Next(seeds.Count)];
}
