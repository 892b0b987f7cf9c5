using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;
using Weir.EndToEnd.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>Users, tokens, keys, the audit log and receivers, against a real center.</summary>
[Collection(PageCollection.Name)]
public sealed class SettingsPageTests(PageFixture fixture)
{
    [SkippableFact]
    public async Task A_user_comes_changes_and_goes()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/settings?view=users");
        var row = page.Page.GetByTestId("users").Locator("tbody tr").Filter(new() { HasText = "olga" });
        await page.Page.GetByTestId("user-new").ClickAsync();
        await page.Page.Locator("dialog input[name=name]").FillAsync("Olga");
        await page.Page.Locator("dialog select[name=role]").SelectOptionAsync("operator");
        await page.Page.GetByTestId("user-add").ClickAsync();
        await Expect(row).ToContainTextAsync("operator");
        var password = (await page.Page.GetByTestId("user-once").Locator("code").TextContentAsync())!;
        Assert.NotEmpty((await Login.Session(site.Address, "olga", password)).Value);

        await row.GetByTestId("user-change").ClickAsync();
        await page.Page.Locator("dialog select[name=role]").SelectOptionAsync("viewer");
        await page.Page.GetByTestId("user-role").ClickAsync();
        await Expect(row).ToContainTextAsync("viewer");
        await page.Page.GetByTestId("user-reset").ClickAsync();
        await page.Page.GetByTestId("user-reset-yes").ClickAsync();
        var another = (await page.Page.GetByTestId("user-password").Locator("code").TextContentAsync())!;
        Assert.Matches("^[a-zA-Z2-9]{20}$", another);
        await Assert.ThrowsAsync<HttpRequestException>(() => Login.Session(site.Address, "olga", password));
        Assert.NotEmpty((await Login.Session(site.Address, "olga", another)).Value);
        await page.Page.GetByTestId("user-disable").ClickAsync();
        await page.Page.GetByTestId("user-disable-yes").ClickAsync();
        await Expect(row).ToContainTextAsync("no, disabled");
        await page.Page.GetByTestId("user-remove").ClickAsync();
        await page.Page.GetByTestId("user-remove-yes").ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_last_administrator_stays_and_the_page_says_why()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/settings?view=users");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Change admin" }).ClickAsync();
        await page.Page.GetByTestId("user-remove").ClickAsync();
        await page.Page.GetByTestId("user-remove-yes").ClickAsync();
        await Expect(page.Page.GetByTestId("user-remove-dialog").GetByRole(AriaRole.Alert)).ToContainTextAsync("Nobody would be left");
        page.AssertClean(expected: "status of 409");
    }

    [SkippableFact]
    public async Task A_token_is_shown_once_works_and_is_taken_back()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium, GuardedSite.Viewer);
        await page.Page.GotoAsync($"{site.Address}/settings?view=tokens");
        await Expect(page.Page.GetByTestId("token-form").Locator("select[name=role] option")).ToHaveCountAsync(1);
        await page.Page.Locator("input[name=name]").FillAsync("nightly <b>check</b>");
        await page.Page.GetByTestId("token-add").ClickAsync();
        var token = (await page.Page.GetByTestId("token-once").Locator("code").TextContentAsync())!;
        Assert.StartsWith("weir_", token, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await Ask(site, token));
        await page.Page.ReloadAsync();
        await Expect(page.Page.GetByTestId("tokens")).ToContainTextAsync("nightly <b>check</b>");
        Assert.DoesNotContain(token, await page.Page.ContentAsync(), StringComparison.Ordinal);
        await page.Page.GetByTestId("token-remove").ClickAsync();
        await page.Page.GetByTestId("token-remove-yes").ClickAsync();
        await Expect(page.Page.GetByTestId("no-tokens")).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(site, token));
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_audit_log_is_paged_and_narrowed_by_its_address()
    {
        var site = await fixture.Site();
        for (var i = 0; i < 105; i++)
        {
            using var none = await site.Http.DeleteAsync(new Uri($"/api/v1/tokens/none-{i}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }

        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/settings?view=audit&kind=change");
        var lines = page.Page.GetByTestId("audit").Locator("tbody tr");
        await Expect(lines).ToHaveCountAsync(100);
        await Expect(lines.First).ToContainTextAsync("took a token back");
        await Expect(lines.First).ToContainTextAsync("not done");
        await page.Page.GetByTestId("audit-older").ClickAsync();
        await page.Page.WaitForURLAsync("**before=*");
        await Expect(page.Page.GetByTestId("audit")).ToContainTextAsync("added a user");
        await page.Page.GoBackAsync();
        await Expect(lines).ToHaveCountAsync(100);
        await page.Page.GetByTestId("audit-kind-login").CheckAsync(new() { Force = true });
        await Expect(lines.First).ToContainTextAsync("logged in");
        await page.Page.GetByTestId("audit-actor").FillAsync("nobody-of-this-name");
        await Expect(page.Page.GetByText("Nothing of this.")).ToBeVisibleAsync();
        page.AssertClean();
    }

    [SkippableFact]
    public async Task Another_key_signs_and_receivers_are_tested()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/settings?view=keys");
        var keys = page.Page.GetByTestId("keys").Locator("tbody tr");
        await Expect(keys.First).ToContainTextAsync("signs");
        var before = await keys.CountAsync();
        await page.Page.GetByTestId("key-rotate").ClickAsync();
        await page.Page.GetByTestId("key-rotate-yes").ClickAsync();
        await Expect(keys).ToHaveCountAsync(before + 1);
        await page.Page.GetByTestId("settings-alerts").ClickAsync();
        await page.Page.WaitForURLAsync("**/settings?view=alerts");
        await Expect(page.Page.GetByTestId("receivers")).ToContainTextAsync("slack at http://127.0.0.1");
        await Expect(page.Page.GetByTestId("receivers")).Not.ToContainTextAsync("made-up");
        await page.Page.GetByTestId("receiver-test").ClickAsync();
        await Expect(page.Page.GetByTestId("receiver-said")).ToHaveTextAsync("took it");
        await page.Page.GetByTestId("settings-storage").ClickAsync();
        await Expect(page.Page.GetByTestId("kept")).ToContainTextAsync("7 days");
        await Expect(page.Page.GetByTestId("runs")).ToContainTextAsync("Weir ");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task What_is_for_administrators_is_hidden_from_others()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium, GuardedSite.Viewer);
        await page.Page.GotoAsync($"{site.Address}/settings");
        await Expect(page.Page.GetByTestId("account")).ToContainTextAsync("vera");
        foreach (var view in (string[])["users", "audit", "keys"])
        {
            await Expect(page.Page.GetByTestId($"settings-{view}")).ToHaveCountAsync(0);
            await page.Page.GotoAsync($"{site.Address}/settings?view={view}");
            await Expect(page.Page.GetByTestId("not-for-you")).ToContainTextAsync("vera is viewer");
        }

        await page.Page.GotoAsync($"{site.Address}/settings?view=alerts");
        await Expect(page.Page.GetByTestId("receivers")).ToBeVisibleAsync();
        await Expect(page.Page.GetByTestId("receiver-test")).ToHaveCountAsync(0);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_own_password_is_changed_by_who_knows_it()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium, GuardedSite.Viewer);
        await page.Page.GotoAsync($"{site.Address}/settings");
        var form = page.Page.GetByTestId("password-form");
        await Fill("made-up-for-the-viewer", "one-thing-and-more", "another-thing-and-more");
        await Expect(page.Page.GetByTestId("password-trouble")).ToContainTextAsync("not typed twice alike");
        // The password stays what it was for other tests: it becomes the same again.
        await Fill("made-up-for-the-viewer", "made-up-for-the-viewer", "made-up-for-the-viewer");
        await Expect(page.Page.GetByTestId("password-said")).ToContainTextAsync("It is changed.");
        await page.Page.ReloadAsync();
        await Expect(page.Page.GetByTestId("account")).ToContainTextAsync("vera");
        page.AssertClean();

        async Task Fill(string current, string password, string again)
        {
            await form.Locator("[name=current]").FillAsync(current);
            await form.Locator("[name=password]").FillAsync(password);
            await form.Locator("[name=again]").FillAsync(again);
            await form.GetByRole(AriaRole.Button).ClickAsync();
        }
    }

    private static async Task<HttpStatusCode> Ask(GuardedSite site, string token)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.GetAsync(new Uri($"{site.Address}/api/v1/status"));
        return answer.StatusCode;
    }
}
