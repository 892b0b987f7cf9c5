using System.Reflection;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Delivery;

/// <summary>Each row of the feature table in docs/guides/from-goreplay.md names a test, and that test exists.</summary>
public sealed class FeatureTableTests
{
    private static IEnumerable<string[]> Rows => File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs/guides/from-goreplay.md"))
        .SkipWhile(line => !line.StartsWith("| feature | network-sniffer | GoReplay open source | Weir |", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]);

    [Fact]
    public void Every_row_of_the_feature_table_names_a_test_that_exists()
    {
        var rows = Rows.ToList();
        Assert.True(rows.Count >= 20);
        var tests = typeof(FeatureTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            .Where(method => method.GetCustomAttributes<FactAttribute>().Any())
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
        // Those of the receiver stand in another assembly, so they are found in its sources.
        var receiver = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "test/Weir.Center.Tests/MessageRouteTests.cs"));
        foreach (var row in rows)
        {
            Assert.Equal(5, row.Length);
            Assert.All(row, cell => Assert.NotEmpty(cell));
            var test = row[4].Trim('`');
            Assert.True(tests.Contains(test) || receiver.Contains($"public async Task {test}(", StringComparison.Ordinal), $"{row[0]}: there is no test {test}");
        }
    }
}
