using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>The map: of the example services of the demo, and of a city of two hundred services.</summary>
[Collection(PageCollection.Name)]
public sealed class MapPageTests(PageFixture fixture)
{
    private const string Hostile = "<img src=x onerror=alert(1)>";

    [SkippableTheory]
    [InlineData(1280, 800, ColorScheme.Dark)]
    [InlineData(390, 844, ColorScheme.Light)]
    public async Task A_place_leads_to_its_calls_and_back_returns_to_it(int width, int height, ColorScheme scheme)
    {
        await using var page = await fixture.Chromium.Open(width, height, scheme);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/map?view=map");
        var place = page.Page.GetByTestId("map-place");
        await Expect(place.Nth(1)).ToBeVisibleAsync();
        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        // By keyboard: the map is one stop, arrows go on from there.
        await place.Nth(0).FocusAsync();
        var before = await page.Page.EvaluateAsync<string>("document.activeElement.dataset.place");
        foreach (var key in (string[])["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"])
        {
            await page.Page.Keyboard.PressAsync(key);
            if (await page.Page.EvaluateAsync<string>("document.activeElement.dataset.place") != before) break;
        }

        Assert.NotEqual(before, await page.Page.EvaluateAsync<string>("document.activeElement.dataset.place"));
        await page.Page.Keyboard.PressAsync("Enter");
        var detail = page.Page.GetByTestId("map-detail");
        await Expect(detail).ToBeVisibleAsync();
        var name = await detail.GetByRole(AriaRole.Heading).First.TextContentAsync();
        await page.Page.ReloadAsync();
        await Expect(detail.GetByRole(AriaRole.Heading).First).ToHaveTextAsync(name!);
        await detail.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.Page.GetByTestId("calls-grid")).ToBeVisibleAsync();
        Assert.Contains("where=", page.Page.Url, StringComparison.Ordinal);
        await page.WaitForCalls(1);
        await page.Page.GoBackAsync();
        await Expect(detail.GetByRole(AriaRole.Heading).First).ToHaveTextAsync(name!);
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(detail).ToBeHiddenAsync();
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_table_has_the_facts_of_the_picture()
    {
        await using var page = await fixture.Chromium.Open(1280, 800);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/map");
        await Expect(page.Page.GetByTestId("map-edge").First).ToBeAttachedAsync();
        await page.Page.Keyboard.PressAsync("t");
        var rows = page.Page.GetByTestId("map-table").Locator("tbody tr");
        await Expect(rows.First).ToBeVisibleAsync();
        Assert.Contains("view=table", page.Page.Url, StringComparison.Ordinal);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "p95" }).ClickAsync();
        await Expect(page.Page.Locator("th[aria-sort=descending]")).ToContainTextAsync("p95");
        var link = rows.First.GetByRole(AriaRole.Link);
        await link.ClickAsync();
        await Expect(page.Page.GetByTestId("calls-grid")).ToBeVisibleAsync();
        Assert.Contains("where=", page.Page.Url, StringComparison.Ordinal);
        await page.WaitForCalls(1);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task A_filter_with_a_mistake_takes_nothing_away_and_one_that_nothing_matches_says_so()
    {
        await using var page = await fixture.Chromium.Open(1280, 800);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/map");
        await Expect(page.Page.GetByTestId("map-place").First).ToBeVisibleAsync();
        await page.Submit("methud == 1");
        await Expect(page.Page.GetByTestId("filter-error")).ToBeVisibleAsync();
        await Expect(page.Page.GetByTestId("map-place").First).ToBeVisibleAsync();
        await page.Submit("method == \"BREW\"");
        await Expect(page.Page.GetByTestId("empty")).ToContainTextAsync("No call matches");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show everything" }).ClickAsync();
        await Expect(page.Page.GetByTestId("map-place").First).ToBeVisibleAsync();
        page.AssertClean(expected: "status of 400");
    }

    [SkippableFact]
    public async Task Two_hundred_services_stand_still_while_figures_change()
    {
        await using var page = await fixture.Chromium.Open(1280, 800);
        var round = 0;
        await page.Page.RouteAsync("**/api/v1/map*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = City(round++) }));
        await page.Page.GotoAsync($"{fixture.Demo.Address}/map");
        await Expect(page.Page.GetByTestId("map-place")).ToHaveCountAsync(201);
        await Expect(page.Page.GetByTestId("map-told")).ToContainTextAsync("estimates");
        var before = await Places(page);
        Assert.Equal(201, before.Values.Select(at => (at[0], at[1])).Distinct().Count());
        // The next answer has other figures, in another order, and one service more.
        await Expect(page.Page.GetByTestId("map-place")).ToHaveCountAsync(202, new() { Timeout = 60_000 });
        var after = await Places(page);
        // A namespace may have made room below itself, for those that stand there: they moved as one, and only down.
        foreach (var space in before.GroupBy(one => one.Key.Split('/')[0]))
        {
            var (x, y) = Assert.Single(space.Select(one => (after[one.Key][0] - one.Value[0], after[one.Key][1] - one.Value[1])).Distinct());
            Assert.Equal(0, x);
            Assert.InRange(y, 0, 200);
        }

        await page.Page.GetByTestId("map-find").FillAsync("shop service-30");
        await Expect(page.Page.Locator(".map-place.found")).ToHaveCountAsync(1);
        await page.Page.GetByTestId("map-find").PressAsync("Enter");
        await Expect(page.Page.GetByTestId("map-detail")).ToContainTextAsync("service-30");
        await page.Page.GetByTestId("map-alone").ClickAsync();
        await Expect(page.Page.GetByTestId("map-place")).Not.ToHaveCountAsync(202);
        Assert.InRange(await page.Page.GetByTestId("map-place").CountAsync(), 2, 20);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task Names_that_hold_markup_are_text()
    {
        await using var page = await fixture.Chromium.Open(1280, 800);
        await page.Page.RouteAsync("**/api/v1/map*", route => route.FulfillAsync(new()
        {
            ContentType = "application/json", Body = Map([Place(Hostile, Hostile), Place("b", "x")], [Edge(Hostile, "b", 5, Hostile)]),
        }));
        foreach (var view in (string[])["map", "table"])
        {
            await page.Page.GotoAsync($"{fixture.Demo.Address}/map?view={view}");
            await Expect(page.Page.GetByText(Hostile).First).ToBeVisibleAsync();
            Assert.Equal(0, await page.Page.Locator("main img").CountAsync());
        }

        page.AssertClean();
    }

    [SkippableFact]
    public async Task Without_calls_the_map_says_how_to_get_some()
    {
        await using var page = await fixture.Chromium.Open(1280, 800);
        await page.Page.RouteAsync("**/api/v1/map*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = Map([], []) }));
        await page.Page.GotoAsync($"{fixture.Demo.Address}/map");
        await Expect(page.Page.GetByTestId("empty")).ToContainTextAsync("weir doctor");
        page.AssertClean();
    }

    /// <summary>Two hundred services in ten namespaces, one outside; another one from the second round on.</summary>
    public static string City(int round)
    {
        string[] spaces = ["shop", "payments", "search", "accounts", "media", "logistics", "platform", "data", "ops", "edge"];
        string Id(int n) => $"{spaces[n % 10]}/service-{n}";
        var places = Enumerable.Range(0, 200 + Math.Min(1, round)).Select(n => Place(Id(n), $"service-{n}", spaces[n % 10])).Append(Place("outside", "api.example.com", kind: "host"));
        var edges = Enumerable.Range(0, 95).SelectMany(n => new[] { (n, (n * 2) + 10), (n, (n * 2) + 11 + (n % 7 == 0 ? 3 : 9)) }).Where(static pair => pair.Item2 < 200).Select(pair => Edge(Id(pair.Item1), Id(pair.Item2), (pair.Item1 * 31 % 97) + 1 + round, failed: pair.Item1 % 11 == 0 ? 0.08 : pair.Item1 % 6 == 0 ? 0.01 : 0))
            .Append(Edge(Id(17), "outside", 40));
        return Map(round % 2 == 0 ? places : places.Reverse(), round % 2 == 0 ? edges : edges.Reverse());
    }

    private static string Map(IEnumerable<object> nodes, IEnumerable<object> edges) =>
        JsonSerializer.Serialize(new { from = 1_769_860_800_000, to = 1_769_864_400_000, reachedBackTo = (long?)null, calls = 7_200_000, looked = 20_000, nodes, edges });

    private static object Place(string id, string name, string space = "", string kind = "service") =>
        new { id, kind, @namespace = space, name, source = "src.port > 0", destination = "dst.port > 0", members = 1 };

    private static object Edge(string from, string to, int rate, string protocol = "HTTP/1.1", double failed = 0) => new
    {
        from, to, calls = rate * 3600, perSecond = (double)rate, errors = (int)(rate * 3600 * failed), clientErrors = 0, unanswered = 0, p50Ms = 3 + (rate % 9), p95Ms = 20.5 + rate,
        requestBytes = rate * 4000L, responseBytes = rate * 90_000L, protocols = new[] { protocol },
    };

    private static async Task<Dictionary<string, double[]>> Places(WatchedPage page) => await page.Page.EvaluateAsync<Dictionary<string, double[]>>(
        "Object.fromEntries([...document.querySelectorAll('[data-testid=map-place]')].map((place) => [place.dataset.place, place.style.transform.match(/-?[\\d.]+/g).map(Number)]))");
}
