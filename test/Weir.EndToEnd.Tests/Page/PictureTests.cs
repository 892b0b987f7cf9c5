using Microsoft.Playwright;
using Weir.Testing;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>
/// Pictures of the list and of a call, in both themes and on a phone, left in <c>artifacts/page</c>. With
/// <c>WEIR_UPDATE_IMAGES=1</c> those of the documentation are written anew.
/// </summary>
[Collection(PageCollection.Name)]
public sealed class PictureTests(PageFixture fixture, ITestOutputHelper log)
{
    private const string Order = "method == \"POST\" && status_code == 201 && path.contains(\"orders\")";

    private static readonly string[] InDocumentation = ["calls", "calls-light", "calls-detail", "calls-detail-light", "status", "status-light", "map", "map-light", "map-large", "map-large-light", "traffic", "traffic-light"];

    private static bool UpdatesDocumentation => Environment.GetEnvironmentVariable("WEIR_UPDATE_IMAGES") == "1";

    [SkippableTheory]
    [InlineData(1280, 720, ColorScheme.Dark, "")]
    [InlineData(1280, 720, ColorScheme.Light, "-light")]
    [InlineData(390, 844, ColorScheme.Dark, "-phone")]
    [InlineData(390, 844, ColorScheme.Light, "-phone-light")]
    public async Task The_page_fits_its_window(int width, int height, ColorScheme scheme, string suffix)
    {
        await using var page = await fixture.Chromium.Open(width, height, scheme);
        await page.Page.GotoAsync(fixture.Demo.Address);
        await page.WaitForCalls(240);
        await Expect(page.Page.GetByTestId("loss")).ToContainTextAsync("nothing lost", new() { UseInnerText = false });
        await AssertFits(page, width);
        await Save(page, $"calls{suffix}");

        var id = await page.Page.EvaluateAsync<string>($$"""
            async () => (await (await fetch('/api/v1/exchanges?limit=1&where=' + encodeURIComponent('{{Order}}'))).json()).items[0].id
            """);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/?call={id}");
        await Expect(page.Page.GetByTestId("route")).ToBeVisibleAsync();
        await AssertFits(page, width);
        await Save(page, $"calls-overview{suffix}");
        await page.Tab("Response");
        await Expect(page.Page.GetByTestId("json")).ToBeVisibleAsync();
        await Expect(page.Page.GetByTestId("loss")).ToContainTextAsync("nothing lost", new() { UseInnerText = false });
        await AssertFits(page, width);
        await Save(page, $"calls-detail{suffix}");
        await page.Tab("Timing");
        await AssertFits(page, width);
        await Save(page, $"calls-timing{suffix}");
        await page.Page.GotoAsync($"{fixture.Demo.Address}/status");
        await Expect(page.Page.GetByTestId("planes")).ToBeVisibleAsync();
        await AssertFits(page, width);
        await Save(page, $"status{suffix}");
        page.AssertClean();
    }

    [SkippableTheory]
    [InlineData(1280, 720, ColorScheme.Dark, "")]
    [InlineData(1280, 720, ColorScheme.Light, "-light")]
    [InlineData(390, 844, ColorScheme.Dark, "-phone")]
    [InlineData(390, 844, ColorScheme.Light, "-phone-light")]
    public async Task The_map_and_the_traffic_fit_their_window(int width, int height, ColorScheme scheme, string suffix)
    {
        await using var page = await fixture.Chromium.Open(width, height, scheme);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/map?view=map");
        await Expect(page.Page.GetByTestId("map-place").First).ToBeVisibleAsync();
        await AssertFits(page, width);
        await Save(page, $"map{suffix}");
        await page.Page.RouteAsync("**/api/v1/map*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = MapPageTests.City(0) }));
        await page.Page.GotoAsync($"{fixture.Demo.Address}/map?view=map&focus=platform%2Fservice-16");
        await Expect(page.Page.GetByTestId("map-place").First).ToBeVisibleAsync();
        await AssertFits(page, width);
        await Save(page, $"map-large{suffix}");
        await page.Page.RouteAsync("**/api/v1/traffic?*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = TrafficPageTests.Day() }));
        await page.Page.GotoAsync($"{fixture.Demo.Address}/traffic?by=source");
        await Expect(page.Page.GetByTestId("flows")).ToBeVisibleAsync();
        await AssertFits(page, width);
        await Save(page, $"traffic{suffix}");
        page.AssertClean();
    }

    /// <summary>Nothing but the panes inside may scroll sideways.</summary>
    private static async Task AssertFits(WatchedPage page, int width) =>
        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));

    private async Task Save(WatchedPage page, string name)
    {
        var picture = await page.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled });
        var folder = RepositoryRoot.Combine("artifacts/page");
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), picture);
        log.WriteLine($"{name}.png: {picture.Length} bytes");
        if (!UpdatesDocumentation || !InDocumentation.Contains(name)) return;
        Directory.CreateDirectory(RepositoryRoot.Combine("docs/images"));
        await File.WriteAllBytesAsync(RepositoryRoot.Combine($"docs/images/{name}.png"), picture);
    }
}
