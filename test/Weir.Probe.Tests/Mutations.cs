using Weir.Testing;

namespace Weir.Probe.Tests;

/// <summary>Damage that captures suffer. All of it comes from the given generator, so a seed tells the case.</summary>
internal static class Mutations
{
    /// <summary>Frames lost, doubled and out of order: the bytes that are left are true.</summary>
    public static List<TestFrame> Disturb(IReadOnlyList<TestFrame> frames, Random random)
    {
        var result = new List<TestFrame>();
        foreach (var frame in frames)
        {
            var kind = random.Next(10);
            if (kind == 0) continue;
            result.Add(kind == 1 ? frame.Cut(random.Next(20, frame.Data.Length + 1)) : frame);
            if (kind == 2) result.Add(frame);
        }

        for (var swaps = random.Next(4); swaps > 0 && result.Count > 1; swaps--)
        {
            var at = random.Next(result.Count - 1);
            (result[at], result[at + 1]) = (result[at + 1], result[at]);
        }

        return result;
    }

    /// <summary>Anything: flipped bytes in headers and data, frames cut off without saying so.</summary>
    public static List<TestFrame> Corrupt(IReadOnlyList<TestFrame> frames, Random random) =>
        [.. Disturb(frames, random).Select(frame => random.Next(3) == 0 ? Flip(frame, random) : frame)];

    private static TestFrame Flip(TestFrame frame, Random random)
    {
        var data = (byte[])frame.Data.Clone();
        for (var flips = random.Next(1, 5); flips > 0; flips--) data[random.Next(data.Length)] = (byte)random.Next(256);
        return frame with { Data = random.Next(8) == 0 ? data[..random.Next(data.Length)] : data };
    }
}
