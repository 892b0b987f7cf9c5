using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>Incidents that the detector of a real center found, and what is done about them.</summary>
[Collection(PageCollection.Name)]
public sealed class IncidentsPageTests(PageFixture fixture)
{
    private const string Rps = "nginx.ingress.kubernetes.io/limit-rps";

    [SkippableFact]
    public async Task An_incident_is_found_explained_and_leads_to_its_calls()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/incidents");
        var row = page.Page.GetByTestId("incident").Filter(new() { HasText = "Password guessing on shop/orders" });
        await Expect(row).ToContainTextAsync("From 10.0.0.66");
        await page.Page.GetByTestId("namespace").SelectOptionAsync("shop");
        await page.Page.WaitForURLAsync("**/incidents?namespace=shop");
        await page.Page.GetByTestId("state-closed").CheckAsync(new() { Force = true });
        await Expect(page.Page.GetByTestId("none-of-these")).ToBeVisibleAsync();
        await page.Page.GoBackAsync();
        await Expect(row).ToBeVisibleAsync();
        await row.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        var id = await site.Incident();
        await page.Page.WaitForURLAsync($"**/incidents/{id}?namespace=shop");
        var detail = page.Page.GetByTestId("incident-detail");
        await Expect(detail.GetByTestId("reason")).ToContainTextAsync(new Regex("refused again and again.*calls of this caller refused, in a minute; usual here are 0"));
        await Expect(detail.GetByTestId("numbers").Locator("tbody tr")).ToHaveCountAsync(2);
        await Expect(detail.GetByTestId("deliveries")).ToContainTextAsync("ops (slack)");
        await Expect(detail.GetByTestId("deliveries")).ToContainTextAsync("taken");
        await Expect(detail.GetByTestId("timeline")).ToContainTextAsync("ops was told of it");
        await page.Page.ReloadAsync();
        await Expect(detail.GetByTestId("evidence-call").First).ToContainTextAsync("401");
        await detail.GetByTestId("evidence-call").First.ClickAsync();
        await Expect(page.Page.GetByTestId("route")).ToContainTextAsync("orders");
        Assert.Equal(["401"], (await page.Statuses()).Distinct());
        await page.Page.GoBackAsync();
        await Expect(detail).ToBeVisibleAsync();
        await page.Page.GetByTestId("incident-calls").ClickAsync();
        await page.WaitForCalls(40);
        await page.Page.GoBackAsync();
        await Expect(detail).ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(detail).ToBeHiddenAsync();
        page.AssertClean();
    }

    [SkippableFact]
    public async Task A_limit_is_shown_before_it_is_set_checked_and_taken_back()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/incidents/{await site.Incident()}?limit=new");
        var form = page.Page.GetByTestId("limit-form");
        await Expect(form.Locator("select[name=target]")).ToHaveValueAsync("Ingress shop/web");
        await form.Locator("input[name=rps]").FillAsync("2");
        await form.Locator("input[name=burst]").FillAsync("4");
        await page.Page.GetByTestId("limit-preview").ClickAsync();
        await Expect(page.Page.GetByTestId("would")).ToContainTextAsync(new Regex("Would have refused [1-9][0-9]* of [1-9][0-9]* calls of the last hour to shop/orders"));
        await Expect(page.Page.GetByTestId("diff").First.Locator("[data-change=added]").Filter(new() { HasText = "limit-rps: \"2\"" })).ToHaveCountAsync(1);
        Assert.Null(site.Annotation(Rps));
        await page.Page.GetByTestId("limit-dry-run").ClickAsync();
        await Expect(page.Page.GetByTestId("limit-said")).ToContainTextAsync("The cluster would take it");
        Assert.Null(site.Annotation(Rps));
        await page.Page.GetByTestId("limit-apply").ClickAsync();
        await Expect(page.Page.GetByTestId("limit-apply-dialog")).ToContainTextAsync("for 30 minutes; then it is taken back by itself");
        await page.Page.GetByTestId("limit-apply-yes").ClickAsync();
        var limits = page.Page.GetByTestId("limits");
        await Expect(limits.GetByTestId("limit-ends").First).ToContainTextAsync(new Regex("in (29|30) min"));
        await Expect(form).ToBeHiddenAsync();
        Assert.Equal("2", site.Annotation(Rps));
        await Expect(page.Page.GetByTestId("timeline")).ToContainTextAsync("admin limited Ingress shop/web to 2 a second");
        await limits.GetByTestId("limit-check").First.ClickAsync();
        await Expect(page.Page.GetByTestId("limit-checked").First).ToContainTextAsync("The cluster has it as it was set.");
        await page.Page.GotoAsync($"{site.Address}/incidents?view=limits");
        await Expect(page.Page.GetByTestId("auto")).ToHaveAttributeAsync("data-mode", "dry_run");
        await Expect(page.Page.GetByTestId("auto")).ToContainTextAsync("pay/*");
        await Expect(page.Page.GetByTestId("changes")).ToContainTextAsync("left alone");
        await page.Page.GetByTestId("limit-revert").First.ClickAsync();
        await page.Page.GetByTestId("limit-revert-yes").ClickAsync();
        await Expect(page.Page.GetByTestId("no-limits")).ToBeVisibleAsync();
        Assert.Null(site.Annotation(Rps));
        await Expect(page.Page.GetByTestId("changes")).ToContainTextAsync("took a limit back");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task What_cannot_be_limited_is_said_where_it_was_asked()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/incidents?view=limits&limit=new");
        await page.Page.Locator("input[name=namespace]").FillAsync("shop");
        await page.Page.Locator("input[name=name]").FillAsync("nothing");
        await page.Page.GetByTestId("limit-preview").ClickAsync();
        await Expect(page.Page.GetByTestId("limit-said")).ToContainTextAsync("The target is not there");
        page.AssertClean(expected: "status of 404");
    }

    [SkippableFact]
    public async Task A_silence_begins_and_ends()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/incidents/{await site.Incident()}");
        await page.Page.GetByTestId("silence").ClickAsync();
        var form = page.Page.GetByTestId("silence-form");
        await Expect(form.Locator("input[name=service]")).ToHaveValueAsync("orders");
        await form.Locator("input[name=comment]").FillAsync("load test");
        await page.Page.GetByTestId("silence-add").ClickAsync();
        await Expect(page.Page.GetByTestId("timeline")).ToContainTextAsync("admin silenced it: load test");
        await page.Page.GetByTestId("view-silences").CheckAsync(new() { Force = true });
        await Expect(page.Page.GetByTestId("silences")).ToContainTextAsync("password guessing on orders in shop");
        await page.Page.GetByTestId("silence-end").ClickAsync();
        await page.Page.GetByTestId("silence-end-yes").ClickAsync();
        await Expect(page.Page.GetByTestId("no-silences")).ToBeVisibleAsync();
        page.AssertClean();
    }

    [SkippableFact]
    public async Task A_viewer_sees_and_does_not_act()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium, GuardedSite.Viewer);
        await page.Page.GotoAsync($"{site.Address}/incidents/{await site.Incident()}?limit=new");
        await Expect(page.Page.GetByTestId("evidence-call").First).ToBeVisibleAsync();
        foreach (var control in (string[])["silence", "limit", "limit-form"]) await Expect(page.Page.GetByTestId(control)).ToHaveCountAsync(0);
        page.AssertClean();
    }

    [SkippableFact]
    public async Task The_demo_tells_of_somebody_who_guesses_passwords()
    {
        await using var page = await fixture.Chromium.Open(1280, 900);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/incidents");
        var row = page.Page.GetByTestId("incident").Filter(new() { HasText = "Password guessing" }).First;
        await row.WaitForAsync(new() { Timeout = 150_000 });
        await Expect(row).ToContainTextAsync("From 127.0.0.66");
        await row.ClickAsync();
        await Expect(page.Page.GetByTestId("evidence-call").First).ToContainTextAsync("POST /api/v1/login");
        await Expect(page.Page.GetByTestId("told-nobody")).ToContainTextAsync("no receiver of alerts is configured");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task Names_that_hold_markup_are_text()
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        var incident = JsonSerializer.Serialize(new
        {
            id = "01JCZ8K3V0A1B2C3D4E5F6G7H8", number = 1, state = "open", kind = Hostile, severity = "high", score = 0.5, startedAt = "2026-01-31T12:00:00Z", detectedAt = "2026-01-31T12:00:00Z",
            lastAt = "2026-01-31T12:00:00Z", source = Hostile, server = Hostile, @namespace = Hostile, service = Hostile, findings = 1, reasons = new[] { new { feature = Hostile, usual = 1, present = 2 } },
            evidence = new[] { Hostile, $"{Hostile}-b-1-2-6" }, key = Hostile,
        });
        await page.Page.RouteAsync("**/api/v1/incidents?*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = $$"""{"items":[{{incident}}],"isLearning":false}""" }));
        await page.Page.RouteAsync("**/api/v1/incidents/01JCZ8K3V0A1B2C3D4E5F6G7H8", route => route.FulfillAsync(new() { ContentType = "application/json", Body = incident }));
        await page.Page.RouteAsync("**/deliveries", route => route.FulfillAsync(new() { ContentType = "application/json", Body = "[]" }));
        await page.Page.RouteAsync("**/api/v1/ratelimits/targets?*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = $$"""[{"kind":"Ingress","namespace":"a","name":"{{Hostile}}"}]""" }));
        await page.Page.GotoAsync($"{site.Address}/incidents/01JCZ8K3V0A1B2C3D4E5F6G7H8?limit=new");
        await Expect(page.Page.GetByTestId("incident-detail")).ToContainTextAsync(Hostile);
        await Expect(page.Page.GetByTestId("evidence")).ToContainTextAsync(Hostile);
        Assert.Equal(0, await page.Page.Locator("main img").CountAsync());
        page.AssertClean();
    }
}
