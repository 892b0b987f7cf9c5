using System.Text.Json;
using Weir.Testing;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>axe-core in the page, by the rules of WCAG 2.2 A and AA.</summary>
internal static class Axe
{
    private static readonly string Source = RepositoryRoot.Combine("web/node_modules/axe-core/axe.min.js");

    public static void Require() => Skip.IfNot(File.Exists(Source), "needs axe-core, which npm ci installs in web");

    /// <summary>Once for each document: going from page to page within Weir keeps it.</summary>
    public static async Task Load(WatchedPage page) => await page.Page.EvaluateAsync(await File.ReadAllTextAsync(Source));

    /// <summary>Fails where somebody is shut out; lesser findings are written to the log.</summary>
    public static async Task Check(WatchedPage page, string place, ITestOutputHelper log)
    {
        var text = await page.Page.EvaluateAsync<string>("""
            async () => JSON.stringify((await axe.run(document, {
              runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'],
            })).violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes.slice(0, 4).map((node) => `${node.target} ${node.failureSummary}`) })))
            """);
        using var violations = JsonDocument.Parse(text);
        foreach (var violation in violations.RootElement.EnumerateArray()) log.WriteLine($"{place}: {violation}");
        var serious = violations.RootElement.EnumerateArray().Where(v => v.GetProperty("impact").GetString() is "serious" or "critical").ToList();
        Assert.True(serious.Count == 0, $"{place}: {string.Join('\n', serious)}");
    }
}
