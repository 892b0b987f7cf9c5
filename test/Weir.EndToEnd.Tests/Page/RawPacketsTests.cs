using Microsoft.Playwright;
using Weir.Packets;
using Weir.Testing;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>Raw packets from the page: offered where they are kept, and not elsewhere.</summary>
[Collection(PageCollection.Name)]
public sealed class RawPacketsTests(PageFixture fixture) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-kept-page-");

    [SkippableFact]
    public async Task The_packets_of_the_filter_and_of_the_open_call_are_files_also_by_keyboard()
    {
        var chromium = fixture.Chromium;
        await using var weir = await RunningWeir.Start("--demo", "--keep-packets", Path.Combine(_folder.FullName, "packets"));
        await using var page = await chromium.Open();
        await page.Page.GotoAsync(weir.Address);
        await page.WaitForCalls(30);
        await page.Filter("method == \"POST\"");
        await page.WaitForCalls(1);
        var raw = page.Page.GetByTestId("download-raw");
        await Expect(raw).ToHaveAttributeAsync("title", new System.Text.RegularExpressions.Regex("not redacted"));
        await raw.FocusAsync();
        var posts = await Frames(await page.Page.RunAndWaitForDownloadAsync(() => page.Page.Keyboard.PressAsync("Enter")));
        Assert.Contains(posts, static frame => Has(frame, "POST /"));
        // Whole connections: the handshake is there as well.
        Assert.Contains(posts, static frame => Has(frame, "HTTP/1.1 2"));

        await page.Rows.First.ClickAsync();
        await Expect(page.Page.GetByTestId("route")).ToBeVisibleAsync();
        var one = await Frames(await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByTestId("call-raw").ClickAsync()));
        Assert.Contains(one, static frame => Has(frame, "POST /"));
        Assert.InRange(one.Count, 1, posts.Count);
        await Save(page, "raw-packets");

        await page.Page.GotoAsync($"{weir.Address}/status");
        await Expect(page.Page.GetByTestId("kept-packets")).ToContainTextAsync(Environment.MachineName, new() { UseInnerText = false });
        await Save(page, "raw-packets-status");
        await page.Page.GotoAsync($"{weir.Address}/settings?view=audit&kind=read");
        await Expect(page.Page.GetByTestId("audit")).ToContainTextAsync("read raw packets", new() { UseInnerText = false });
        await Save(page, "raw-packets-audit");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task Where_no_packets_are_kept_none_are_offered()
    {
        await using var page = await fixture.Chromium.Open();
        var asked = page.Page.WaitForResponseAsync(response => response.Url.EndsWith("/api/v1/packets/nodes", StringComparison.Ordinal));
        await page.Page.GotoAsync(fixture.Demo.Address);
        await page.WaitForCalls(30);
        Assert.Equal(200, (await asked).Status);
        await Expect(page.Page.GetByTestId("download-pcap")).ToBeVisibleAsync();
        await Expect(page.Page.GetByTestId("download-raw")).ToHaveCountAsync(0);
        page.AssertClean();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static bool Has(TestFrame frame, string text) => System.Text.Encoding.Latin1.GetString(frame.Data).Contains(text, StringComparison.Ordinal);

    private static async Task<IReadOnlyList<TestFrame>> Frames(IDownload download)
    {
        Assert.EndsWith(".pcapng", download.SuggestedFilename, StringComparison.Ordinal);
        using var reader = CaptureFileReader.Open(File.OpenRead(await download.PathAsync()));
        var frames = TestFrames.ReadAll(reader);
        Assert.Null(reader.Problem);
        return frames;
    }

    private static async Task Save(WatchedPage page, string name)
    {
        var folder = Directory.CreateDirectory(RepositoryRoot.Combine("artifacts/page")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), await page.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled }));
    }
}
