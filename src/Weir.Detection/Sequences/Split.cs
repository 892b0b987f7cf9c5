using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Weir.Detection.Numerics;

namespace Weir.Detection.Sequences;

/// <summary>Rows of a table in three parts that share no row.</summary>
public sealed record Split(string Name, int[] Training, int[] Validation, int[] Test)
{
    private const double TrainingShare = 0.6, ValidationShare = 0.1;

    /// <summary>Inside each class and day the first 60 % in time are learned from, the next 10 % decide, the last 30 % test.</summary>
    public static Split Temporal(FlowTable table, IEnumerable<int> rows) => ByGroup(
        "temporal", rows.GroupBy(row => (table.Labels[row], Day(table, row))).Select(group => Ordered(table, group)));

    /// <summary>The same inside what <see cref="Temporal"/> learns from: for choices, which must not look at its test part.</summary>
    public static Split Develop(FlowTable table, IEnumerable<int> rows)
    {
        var parts = Temporal(table, rows);
        return Temporal(table, parts.Training.Concat(parts.Validation)) with { Name = "develop" };
    }

    /// <summary>As papers split: at random inside each class, after dropping rows that are equal in everything. Says little.</summary>
    public static Split Random(FlowTable table, IEnumerable<int> rows)
    {
        var distinct = rows.DistinctBy(row => (table.Labels[row], Hash(table[row]))).GroupBy(row => table.Labels[row]);
        return ByGroup("random", distinct.Select(group =>
        {
            var members = group.ToArray();
            new SeededRandom(17).Shuffle(members);
            return members;
        }));
    }

    /// <summary>Learns from Monday to Wednesday, tests on Thursday and Friday: none of the tested attacks was seen.</summary>
    public static Split UnseenAttacks(FlowTable table)
    {
        var rows = Enumerable.Range(0, table.Count).ToArray();
        var known = rows.Where(row => Weekday(table, row) <= DayOfWeek.Wednesday);
        var parts = ByGroup("", known.GroupBy(row => (table.Labels[row], Day(table, row))).Select(group => Ordered(table, group)), 0.8, 0.2);
        return parts with { Name = "unseen attacks", Test = [.. rows.Where(row => Weekday(table, row) > DayOfWeek.Wednesday)] };
    }

    private static Split ByGroup(
        string name, IEnumerable<int[]> groups, double training = TrainingShare, double validation = ValidationShare)
    {
        var (first, second, third) = (new List<int>(), new List<int>(), new List<int>());
        foreach (var group in groups)
        {
            var a = (int)Math.Round(group.Length * training);
            var b = (int)Math.Round(group.Length * (training + validation));
            first.AddRange(group[..a]);
            second.AddRange(group[a..b]);
            third.AddRange(group[b..]);
        }

        return new Split(name, [.. first], [.. second], [.. third]);
    }

    private static int[] Ordered(FlowTable table, IEnumerable<int> rows) => [.. rows.OrderBy(row => table.Starts[row]).ThenBy(row => row)];

    private static long Day(FlowTable table, int row) => table.Starts[row] / 86_400_000_000_000;

    private static DayOfWeek Weekday(FlowTable table, int row) => DateTime.UnixEpoch.AddTicks(table.Starts[row] / 100).DayOfWeek;

    private static UInt128 Hash(ReadOnlySpan<float> values)
    {
        var bytes = MemoryMarshal.AsBytes(values);
        return BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(bytes));
    }
}
