using System.Globalization;
using Xunit;

namespace Weir.Flows.Tests;

/// <summary>
/// The compatible profiles against what the two programs wrote over the same captures: every row, every column. Rows are compared as a
/// multiset by flow id and start, since the programs end with the order of a hash map; numbers to 1e-9 of their size, since Java adds the
/// same numbers up in another order; times as times. There are no exceptions; a row or a value that differs fails.
/// </summary>
public class ReferenceTests
{
    private const string V4 = "reference-csv/cicflowmeter-java-ahlashkari-98a5eba.csv.gz";
    private const string Fork = "reference-csv/cicflowmeter-java-GintsEngelen-4dd5319.csv.gz";
    private const int FlowId = 0;
    private const int Timestamp = 6;
    private const double Tolerance = 1e-9;

    [SkippableTheory]
    [InlineData(V4, FlowProfile.CicFlowMeter, 291, 11_081)]
    [InlineData(Fork, FlowProfile.Corrected, 313, 13_793)]
    public void Profile_equals_its_program_row_by_row_and_column_by_column(string file, FlowProfile profile, int captures, int rows)
    {
        var reference = Reference.Read(file);
        Assert.Equal(reference.Columns, FlowCsvLayout.Of(profile).Columns);
        Assert.Equal((captures, rows), (reference.RowsByCapture.Count, reference.RowsByCapture.Values.Sum(list => list.Count)));
        var differences = reference.RowsByCapture
            .SelectMany(capture => Compare(reference.Columns, capture.Value, Reference.Measure(capture.Key, profile)).Select(found => $"{capture.Key}: {found}"))
            .ToList();
        Assert.True(differences.Count == 0, $"{differences.Count} differences\n{string.Join('\n', differences.Take(40))}");
    }

    private static IEnumerable<string> Compare(string[] columns, List<string[]> expected, List<string[]> actual)
    {
        var ours = actual.ToLookup(Key);
        var theirs = expected.ToLookup(Key);
        foreach (var key in expected.Concat(actual).Select(Key).Distinct())
        {
            var left = ours[key].ToList();
            foreach (var row in theirs[key])
            {
                if (left.Count == 0)
                {
                    yield return $"{key} is missing: {string.Join(',', row)}";
                    continue;
                }

                var nearest = left.MinBy(candidate => Differences(columns, row, candidate).Count())!;
                left.Remove(nearest);
                foreach (var difference in Differences(columns, row, nearest)) yield return $"{key} {difference}";
            }

            foreach (var row in left) yield return $"{key} is not of the program: {string.Join(',', row)}";
        }
    }

    private static string Key(string[] row) => $"{row[FlowId]} {Time(row[Timestamp])}";

    /// <summary>The fork leaves out the part of a second that is zero, in groups of three digits; V4's times have seconds only.</summary>
    private static string Time(string text) => text.EndsWith('M') ? text : text.PadRight(20, '.').PadRight(26, '0');

    private static IEnumerable<string> Differences(string[] columns, string[] expected, string[] actual) =>
        from i in Enumerable.Range(0, columns.Length)
        where i != Timestamp && !IsSame(expected[i], actual[i])
        select $"{columns[i]}: {expected[i]}, not {actual[i]}";

    private static bool IsSame(string expected, string actual)
    {
        if (expected == actual) return true;
        return double.TryParse(expected, NumberStyles.Float, CultureInfo.InvariantCulture, out var theirs)
            && double.TryParse(actual, NumberStyles.Float, CultureInfo.InvariantCulture, out var ours)
            && (theirs.Equals(ours) || Math.Abs(theirs - ours) <= Tolerance * Math.Max(1, Math.Abs(theirs)));
    }
}
