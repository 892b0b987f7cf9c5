using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>axe-core looks at every place of the page, in both themes and on a phone, by the rules of WCAG 2.2 A and AA.</summary>
[Collection(PageCollection.Name)]
public sealed class AccessibilityTests(PageFixture fixture, ITestOutputHelper log)
{
    [SkippableTheory]
    [InlineData(1280, 800, ColorScheme.Dark)]
    [InlineData(1280, 800, ColorScheme.Light)]
    [InlineData(390, 844, ColorScheme.Light)]
    public async Task Nobody_is_shut_out(int width, int height, ColorScheme scheme)
    {
        Axe.Require();
        await using var page = await fixture.Chromium.Open(width, height, scheme);
        await page.Page.GotoAsync(fixture.Demo.Address);
        await page.WaitForCalls(60);
        await page.Page.Locator("[data-testid=histogram] .bar").First.WaitForAsync();
        await Axe.Load(page);
        await Check(page, "list");
        await page.Filter("methud == 1", expectRows: false);
        await Check(page, "wrong filter");
        await page.Filter("method == \"POST\" && path == \"/api/v1/users\" && status_code == 201");
        await page.WaitForCalls(1);
        await page.Rows.First.ClickAsync();
        await Expect(page.Page.GetByTestId("route")).ToBeVisibleAsync();
        await Check(page, "overview");
        foreach (var tab in (string[])["Headers", "Request", "Timing", "Raw"])
        {
            await page.Tab(tab);
            await Check(page, tab);
        }

        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.Keyboard.PressAsync("?");
        await Check(page, "keys");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Visit("Status");
        await Expect(page.Page.GetByTestId("planes")).ToBeVisibleAsync();
        await Check(page, "status");
        await page.Visit("Endpoints");
        await Expect(page.Page.GetByTestId("endpoint").First).ToBeVisibleAsync();
        await Check(page, "endpoints");
        // One that was made of several paths: whatever else is called on this machine meanwhile has no reasons to show.
        await page.Page.GetByTestId("endpoints").GetByRole(AriaRole.Link).Filter(new LocatorFilterOptions { HasTextString = "{" }).First.ClickAsync();
        await Expect(page.Page.GetByTestId("why")).ToBeVisibleAsync();
        await Check(page, "endpoint");
        await page.Visit("Map");
        await page.Page.GotoAsync($"{fixture.Demo.Address}/map?view=map");
        await Axe.Load(page);
        await Expect(page.Page.GetByTestId("map-place").First).ToBeVisibleAsync();
        await Check(page, "map");
        await page.Page.GetByTestId("map-place").First.ClickAsync();
        await Expect(page.Page.GetByTestId("map-detail")).ToBeVisibleAsync();
        await Check(page, "place");
        await page.Page.Keyboard.PressAsync("t");
        await Expect(page.Page.GetByTestId("map-table")).ToBeVisibleAsync();
        await Check(page, "map as a table");
        await page.Visit("Traffic");
        await Expect(page.Page.GetByTestId("flows")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Check(page, "traffic");
        page.AssertClean(expected: "status of 400");

        await using var stranger = await fixture.Chromium.Open(width, height, scheme, login: false);
        await stranger.Page.GotoAsync($"{fixture.Demo.Address}/login");
        await Expect(stranger.Page.GetByTestId("login-name")).ToBeFocusedAsync();
        await Axe.Load(stranger);
        await Check(stranger, "login");
        Assert.Equal(width, await stranger.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        stranger.AssertClean();
    }

    private Task Check(WatchedPage page, string place) => Axe.Check(page, place, log);
}
