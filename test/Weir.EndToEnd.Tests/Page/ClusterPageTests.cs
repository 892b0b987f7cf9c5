using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>The cluster of an API server for tests, and centers that do not offer a part.</summary>
[Collection(PageCollection.Name)]
public sealed class ClusterPageTests(PageFixture fixture, ITestOutputHelper log)
{
    private const string Hostile = "<img src=x onerror=alert(1)>";

    [SkippableFact]
    public async Task Nodes_pods_and_events_are_those_of_the_cluster()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/cluster");
        await Expect(page.Page.GetByTestId("cluster-totals")).ToContainTextAsync("2 of 2");
        await Expect(page.Page.GetByTestId("cluster-totals")).ToContainTextAsync("3 of 4");
        await Expect(page.Page.GetByTestId("nodes").Locator("tbody tr").Nth(1)).ToContainTextAsync("node-2");
        var pods = page.Page.GetByTestId("pods").Locator("tbody tr");
        await Expect(pods.First).ToContainTextAsync("Pending");
        await page.Page.GetByTestId("namespace").SelectOptionAsync("pay");
        await page.Page.WaitForURLAsync("**/cluster?namespace=pay");
        await Expect(pods).ToHaveCountAsync(1);
        await page.Page.GoBackAsync();
        await Expect(pods).ToHaveCountAsync(4);
        await Expect(page.Page.GetByTestId("cluster-events")).ToContainTextAsync("Insufficient memory");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Calls of orders-5c9f" }).ClickAsync();
        await page.Page.WaitForURLAsync("**orders-5c9f*");
        page.AssertClean();
    }

    [SkippableFact]
    public async Task Smells_policies_images_and_processes_are_what_the_center_knows()
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.GotoAsync($"{site.Address}/cluster?view=smells");
        await Expect(page.Page.GetByTestId("smell").Filter(new() { HasText = "shop/" }).First).ToBeVisibleAsync();
        await page.Page.GetByTestId("severity").SelectOptionAsync("critical");
        await page.Page.WaitForURLAsync("**severity=critical*");
        await page.Page.GetByTestId("view-images").CheckAsync(new() { Force = true });
        await Expect(page.Page.GetByTestId("scanner")).ToContainTextAsync("Trivy");
        await page.Page.GetByTestId("view-events").CheckAsync(new() { Force = true });
        await Expect(page.Page.GetByTestId("unavailable")).ToContainTextAsync("Tetragon");
        await page.Page.GetByTestId("view-policies").CheckAsync(new() { Force = true });
        await Expect(page.Page.GetByTestId("no-policies")).ToBeVisibleAsync();
        await page.Page.GetByTestId("policy-new").ClickAsync();
        await page.Page.WaitForURLAsync("**policy=new");
        await page.Page.GetByTestId("policy-curated").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await page.Page.GetByTestId("policy-check").ClickAsync();
        await Expect(page.Page.GetByTestId("policy-said")).ToContainTextAsync("The cluster would take it");
        Assert.Empty(site.Policies);
        await page.Page.GetByTestId("policy-apply").ClickAsync();
        await page.Page.GetByTestId("policy-apply-yes").ClickAsync();
        await Expect(page.Page.GetByTestId("policies").Locator("tbody tr")).ToContainTextAsync("monitor");
        var name = Assert.Single(site.Policies);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = $"Delete {name}" }).ClickAsync();
        await page.Page.GetByTestId("policy-delete-yes").ClickAsync();
        await Expect(page.Page.GetByTestId("no-policies")).ToBeVisibleAsync();
        Assert.Empty(site.Policies);
        page.AssertClean();
    }

    [SkippableTheory]
    [InlineData("smells", "**/api/v1/smells*")]
    [InlineData("images", "**/api/v1/scans*")]
    [InlineData("policies", "**/api/v1/policies*")]
    [InlineData("events", "**/api/v1/process-events*")]
    public async Task What_a_center_does_not_offer_is_said_calmly(string view, string route)
    {
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await page.Page.RouteAsync(route, one => one.FulfillAsync(new() { Status = 404, ContentType = "application/problem+json", Body = """{"title":"Not found","status":404}""" }));
        await page.Page.GotoAsync($"{site.Address}/cluster?view={view}");
        await Expect(page.Page.GetByTestId("unavailable")).ToContainTextAsync("This center does not offer it.");
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        page.AssertClean(expected: "status of 404");
    }

    [SkippableFact]
    public async Task Without_a_cluster_the_page_says_how_to_name_one()
    {
        await using var page = await fixture.Chromium.Open(1280, 800);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/cluster");
        await Expect(page.Page.GetByTestId("unavailable")).ToContainTextAsync("No cluster is configured");
        page.AssertClean(expected: "status of 503");
    }

    [SkippableFact]
    public async Task What_the_center_answers_is_shown_to_everybody_and_markup_is_text()
    {
        Axe.Require();
        var site = await fixture.Site();
        await using var page = await site.Open(fixture.Chromium);
        await Answer("**/api/v1/smells*", $$$"""{"available":true,"scannedAt":"2026-01-31T12:00:00Z","findings":[{"id":"SEC-1","severity":"high","kind":"Deployment","namespace":"shop","objectName":"{{{Hostile}}}","container":"main","message":"runs as root","remediation":"set runAsNonRoot"}]}""");
        await Answer("**/api/v1/scans", $$$"""{"scanner":{"available":true,"version":"0.60.0","databaseUpdatedAt":null,"reason":null},"scans":[{"id":"1","image":"{{{Hostile}}}","startedAt":"2026-01-31T12:00:00Z","finishedAt":"2026-01-31T12:01:00Z","state":"done","error":null,"counts":{"critical":1,"high":2,"medium":0,"low":0,"unknown":0}}]}""");
        await Answer("**/api/v1/scans/1", $$$"""{"id":"1","image":"{{{Hostile}}}","startedAt":"2026-01-31T12:00:00Z","finishedAt":"2026-01-31T12:01:00Z","state":"done","error":null,"counts":{"critical":1,"high":0,"medium":0,"low":0,"unknown":0},"vulnerabilities":[{"id":"CVE-2026-1","severity":"critical","package":"openssl","installed":"3.0.1","fixed":"3.0.2","title":"{{{Hostile}}}"}]}""");
        await Answer("**/api/v1/policies", $$$"""{"available":true,"policies":[{"name":"{{{Hostile}}}","namespace":null,"kind":"TracingPolicy","mode":"enforce","hooks":["tcp_connect"],"curated":false}]}""");
        await Answer("**/api/v1/process-events*", $$$"""{"available":true,"events":[{"time":"2026-01-31T12:00:00Z","node":"node-1","type":"exec","namespace":"shop","pod":"web","binary":"/bin/sh","arguments":"{{{Hostile}}}","pid":7,"parentBinary":"/usr/bin/node"}]}""");
        foreach (var (view, text) in ((string, string)[])[("smells", "Deployment shop/<img src=x"), ("images&scan=1", "CVE-2026-1"), ("policies", "enforce"), ("events", "/bin/sh")])
        {
            await page.Page.GotoAsync($"{site.Address}/cluster?view={view}");
            await Expect(page.Page.Locator("main")).ToContainTextAsync(text);
            await Expect(page.Page.Locator("main")).ToContainTextAsync(Hostile);
            Assert.Equal(0, await page.Page.Locator("main img").CountAsync());
            await Axe.Load(page);
            await Axe.Check(page, view, log);
        }

        page.AssertClean();

        Task Answer(string route, string body) => page.Page.RouteAsync(route, one => one.FulfillAsync(new() { ContentType = "application/json", Body = body }));
    }
}
