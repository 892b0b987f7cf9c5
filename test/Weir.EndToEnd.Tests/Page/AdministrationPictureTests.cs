using Microsoft.Playwright;
using Weir.Testing;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>
/// Every view of incidents, cluster and settings in both themes and on a phone: it fits, axe has nothing serious to say, and its picture is left in
/// <c>artifacts/page</c>. With <c>WEIR_UPDATE_IMAGES=1</c> those of the documentation are written anew.
/// </summary>
[Collection(PageCollection.Name)]
public sealed class AdministrationPictureTests(PageFixture fixture, ITestOutputHelper log)
{
    private static readonly string[] InDocumentation = ["incidents", "incident", "incident-limit", "cluster", "settings", "endpoints", "login"];

    private static bool UpdatesDocumentation => Environment.GetEnvironmentVariable("WEIR_UPDATE_IMAGES") == "1";

    [SkippableTheory]
    [InlineData(1280, 860, ColorScheme.Dark, "")]
    [InlineData(1280, 860, ColorScheme.Light, "-light")]
    [InlineData(390, 844, ColorScheme.Light, "-phone-light")]
    public async Task The_views_fit_and_shut_nobody_out(int width, int height, ColorScheme scheme, string suffix)
    {
        // Colours are the same on a phone: at 1280 in the light theme only what the documentation shows is looked at.
        var everything = suffix != "-light";
        Axe.Require();
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium, "admin", width, height, scheme);
        var incident = $"/incidents/{await site.Incident()}";
        await Look(page, site.Address, "/incidents", "incident", "incidents");
        await Look(page, site.Address, incident, "evidence-call", "incident");
        await page.Page.GotoAsync($"{site.Address}{incident}?limit=new");
        await Expect(page.Page.Locator("select[name=target]")).ToBeVisibleAsync();
        await page.Page.Locator("input[name=rps]").FillAsync("2");
        await page.Page.Locator("input[name=burst]").FillAsync("4");
        await page.Page.GetByTestId("limit-preview").ClickAsync();
        await Expect(page.Page.GetByTestId("would")).ToBeVisibleAsync();
        await Check(page, "incident-limit");
        if (everything)
        {
            await Look(page, site.Address, "/incidents?view=limits", "auto", "limits");
            await Look(page, site.Address, "/incidents?view=silences", "no-silences", "silences");
            await Look(page, site.Address, "/cluster?view=smells", "smell", "cluster-smells");
            await Look(page, site.Address, "/cluster?view=images", "scanner", "cluster-images");
        }

        await Look(page, site.Address, "/cluster", "pods", "cluster");
        foreach (var view in everything ? (string[])["account", "tokens", "alerts", "storage", "users", "audit", "keys"] : ["users"])
            await Look(page, site.Address, $"/settings?view={view}", "settings-view", view == "users" ? "settings" : $"settings-{view}");
        if (everything)
        {
            await page.Page.GotoAsync($"{site.Address}/settings?view=users");
            await page.Page.GetByTestId("user-change").First.ClickAsync();
            await Expect(page.Page.GetByTestId("user-remove")).ToBeVisibleAsync();
            await Check(page, "settings-user");
        }

        page.AssertClean();

        async Task Check(WatchedPage shown, string name)
        {
            await Axe.Load(shown);
            await Axe.Check(shown, name, log);
            Assert.Equal(width, await shown.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            await Save(shown, name + suffix, name, suffix);
        }

        async Task Look(WatchedPage shown, string address, string path, string testId, string name)
        {
            await shown.Page.GotoAsync(address + path);
            await Expect(shown.Page.GetByTestId(testId).First).ToBeVisibleAsync();
            await Expect(shown.Page.GetByText("Asking the center")).ToHaveCountAsync(0);
            await Check(shown, name);
        }
    }

    [SkippableTheory]
    [InlineData(ColorScheme.Dark, "")]
    [InlineData(ColorScheme.Light, "-light")]
    public async Task The_endpoints_and_the_login_have_pictures_too(ColorScheme scheme, string suffix)
    {
        await using var page = await fixture.Chromium.Open(1280, 720, scheme);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/endpoints?q=GET+users");
        await page.Page.GetByTestId("endpoints").GetByRole(AriaRole.Link, new() { Name = "/api/v1/users/{user_id}", Exact = true }).First.ClickAsync();
        await Expect(page.Page.GetByTestId("why")).ToBeVisibleAsync();
        await Save(page, "endpoints" + suffix, "endpoints", suffix);
        page.AssertClean();
        await using var stranger = await fixture.Chromium.Open(1280, 720, scheme, login: false);
        await stranger.Page.GotoAsync($"{fixture.Demo.Address}/login");
        await Expect(stranger.Page.GetByTestId("login-name")).ToBeFocusedAsync();
        await Save(stranger, "login" + suffix, "login", suffix);
    }

    private async Task Save(WatchedPage page, string file, string name, string suffix)
    {
        var picture = await page.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled });
        Directory.CreateDirectory(RepositoryRoot.Combine("artifacts/page"));
        await File.WriteAllBytesAsync(RepositoryRoot.Combine($"artifacts/page/{file}.png"), picture);
        log.WriteLine($"{file}.png: {picture.Length} bytes");
        if (UpdatesDocumentation && InDocumentation.Contains(name) && suffix is "" or "-light")
            await File.WriteAllBytesAsync(RepositoryRoot.Combine($"docs/images/{file}.png"), picture);
    }
}
