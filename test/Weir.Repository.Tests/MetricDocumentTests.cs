using System.Text;
using Weir.Records.Metrics;
using Xunit;

namespace Weir.Repository.Tests;

/// <summary>The table of docs/metrics.md is made of the catalogue in the code. <c>WEIR_WRITE_DOCS=1</c> writes it anew.</summary>
public class MetricDocumentTests
{
    private const string Document = "docs/metrics.md";
    private const string Begin = "<!-- metrics: made of src/Weir.Records/Metrics/MetricCatalog.cs -->\n";
    private const string End = "<!-- end of metrics -->\n";

    [Fact]
    public void The_table_is_that_of_the_code()
    {
        var text = Repository.Read(Document);
        var from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(from >= Begin.Length && to > from, "the marks around the table are gone");
        var table = Table();
        if (Environment.GetEnvironmentVariable("WEIR_WRITE_DOCS") == "1") File.WriteAllText(Repository.Absolute(Document), text[..from] + table + text[to..]);
        else Assert.Equal(table, text[from..to]);
    }

    private static string Table()
    {
        var table = new StringBuilder();
        foreach (var area in MetricCatalog.All.GroupBy(metric => metric.Name.Split('_')[1]).OrderBy(area => area.Key, StringComparer.Ordinal))
        {
            table.Append("\n### ").Append(area.Key).Append("\n\n| metric | kind | labels | meaning |\n| --- | --- | --- | --- |\n");
            foreach (var metric in area.OrderBy(metric => metric.Name, StringComparer.Ordinal))
            {
                var labels = metric.Labels.Length == 0 ? "–" : string.Join(", ", metric.Labels.Select(label => $"`{label}`"));
                table.Append("| `").Append(metric.Name).Append("` | ").Append(metric.Kind switch
                {
                    MetricKind.Counter => "counter",
                    MetricKind.Histogram => "histogram",
                    _ => "gauge",
                }).Append(" | ").Append(labels).Append(" | ").Append(metric.Help).Append(" |\n");
            }
        }

        return table.Append('\n').ToString();
    }
}
