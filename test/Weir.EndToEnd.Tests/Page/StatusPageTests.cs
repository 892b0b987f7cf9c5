using System.Globalization;
using Microsoft.Playwright;
using Weir.Testing;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>The page that says what was not seen, and why.</summary>
[Collection(PageCollection.Name)]
public sealed class StatusPageTests(PageFixture fixture)
{
    private const string Loss = """
        {"version":"1.2.3","capture":{"packets":1000,"bytes":2000,"exchanges":30,"connections":4,
         "dropped":{"kernel_drops":17},"ledger":[{"plane":"ring","interface":"eth0","stage":"capture","reason":"kernel_drops","count":17,
         "unit":"packets","meaning":"The kernel dropped packets."}],
         "interfaces":[{"name":"eth0","frames":983,"bytes":2000,"kernelDrops":17,"truncated":0}]}}
        """;

    [SkippableTheory]
    [InlineData(1440, 900, ColorScheme.Dark)]
    [InlineData(1440, 900, ColorScheme.Light)]
    [InlineData(390, 844, ColorScheme.Dark)]
    public async Task A_run_without_loss_says_so_and_counts_on(int width, int height, ColorScheme scheme)
    {
        await using var page = await fixture.Chromium.Open(width, height, scheme);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/status");
        await Expect(page.Page.GetByTestId("verdict")).ToHaveAttributeAsync("data-tone", "ok");
        await Expect(page.Page.GetByTestId("verdict")).ToContainTextAsync("Nothing was lost");
        await Expect(page.Page.GetByTestId("interfaces")).ToContainTextAsync("lo");
        var before = await Packets(page);
        await page.Page.WaitForFunctionAsync(
            "before => Number(document.querySelector('.totals dd').textContent.replace(/\\D/g, '')) > before", before);
        await Expect(page.Page.GetByTestId("planes")).ToContainTextAsync("ring");
        await Expect(page.Page.GetByTestId("tls")).ToContainTextAsync("Encrypted calls are not read");
        await Expect(page.Page.GetByTestId("storage")).ToContainTextAsync("Calls kept");
        await Expect(page.Page.GetByTestId("settings")).ToContainTextAsync("7 days");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task A_loss_is_told_with_its_place_its_number_and_its_reason()
    {
        await using var page = await fixture.Chromium.Open(1440, 900, ColorScheme.Dark);
        await page.Page.RouteAsync("**/api/v1/status", route => route.FulfillAsync(new() { ContentType = "application/json", Body = Loss }));
        await page.Page.GotoAsync($"{fixture.Demo.Address}/status");
        await Expect(page.Page.GetByTestId("verdict")).ToHaveAttributeAsync("data-tone", "warn");
        var row = page.Page.GetByTestId("ledger").Locator("tbody tr");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("The kernel dropped packets.");
        await Expect(row).ToContainTextAsync("eth0 · ring");
        await Expect(row).ToContainTextAsync("17 packets");
        await Expect(row).ToContainTextAsync("--workers");
        await Save(page, "status-loss");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task Probes_are_shown_with_their_state_and_planes()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/status");
        var row = page.Page.GetByTestId("probes").Locator("tbody tr");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("node-1");
        await Expect(row).ToContainTextAsync("connected");
        await Expect(row).ToContainTextAsync("ring");
        await Expect(row).ToContainTextAsync("nothing");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task Processes_whose_TLS_is_not_read_are_named()
    {
        await using var page = await fixture.Chromium.Open(1440, 900, ColorScheme.Dark);
        await page.Page.RouteAsync("**/api/v1/status", route => route.FulfillAsync(new()
        {
            ContentType = "application/json", Body = """{"version":"1.2.3","capture":{"packets":1,"dropped":{"tls_opaque":3},"opaque":{"java":2,"<img src=x onerror=alert(1)>":1}}}""",
        }));
        await page.Page.GotoAsync($"{fixture.Demo.Address}/status");
        var rows = page.Page.GetByTestId("tls-processes").Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.First).ToContainTextAsync("java");
        await Expect(rows.First).ToContainTextAsync("encrypted, library unknown");
        await Expect(rows.First).ToContainTextAsync("2 connections");
        await Expect(rows.Nth(1)).ToContainTextAsync("<img src=x onerror=alert(1)>");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_pages_are_links_that_the_keyboard_reaches_and_back_returns_from()
    {
        await using var page = await fixture.Chromium.Open(1440, 900, ColorScheme.Dark);
        await page.Page.GotoAsync(fixture.Demo.Address);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Status" }).FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByTestId("verdict")).ToBeVisibleAsync();
        Assert.EndsWith("/status", page.Page.Url, StringComparison.Ordinal);
        await page.Page.GoBackAsync();
        await Expect(page.Page.GetByTestId("live-state")).ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("g");
        await page.Page.Keyboard.PressAsync("e");
        await Expect(page.Page.GetByTestId("endpoints-count")).ToBeVisibleAsync();
        Assert.EndsWith("/endpoints", page.Page.Url, StringComparison.Ordinal);
        page.AssertClean();
    }

    private static async Task<long> Packets(WatchedPage page) => long.Parse(
        string.Concat((await page.Page.Locator(".totals dd").First.TextContentAsync() ?? "0").Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture);

    private static async Task Save(WatchedPage page, string name)
    {
        var folder = RepositoryRoot.Combine("artifacts/page");
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(
            Path.Combine(folder, $"{name}.png"), await page.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled }));
    }
}
