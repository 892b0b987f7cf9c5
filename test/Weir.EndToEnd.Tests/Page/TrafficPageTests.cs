using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>The page of bytes and packets, on what the demo really moves and on a day that was made up.</summary>
[Collection(PageCollection.Name)]
public sealed class TrafficPageTests(PageFixture fixture)
{
    private const string Hostile = "<img src=x onerror=alert(1)>";

    [SkippableTheory]
    [InlineData(1280, 800, ColorScheme.Light)]
    [InlineData(390, 844, ColorScheme.Dark)]
    public async Task What_the_demo_moves_is_counted_narrowed_down_and_restored_by_the_address(int width, int height, ColorScheme scheme)
    {
        await using var page = await fixture.Chromium.Open(width, height, scheme);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/traffic");
        var talkers = page.Page.GetByTestId("top-talkers").Locator("tbody tr");
        await Expect(talkers.First).ToContainTextAsync("127.0.0.1", new() { Timeout = 60_000 });
        await Expect(page.Page.GetByTestId("flows").Locator("tbody tr").First).ToContainTextAsync("TCP");
        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.Page.GetByTestId("traffic-by").SelectOptionAsync("protocol");
        await Expect(talkers.First).ToContainTextAsync("TCP");
        await talkers.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Page.GetByTestId("traffic-only")).ToContainTextAsync("Protocol: TCP");
        await page.Page.Keyboard.PressAsync("b");
        await Expect(page.Page.GetByTestId("measure-packets")).ToBeCheckedAsync();
        await page.Page.ReloadAsync();
        await Expect(page.Page.GetByTestId("traffic-only")).ToContainTextAsync("Protocol: TCP");
        await Expect(page.Page.GetByTestId("measure-packets")).ToBeCheckedAsync();
        await page.Page.GoBackAsync();
        await Expect(page.Page.GetByTestId("measure-bytes")).ToBeCheckedAsync();
        await page.Page.GoBackAsync();
        await Expect(page.Page.GetByTestId("traffic-only")).ToHaveCountAsync(0);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_chart_is_read_by_keyboard_and_a_step_chosen_from_it()
    {
        await using var page = await Open(Day());
        var area = page.Page.GetByTestId("traffic-area");
        await area.FocusAsync();
        await page.Page.Keyboard.PressAsync("End");
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Page.GetByTestId("traffic-chart")).ToContainTextAsync("kB/s");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByTestId("range-custom")).ToBeCheckedAsync();
        Assert.Contains("from=", page.Page.Url, StringComparison.Ordinal);
        // And by dragging.
        var box = (await area.BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + (box.Width * 0.25f), box.Y + 40);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + (box.Width * 0.5f), box.Y + 60, new() { Steps = 4 });
        await page.Page.Mouse.UpAsync();
        var span = await page.Page.EvaluateAsync<double>("(() => { const p = new URLSearchParams(location.search); return Date.parse(p.get('to')) - Date.parse(p.get('from')); })()");
        Assert.InRange(span, 15 * 60_000, 17 * 60_000);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task Names_that_hold_markup_are_text()
    {
        await using var page = await Open(Day(Hostile));
        await Expect(page.Page.GetByTestId("top-talkers")).ToContainTextAsync(Hostile);
        Assert.Equal(0, await page.Page.Locator("main img").CountAsync());
        page.AssertClean();
    }

    [SkippableFact]
    public async Task Without_traffic_the_page_says_how_to_get_some()
    {
        await using var page = await Open(JsonSerializer.Serialize(new { from = 0, to = 3_600_000, stepSeconds = 60, bytes = 0, packets = 0, steps = Array.Empty<object>(), groups = Array.Empty<object>(), others = new { groups = 0, bytes = 0, packets = 0 } }));
        await Expect(page.Page.GetByTestId("empty")).ToContainTextAsync("weir up --accounting on");
        page.AssertClean();
    }

    /// <summary>An hour of five services.</summary>
    public static string Day(string first = "shop/orders")
    {
        const long From = 1_769_860_800_000;
        string[] names = [first, "shop/users", "payments/api", "search/index", "platform/gateway"];
        object[] Steps(int n) => [.. Enumerable.Range(0, 60).Select(step => new { start = From + (step * 60_000L), bytes = Bytes(n, step), packets = Bytes(n, step) / 700 })];
        return JsonSerializer.Serialize(new
        {
            from = From, to = From + 3_600_000, stepSeconds = 60, bytes = 60 * 4_000_000L, packets = 60 * 5700L, steps = Steps(9),
            groups = names.Select((name, n) => new
            {
                values = new Dictionary<string, string>
                {
                    ["service"] = name, ["source"] = $"10.0.{n}.7", ["source_workload"] = name, ["destination"] = $"10.0.{(n + 1) % 5}.9", ["destination_workload"] = names[(n + 1) % 5], ["protocol"] = "tcp",
                },
                bytes = Enumerable.Range(0, 60).Sum(step => Bytes(n, step)), packets = Enumerable.Range(0, 60).Sum(step => Bytes(n, step) / 700), steps = Steps(n),
            }),
            others = new { groups = 3, bytes = 100_000, packets = 900 },
        });

        static long Bytes(int n, int step) => n == 9 ? 4_000_000 : (long)((900_000 - (n * 150_000)) * (1.2 + Math.Sin((step + (n * 9)) / 7.0)));
    }

    private async Task<WatchedPage> Open(string answer)
    {
        var page = await fixture.Chromium.Open(1280, 800);
        await page.Page.RouteAsync("**/api/v1/traffic?*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = answer }));
        await page.Page.GotoAsync($"{fixture.Demo.Address}/traffic");
        return page;
    }
}
