using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace Weir.Flows.Tests;

public class ReferenceTests(ITestOutputHelper output)
{
    private const string V4 = "reference-csv/cicflowmeter-java-ahlashkari-98a5eba.csv.gz";
    private const string Fork = "reference-csv/cicflowmeter-java-GintsEngelen-4dd5319.csv.gz";

    [SkippableTheory]
    [InlineData(V4, FlowProfile.CicFlowMeter)]
    [InlineData(Fork, FlowProfile.Corrected)]
    public void Profile_equals_its_program(string file, FlowProfile profile)
    {
        var reference = Reference.Read(file);
        Assert.Equal(reference.Columns, FlowCsvLayout.Of(profile).Columns);
        var lines = new List<string>();
        foreach (var (capture, expected) in reference.RowsByCapture)
        {
            var actual = Reference.Measure(capture, profile);
            lines.AddRange(Compare(reference.Columns, expected, actual).Select(difference => $"{capture}\t{difference}"));
        }

        File.WriteAllLines($"/tmp/flows-{profile}.txt", lines);
        output.WriteLine($"{lines.Count}");
        Assert.Empty(lines);
    }

    private static IEnumerable<string> Compare(string[] columns, List<string[]> expected, List<string[]> actual)
    {
        var keys = expected.Concat(actual).Select(Key).Distinct().ToList();
        var byKey = expected.ToLookup(Key);
        var oursByKey = actual.ToLookup(Key);
        foreach (var key in keys)
        {
            var theirs = byKey[key].OrderBy(Line, StringComparer.Ordinal).ToList();
            var ours = oursByKey[key].OrderBy(Line, StringComparer.Ordinal).ToList();
            // First what is equal, in whatever order; then the rest side by side.
            foreach (var row in theirs.ToList())
            {
                var match = ours.FirstOrDefault(candidate => !Differences(columns, row, candidate).Any());
                if (match is null) continue;
                ours.Remove(match);
                theirs.Remove(row);
            }

            for (var i = 0; i < Math.Max(theirs.Count, ours.Count); i++)
            {
                if (i >= theirs.Count) yield return $"{key}\textra\t{ours[i][8]}/{ours[i][9]}";
                else if (i >= ours.Count) yield return $"{key}\tmissing\t{theirs[i][8]}/{theirs[i][9]}";
                else
                    foreach (var difference in Differences(columns, theirs[i], ours[i])) yield return $"{key}\t{difference}";
            }
        }
    }

    private static string Line(string[] row) => string.Join(',', row);

    private static string Key(string[] row) => $"{row[0]}\t{row[6]}";

    private static IEnumerable<string> Differences(string[] columns, string[] expected, string[] actual) =>
        from i in Enumerable.Range(0, columns.Length)
        where !IsSame(expected[i], actual[i])
        select $"{columns[i]}\t{expected[i]}\t{actual[i]}";

    private static bool IsSame(string expected, string actual)
    {
        if (expected == actual) return true;
        if (!double.TryParse(expected, NumberStyles.Float, CultureInfo.InvariantCulture, out var theirs)) return false;
        if (!double.TryParse(actual, NumberStyles.Float, CultureInfo.InvariantCulture, out var ours)) return false;
        return theirs.Equals(ours) || Math.Abs(theirs - ours) <= 1e-9 * Math.Max(1, Math.Abs(theirs));
    }
}
