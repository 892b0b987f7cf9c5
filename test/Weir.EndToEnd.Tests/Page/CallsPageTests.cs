using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>The calls page over the demo, in a real browser: what a user does in the first minute.</summary>
[Collection(PageCollection.Name)]
public sealed class CallsPageTests(PageFixture fixture)
{
    [SkippableFact]
    public async Task Calls_appear_by_themselves()
    {
        await using var page = await OpenList();
        var before = await page.Count();
        await page.WaitForCalls(before + 20);
        await Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "connected");
        Assert.InRange(await page.Rows.CountAsync(), 10, 100);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task A_filter_leaves_only_the_calls_that_match()
    {
        await using var page = await OpenList();
        await page.Filter("status_code >= 400");
        await Expect(page.Page).ToHaveURLAsync(new Regex("where=status_code"));
        await page.WaitForCalls(await page.Count() + 2);
        var statuses = await page.Statuses();
        Assert.NotEmpty(statuses);
        Assert.All(statuses, status => Assert.Matches("^[45][0-9][0-9]$", status));

        await page.Page.GetByTestId("filter-clear").ClickAsync();
        await page.Page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('[data-testid=call-row] .c-status b')].some(cell => cell.textContent === '200')");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task A_wrong_filter_is_pointed_at_and_the_list_stays()
    {
        await using var page = await OpenList();
        await page.Submit("status_code >= 400 && methud == \"GET\"");
        var error = page.Page.GetByTestId("filter-error");
        await Expect(error).ToContainTextAsync("methud");
        await Expect(error.Locator("pre")).ToHaveTextAsync(
            "status_code >= 400 && methud == \"GET\"\n                      ^~~~~~",
            new() { UseInnerText = true });
        Assert.InRange(await page.Rows.CountAsync(), 10, 100);
        await Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "stopped");

        await page.Filter("status_code >= 200");
        await Expect(error).ToHaveCountAsync(0);
        await page.WaitForCalls(5);
        page.AssertClean(expected: "status of 400");
    }

    [SkippableFact]
    public async Task A_call_shows_its_headers_bodies_and_timing()
    {
        await using var page = await OpenList();
        await page.Filter("method == \"POST\" && status_code == 201 && path.contains(\"orders\")");
        await page.Rows.First.ClickAsync();
        await Expect(page.Detail).ToContainTextAsync("POST");
        await Expect(page.Page.GetByTestId("route")).ToContainTextAsync("127.0.0.1:");

        await page.Tab("Headers");
        await Expect(page.Detail).ToContainTextAsync("Request headers");
        await Expect(page.Detail.GetByRole(AriaRole.Rowheader, new() { Name = "Host", Exact = true })).ToHaveCountAsync(1);
        await page.Tab("Request");
        await Expect(page.Page.GetByTestId("json")).ToContainTextAsync("{");
        await page.Tab("Response");
        await Expect(page.Page.GetByTestId("json")).ToContainTextAsync("\"id\"");
        await page.Tab("Timing");
        await Expect(page.Detail).ToContainTextAsync(new Regex("[0-9] (µs|ms)"));
        await page.Tab("Raw");
        await Expect(page.Page.GetByTestId("json")).ToContainTextAsync("\"startedAt\"");

        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Detail).ToHaveCountAsync(0);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_address_brings_back_filter_and_call()
    {
        await using var page = await OpenList();
        await page.Filter("method == \"POST\"");
        await page.Rows.First.ClickAsync();
        var id = await page.Detail.GetAttributeAsync("data-call-id");
        await Expect(page.Page).ToHaveURLAsync(new Regex($"call={id}"));

        await using var other = await fixture.Chromium.Open();
        await other.Page.GotoAsync(page.Page.Url);
        await Expect(other.Page.GetByTestId("filter-input")).ToHaveValueAsync("method == \"POST\"");
        await Expect(other.Detail).ToHaveAttributeAsync("data-call-id", id!);
        await Expect(other.Detail).ToContainTextAsync("POST");
        await other.WaitForCalls(1);

        await page.Page.GoBackAsync();
        await Expect(page.Detail).ToHaveCountAsync(0);
        page.AssertClean();
        other.AssertClean();
    }

    [SkippableFact]
    public async Task Pause_holds_the_list_and_resume_shows_what_came()
    {
        await using var page = await OpenList();
        await page.Page.GetByTestId("pause").ClickAsync();
        await Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "paused");
        var held = await page.Count();
        await Expect(page.Page.GetByTestId("new-calls")).ToBeVisibleAsync();
        await page.Page.WaitForFunctionAsync(
            "() => parseInt(document.querySelector('[data-testid=new-calls]').textContent) >= 20");
        Assert.Equal(held, await page.Count());

        await page.Page.GetByTestId("pause").ClickAsync();
        await page.WaitForCalls(held + 20);
        page.AssertClean();
    }

    private async Task<WatchedPage> OpenList()
    {
        var page = await fixture.Chromium.Open();
        await page.Page.GotoAsync(fixture.Demo.Address);
        await page.WaitForCalls(30);
        return page;
    }
}
