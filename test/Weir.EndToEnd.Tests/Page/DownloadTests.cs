using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>What leaves the page as a file.</summary>
[Collection(PageCollection.Name)]
public sealed class DownloadTests(PageFixture fixture)
{
    [SkippableFact]
    public async Task The_calls_of_the_filter_and_the_open_call_are_files_that_other_tools_read()
    {
        await using var page = await fixture.Chromium.Open();
        await page.Page.GotoAsync(fixture.Demo.Address);
        await page.WaitForCalls(30);
        await page.Filter("method == \"POST\"");
        await page.WaitForCalls(1);
        var entries = await Entries(page, "download-har");
        Assert.NotEmpty(entries);
        Assert.All(entries, entry => Assert.Equal("POST", entry.GetProperty("request").GetProperty("method").GetString()));

        await page.Rows.First.ClickAsync();
        await Expect(page.Page.GetByTestId("route")).ToBeVisibleAsync();
        var id = await page.Detail.GetAttributeAsync("data-call-id");
        var one = Assert.Single(await Entries(page, "call-har"));
        Assert.Equal(id, one.GetProperty("_id").GetString());
        foreach (var (button, request) in new[] { ("download-pcap", "POST /"), ("call-pcap", "POST /") })
        {
            var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByTestId(button).ClickAsync());
            Assert.EndsWith(".pcapng", download.SuggestedFilename, StringComparison.Ordinal);
            Assert.Contains(request, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(await download.PathAsync())), StringComparison.Ordinal);
        }

        page.AssertClean();
    }

    private static async Task<JsonElement[]> Entries(WatchedPage page, string button)
    {
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByTestId(button).ClickAsync());
        Assert.EndsWith(".har", download.SuggestedFilename, StringComparison.Ordinal);
        await using var file = File.OpenRead(await download.PathAsync());
        using var har = await JsonDocument.ParseAsync(file);
        return [.. har.RootElement.GetProperty("log").GetProperty("entries").Clone().EnumerateArray()];
    }
}
