using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>What a browser gets before anything is shown, and what it is allowed to run.</summary>
[Collection(PageCollection.Name)]
public sealed class FirstLoadTests(PageFixture fixture, ITestOutputHelper log)
{
    private const int MaxBytes = 500_000;

    [SkippableFact]
    public async Task The_first_visit_takes_less_than_half_a_megabyte()
    {
        await using var page = await fixture.Chromium.Open();
        await page.Page.GotoAsync(fixture.Demo.Address);
        await page.WaitForCalls(1);
        // Everything of the page itself: the calls come on top of it, and without end.
        var files = await page.Page.EvaluateAsync<double[]>("""
            () => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
              .filter((entry) => !entry.name.includes('/api/')).map((entry) => entry.transferSize)
            """);
        log.WriteLine($"{files.Length} files, {files.Sum():F0} bytes");
        Assert.InRange(files.Length, 4, 12);
        Assert.InRange(files.Sum(), 10_000, MaxBytes);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_page_may_run_its_own_files_and_nothing_else()
    {
        await using var page = await fixture.Chromium.Open();
        var response = (await page.Page.GotoAsync(fixture.Demo.Address))!;
        var policy = (await response.AllHeadersAsync())["content-security-policy"];
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        await page.WaitForCalls(1);
        Assert.Equal(0, await page.Page.Locator("script:not([src])").CountAsync());
        // The policy holds where it counts: text that becomes a script is not run.
        var ran = await page.Page.EvaluateAsync<bool>("""
            () => {
              const script = document.createElement('script');
              script.textContent = 'window.inlineRan = true';
              document.body.append(script);
              return window.inlineRan === true;
            }
            """);
        Assert.False(ran);
    }

    [SkippableFact]
    public async Task Without_traffic_the_page_says_how_to_get_some()
    {
        await using var weir = await RunningWeir.Start("-p", "1");
        await using var page = await fixture.Chromium.Open();
        await page.Page.GotoAsync(weir.Address);
        var empty = page.Page.GetByTestId("empty");
        await Expect(empty).ToContainTextAsync("Waiting for the first call");
        await Expect(empty).ToContainTextAsync("weir doctor");
        await page.Filter("status_code >= 500");
        await Expect(empty).ToContainTextAsync("No call matches the filter");
        await page.Page.GetByTestId("range-1h").CheckAsync(new() { Force = true });
        await Expect(empty).ToContainTextAsync("Try a longer time range");
        await Expect(page.Page.GetByTestId("demo-guide")).ToHaveCountAsync(0);
        page.AssertClean();
    }
}
