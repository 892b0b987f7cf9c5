using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>What was captured was written by strangers. The page shows it; it never runs it.</summary>
[Collection(PageCollection.Name)]
public sealed class HostileTrafficTests(PageFixture fixture)
{
    private const string Script = "<script>window.pwned=1;alert(1)</script>";
    private const string Image = "<img src=x onerror=\"window.pwned=1;alert(2)\">";
    private const string Vector = "<svg/onload=window.pwned=1>";
    private const string Link = "javascript:window.pwned=1";
    private const string Json = $$"""{"name":"{{Script}}","picture":"<img src=x onerror=window.pwned=1>","link":"{{Link}}"}""";
    private const string Html = $"<!doctype html><title>{Script}</title>{Image}{Vector}<a href=\"{Link}\">go</a>";

    [SkippableTheory]
    [InlineData("json", "application/json", Json)]
    [InlineData("html", "text/html; charset=utf-8", Html)]
    [InlineData("svg", "image/svg+xml", $"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"window.pwned=1\">{Script}</svg>")]
    [InlineData("mislabelled", "application/json", Html)]
    public async Task Captured_markup_is_text(string name, string contentType, string body)
    {
        var chromium = fixture.Chromium;
        await using var server = new TinyServer(_ => TinyServer.Response(
            contentType, body, $"X-Hostile: {Image}\r\nSet-Cookie: a={Script}\r\nLocation: {Link}\r\n"));
        await using var weir = await RunningWeir.Start("-p", server.Port.ToString(CultureInfo.InvariantCulture), "--reveal", "all");
        await using var page = await chromium.Open();
        await page.Page.GotoAsync(weir.Address);
        await Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "connected");

        var path = $"/{name}/{Script}{Image}".Replace(' ', '/');
        await server.Ask(
            $"GET {path}?q={Vector}&url={Link} HTTP/1.1\r\nHost: {Vector}\r\nUser-Agent: {Image}\r\nConnection: close\r\n\r\n");
        await Expect(page.Rows).ToHaveCountAsync(1);
        await Expect(page.Rows).ToContainTextAsync(path);
        await page.Rows.ClickAsync();
        await Expect(page.Page.GetByTestId("route")).ToBeVisibleAsync();
        await Expect(page.Detail).ToContainTextAsync(path);

        await page.Tab("Headers");
        await Expect(page.Detail.GetByRole(AriaRole.Cell, new() { Name = Image, Exact = true })).ToHaveCountAsync(2);
        await Expect(page.Detail.GetByRole(AriaRole.Cell, new() { Name = $"a={Script}", Exact = true })).ToHaveCountAsync(1);
        await page.Tab("Response");
        if (name == "json") await page.Page.GetByTestId("body-text").ClickAsync();
        await Expect(page.Page.GetByTestId("text")).ToHaveTextAsync(body);
        if (name == "json") await page.Page.GetByTestId("body-json").ClickAsync();
        await page.Tab("Raw");
        await Expect(page.Page.GetByTestId("json")).ToContainTextAsync("window.pwned=1");

        Assert.Null(await page.Page.EvaluateAsync<object?>("window.pwned ?? null"));
        Assert.Equal(0, await page.Page.Locator("#root :is(script, iframe, object, embed, a[href^='javascript'], [onerror], [onload])").CountAsync());
        Assert.StartsWith(weir.Address, page.Page.Url, StringComparison.Ordinal);
        page.AssertClean();
    }
}
