using System.Globalization;
using System.Text;
using Weir.Privacy.Detection;
using Weir.Testing.Sensitive;
using Xunit;
using Xunit.Abstractions;

namespace Weir.Privacy.Tests.Detection;

/// <summary>Precision and recall over the labelled set: every seed in several contexts, and what only looks like one.</summary>
public class QualityTests(ITestOutputHelper output)
{
    private const double MinRecall = 1.0;
    private const double MinPrecision = 0.95;

    [Fact]
    public void Each_class_is_found_and_little_else_is()
    {
        var tally = SensitiveClasses.All.ToDictionary(found => found.Name, _ => new Tally());
        var problems = new List<string>();
        foreach (var (expected, text, type) in Labelled())
        {
            var found = Scans.Body(text, type).Classes();
            if (expected is not null)
            {
                if (found.Contains(expected)) tally[expected].Hits++;
                else
                {
                    tally[expected].Misses++;
                    problems.Add($"missed {expected} in {text}; found {string.Join(',', found)}");
                }
            }

            foreach (var other in found.Where(name => name != expected))
            {
                tally[other].False++;
                problems.Add($"{other} is not in {text}");
            }
        }

        output.WriteLine(Table(tally));
        foreach (var problem in problems) output.WriteLine(problem);
        foreach (var (name, counts) in tally.Where(entry => entry.Value.Hits + entry.Value.Misses > 0))
        {
            Assert.True(counts.Recall >= MinRecall, $"{name}: recall {counts.Recall:0.000}\n{string.Join('\n', problems)}");
            Assert.True(counts.Precision >= MinPrecision, $"{name}: precision {counts.Precision:0.000}\n{string.Join('\n', problems)}");
        }

        Assert.True(tally.Values.Sum(counts => counts.False) <= 6, string.Join('\n', problems));
    }

    private static IEnumerable<(string? Expected, string Text, string Type)> Labelled()
    {
        foreach (var seed in SensitiveSeeds.All)
        {
            yield return (seed.Class, Scans.Json(seed.Key, seed.Value), "application/json");
            yield return (seed.Class, $"{{\"a\":{{\"b\":[{Scans.Json(seed.Key, seed.Value)}]}},\"n\":17}}", "application/json");
            yield return (seed.Class, $"{Uri.EscapeDataString(seed.Key)}={Uri.EscapeDataString(seed.Value)}&page=2", "application/x-www-form-urlencoded");
            if (seed.Checked) yield return (seed.Class, $"her {seed.Key.Replace('_', ' ')} is {seed.Value}, she said", "text/plain");
            if (!seed.Alone) continue;
            yield return (seed.Class, Scans.Json("remark", $"please note {seed.Value} and answer"), "application/json");
            yield return (seed.Class, $"line one\n{seed.Value}\nline three", "text/plain");
            yield return (seed.Class, $"<doc><remark>{Escape(seed.Value)}</remark></doc>", "application/xml");
        }

        foreach (var (key, value) in NearMisses.All)
        {
            yield return (null, Scans.Json(key, value), "application/json");
            yield return (null, $"{key}={Uri.EscapeDataString(value)}", "application/x-www-form-urlencoded");
            yield return (null, $"the {key} was {value} again", "text/plain");
            yield return (null, $"<doc><{key}>{Escape(value)}</{key}></doc>", "application/xml");
        }
    }

    private static string Escape(string text) => System.Security.SecurityElement.Escape(text)!;

    private static string Table(Dictionary<string, Tally> tally)
    {
        var text = new StringBuilder("| class | samples | found | false | recall | precision |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var (name, counts) in tally.Where(entry => entry.Value.Hits + entry.Value.Misses + entry.Value.False > 0))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| `{name}` | {counts.Hits + counts.Misses} | {counts.Hits} | {counts.False} | {counts.Recall:0.000} | {counts.Precision:0.000} |\n");
        }

        return text.ToString();
    }

    private sealed class Tally
    {
        public int Hits { get; set; }

        public int Misses { get; set; }

        public int False { get; set; }

        public double Recall => Hits + Misses == 0 ? 1 : (double)Hits / (Hits + Misses);

        public double Precision => Hits + False == 0 ? 1 : (double)Hits / (Hits + False);
    }
}
