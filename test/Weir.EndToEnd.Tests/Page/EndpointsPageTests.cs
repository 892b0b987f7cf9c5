using System.Text.Json;
using Microsoft.Playwright;
using Weir.Testing;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>The page of endpoints, on what the example services of the demo do.</summary>
[Collection(PageCollection.Name)]
public sealed class EndpointsPageTests(PageFixture fixture)
{
    private const string User = "/api/v1/users/{user_id}";

    [SkippableTheory]
    [InlineData(1440, 900, ColorScheme.Dark)]
    [InlineData(390, 844, ColorScheme.Light)]
    public async Task An_endpoint_is_found_explained_and_restored_by_its_address(int width, int height, ColorScheme scheme)
    {
        await using var page = await Open(width, height, scheme);
        await page.Page.GetByTestId("find").FillAsync("GET users");
        var link = page.Page.GetByTestId("endpoints").GetByRole(AriaRole.Link, new() { Name = User, Exact = true }).First;
        await Expect(link).ToBeVisibleAsync();
        await link.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        var detail = page.Page.GetByTestId("endpoint-detail");
        await Expect(detail.GetByRole(AriaRole.Heading).First).ToContainTextAsync($"GET {User}");
        await Expect(detail.GetByTestId("why")).ToContainTextAsync("values look like integer");
        await Expect(detail.GetByTestId("parameters")).ToContainTextAsync("user_id");
        await Expect(detail.GetByTestId("callers")).ToBeVisibleAsync();
        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await Save(page, $"endpoint-{width}");
        await page.Page.ReloadAsync();
        await Expect(detail.GetByRole(AriaRole.Heading).First).ToContainTextAsync($"GET {User}");
        await page.Page.GoBackAsync();
        await Expect(detail).ToBeHiddenAsync();
        await Expect(page.Page.GetByTestId("find")).ToHaveValueAsync("GET users");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task A_template_is_kept_under_another_name_and_a_parameter_that_is_none_becomes_routes()
    {
        // Decides, hence not on the demo that others look at.
        Skip.IfNot(Chromium.Missing is null, $"needs {Chromium.Missing}");
        await using var weir = await RunningWeir.Start("--demo");
        await using var page = await fixture.Chromium.Open(1440, 900, ColorScheme.Light);
        await page.Page.GotoAsync($"{weir.Address}/endpoints?q=GET%20users");
        await page.Page.GetByTestId("endpoints").GetByRole(AriaRole.Link, new() { Name = User, Exact = true }).First.ClickAsync();
        await page.Page.GetByTestId("template").FillAsync("/api/v1/users/{who}");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Keep this template" }).ClickAsync();
        await Expect(page.Page.GetByTestId("endpoints").GetByRole(AriaRole.Link, new() { Name = "/api/v1/users/{who}", Exact = true }).First).ToBeVisibleAsync();
        await page.Page.GetByTestId("template").FillAsync("no path");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Keep this template" }).ClickAsync();
        await Expect(page.Page.GetByTestId("decided")).ToContainTextAsync("no path template");
        await page.Page.GetByTestId("why").GetByRole(AriaRole.Button).First.ClickAsync();
        await Expect(page.Page.GetByTestId("endpoints").GetByRole(AriaRole.Link, new() { NameRegex = new("users.[0-9]+$") }).First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        // The refused template, and the endpoint that is no longer one.
        page.AssertClean(expected: "Failed to load resource");
    }

    [SkippableFact]
    public async Task A_service_is_described_and_compared_with_a_document()
    {
        await using var page = await Open(1440, 900, ColorScheme.Dark);
        await page.Page.GetByTestId("service").SelectOptionAsync(new SelectOptionValue { Label = "example-api" });
        await page.Page.GetByRole(AriaRole.Radio, new() { Name = "OpenAPI" }).CheckAsync();
        await Expect(page.Page.GetByTestId("openapi")).ToContainTextAsync("openapi: \"3.1.1\"");
        var described = await page.Page.GetByTestId("openapi").TextContentAsync() ?? "";
        Assert.Contains("view=openapi", page.Page.Url, StringComparison.Ordinal);
        await page.Page.GetByRole(AriaRole.Radio, new() { Name = "Drift" }).CheckAsync();
        await page.Page.GetByTestId("spec").SetInputFilesAsync(new FilePayload { Name = "own.yaml", MimeType = "application/yaml", Buffer = System.Text.Encoding.UTF8.GetBytes(described) });
        await Expect(page.Page.GetByTestId("drift-verdict")).ToContainTextAsync("are described in own.yaml; no drift.");
        await page.Page.GetByTestId("spec").SetInputFilesAsync(
            new FilePayload { Name = "empty.json", MimeType = "application/json", Buffer = """{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{}}"""u8.ToArray() });
        await Expect(page.Page.GetByTestId("drift")).ToContainTextAsync("shadow endpoint");
        await Save(page, "drift");
        await page.Page.GetByTestId("spec").SetInputFilesAsync(new FilePayload { Name = "none.txt", MimeType = "text/plain", Buffer = "no: document"u8.ToArray() });
        await Expect(page.Page.GetByTestId("drift-verdict")).ToContainTextAsync("is no OpenAPI document");
        page.AssertClean(expected: "status of 400");
    }

    [SkippableFact]
    public async Task Names_that_hold_markup_are_text()
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        await using var page = await fixture.Chromium.Open(1440, 900, ColorScheme.Dark);
        var item = JsonSerializer.Serialize(new
        {
            id = "a", service = Hostile, kind = "http", method = Hostile, template = $"/{Hostile}", confirmed = true, calls = 1, unanswered = 0, statuses = new Dictionary<string, int> { ["200"] = 1 },
            firstSeen = "2026-01-31T12:00:00Z", lastSeen = "2026-01-31T12:00:00Z", latencyMs = new { p50 = 1, p90 = 1, p99 = 1 }, auth = new[] { "none" }, sensitive = Array.Empty<string>(), example = Hostile,
        });
        await page.Page.RouteAsync("**/api/v1/endpoints?*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = $$"""{"services":["x"],"items":[{{item}}],"findings":[]}""" }));
        await page.Page.GotoAsync($"{fixture.Demo.Address}/endpoints");
        await Expect(page.Page.GetByTestId("endpoint")).ToContainTextAsync(Hostile);
        Assert.Equal(0, await page.Page.GetByTestId("endpoints").Locator("img").CountAsync());
        page.AssertClean();
    }

    private async Task<WatchedPage> Open(int width, int height, ColorScheme scheme)
    {
        var page = await fixture.Chromium.Open(width, height, scheme);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/endpoints");
        await Expect(page.Page.GetByTestId("endpoint").First).ToBeVisibleAsync();
        return page;
    }

    private static async Task Save(WatchedPage page, string name)
    {
        var folder = RepositoryRoot.Combine("artifacts/page");
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), await page.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled }));
    }
}
