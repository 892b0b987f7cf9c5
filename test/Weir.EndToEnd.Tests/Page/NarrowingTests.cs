using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>From many calls to the few that matter: facets, the histogram, completion, kept filters, keys.</summary>
[Collection(PageCollection.Name)]
public sealed class NarrowingTests(PageFixture fixture)
{
    [SkippableFact]
    public async Task A_click_on_a_value_narrows_the_list_and_another_widens_it()
    {
        await using var page = await Open();
        var methods = page.Page.GetByTestId("facet-method");
        var posts = methods.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^POST") });
        await posts.ClickAsync();
        await Expect(page.Page.GetByTestId("calls-grid")).ToHaveAttributeAsync("data-where", "method == \"POST\"");
        await Expect(posts).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(methods.Locator(".value")).ToHaveCountAsync(1);
        Assert.All(await page.Page.Locator("[data-testid=call-row] .c-method").AllTextContentsAsync(), method => Assert.Equal("POST", method));

        await posts.ClickAsync();
        await Expect(page.Page.GetByTestId("filter-input")).ToHaveValueAsync("");
        // There for those who point at the value, or come to it by keyboard.
        await methods.GetByRole(AriaRole.Button, new() { Name = "Leave out GET" }).PressAsync("Enter");
        await Expect(page.Page.GetByTestId("calls-grid")).ToHaveAttributeAsync("data-where", "method != \"GET\"");
        await Expect(methods.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^GET") })).ToHaveCountAsync(0);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_counts_are_those_of_the_store()
    {
        await using var page = await Open();
        await page.Page.GetByTestId("range-1h").CheckAsync(new() { Force = true });
        await Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "history");
        await page.Page.GetByTestId("facet-status").WaitForAsync();
        var told = await page.Page.EvaluateAsync<int>("""
            async () => {
              const shown = [...document.querySelectorAll('[data-testid=facet-method] .value')].map((value) => value.title);
              const answer = await (await fetch('/api/v1/exchanges/overview?from=-1h&fields=method&top=20')).json();
              const counts = Object.fromEntries(answer.fields[0].values.map(({ value, count }) => [value, count]));
              return shown.filter((title) => {
                const [, name, count] = /^(.*): ([\d,]+) calls$/.exec(title);
                return Number(count.replaceAll(',', '')) <= counts[name];
              }).length;
            }
            """);
        Assert.InRange(told, 3, 20);
    }

    [SkippableFact]
    public async Task Dragging_over_the_histogram_chooses_a_time_that_a_link_restores_and_back_leaves()
    {
        await using var page = await Open();
        await page.Page.Locator("[data-testid=histogram] .bar").First.WaitForAsync();
        var area = (await page.Page.GetByTestId("histogram-area").BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(area.X + (area.Width * 0.5f), area.Y + 20);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(area.X + (area.Width * 0.8f), area.Y + 20, new() { Steps = 4 });
        await page.Page.Mouse.MoveAsync(area.X + area.Width - 1, area.Y + 20, new() { Steps = 4 });
        await page.Page.Mouse.UpAsync();
        await Expect(page.Page).ToHaveURLAsync(new Regex("from=.+&to=.+"));
        await Expect(page.Page.GetByTestId("range-custom")).ToBeCheckedAsync();
        await Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "history");
        await page.WaitForCalls(1);

        await using var other = await fixture.Chromium.Open();
        await other.Page.GotoAsync(page.Page.Url);
        await Expect(other.Page.GetByTestId("range-custom")).ToBeCheckedAsync();
        await other.WaitForCalls(1);

        await page.Page.GoBackAsync();
        await Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "connected");
        page.AssertClean();
        other.AssertClean();
    }

    [SkippableFact]
    public async Task The_filter_completes_fields_operators_and_values_and_keeps_what_is_starred()
    {
        await using var page = await Open();
        await page.Page.GetByTestId("facet-host").WaitForAsync();
        var input = page.Page.GetByTestId("filter-input");
        await input.FocusAsync();
        await page.Page.Keyboard.TypeAsync("hos");
        var suggestions = page.Page.GetByTestId("filter-suggestions").GetByRole(AriaRole.Option);
        await Expect(suggestions.First).ToContainTextAsync("host");
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.TypeAsync(" ");
        await Expect(suggestions.First).ToContainTextAsync("==");
        await page.Page.Keyboard.PressAsync("Tab");
        await Expect(suggestions.Filter(new() { HasText = "order-service" })).ToHaveCountAsync(1);
        await page.Page.Keyboard.TypeAsync("\"ord");
        await Expect(suggestions).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("Tab");
        await Expect(input).ToHaveValueAsync("host == \"order-service\"");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByTestId("calls-grid")).ToHaveAttributeAsync("data-where", "host == \"order-service\"");

        await page.Page.GetByTestId("filter-save").ClickAsync();
        await page.Page.ReloadAsync();
        await page.Page.GetByTestId("filter-clear").ClickAsync();
        await input.ClickAsync();
        var kept = suggestions.Filter(new() { HasText = "saved" });
        await Expect(kept).ToContainTextAsync("host == \"order-service\"");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_keyboard_alone_is_enough()
    {
        await using var page = await Open();
        var keyboard = page.Page.Keyboard;
        await keyboard.PressAsync("?");
        await Expect(page.Page.GetByTestId("keys-dialog")).ToBeVisibleAsync();
        await keyboard.PressAsync("Escape");
        await Expect(page.Page.GetByTestId("keys-dialog")).ToBeHiddenAsync();
        await keyboard.PressAsync("f");
        await Expect(page.Page.GetByTestId("facets")).ToHaveCountAsync(0);
        await keyboard.PressAsync("f");
        await Expect(page.Page.GetByTestId("facets")).ToBeVisibleAsync();
        await keyboard.PressAsync("/");
        await Expect(page.Page.GetByTestId("filter-input")).ToBeFocusedAsync();
        await keyboard.TypeAsync("method == \"GET\"");
        await keyboard.PressAsync("Enter");
        await keyboard.PressAsync("Escape");
        await Expect(page.Page.GetByTestId("calls-grid")).ToBeFocusedAsync();
        await keyboard.PressAsync("j");
        var first = await page.Detail.GetAttributeAsync("data-call-id");
        await keyboard.PressAsync("j");
        await Expect(page.Detail).Not.ToHaveAttributeAsync("data-call-id", first!);
        await keyboard.PressAsync("Enter");
        await keyboard.PressAsync("ArrowRight");
        await Expect(page.Page).ToHaveURLAsync(new Regex("tab=headers"));
        await keyboard.PressAsync("Escape");
        await Expect(page.Detail).ToHaveCountAsync(0);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_tour_of_the_demo_leads_from_filter_to_filter_and_ends_for_good()
    {
        await using var page = await Open();
        var guide = page.Page.GetByTestId("demo-guide");
        await guide.GetByRole(AriaRole.Button, new() { Name = "What fails" }).ClickAsync();
        await Expect(page.Page.GetByTestId("calls-grid")).ToHaveAttributeAsync("data-where", "status_code >= 400");
        await page.WaitForCalls(1);
        await guide.GetByRole(AriaRole.Button, new() { Name = "Personal data" }).ClickAsync();
        await page.WaitForCalls(1);
        await page.Rows.First.ClickAsync();
        await page.Tab("Request");
        await Expect(page.Detail.Locator("mark").First).ToHaveTextAsync(new Regex(@"^\*\*\*[a-z_]+\*\*\*$"));
        await guide.GetByRole(AriaRole.Button, new() { Name = "End the tour" }).ClickAsync();
        await page.Page.ReloadAsync();
        await page.WaitForCalls(1);
        await Expect(guide).ToHaveCountAsync(0);
        page.AssertClean();
    }

    private async Task<WatchedPage> Open()
    {
        var page = await fixture.Chromium.Open();
        await page.Page.GotoAsync(fixture.Demo.Address);
        await page.WaitForCalls(60);
        await page.Page.GetByTestId("facet-method").WaitForAsync();
        return page;
    }
}
