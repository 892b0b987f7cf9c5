using System.Net;
using System.Text.Json;
using Weir.Center.Api;
using Weir.Center.Respond;
using Weir.Export.Alerts;
using Weir.Export.Spool;
using Weir.Testing.Alerts;

namespace Weir.Center.Tests.Respond;

/// <summary>What the page asks about an incident: who was told, what may be limited, what limits itself.</summary>
public class DeliveryTests
{
    private static readonly DeliveryRetry s_soon = new() { FirstMs = 10, MaxMs = 100 };

    [Fact]
    public async Task An_incident_says_who_was_told_and_what_they_answered()
    {
        await using var slack = new SlackStandIn();
        await slack.StartAsync();
        slack.Fail(503, 1);
        await using var site = await Site.StartAsync(options => options with
        {
            Alerts = new AlertOptions { Routes = [new AlertRoute("ops", new SlackChannel(slack.Webhook))], GroupWait = TimeSpan.Zero, Retry = s_soon },
        });
        site.Attack();
        var deliveries = default(JsonElement);
        await TestCenter.Until(async () =>
        {
            if (await Incident(site) is not { } id) return false;
            deliveries = await site.Json($"/api/v1/incidents/{id}/deliveries");
            return deliveries.EnumerateArray().Any(one => one.GetProperty("state").GetString() == "delivered");
        });
        var told = deliveries.EnumerateArray().Single();
        Assert.Equal(("ops", "slack", "firing", "high"), (Text(told, "receiver"), Text(told, "kind"), Text(told, "status"), Text(told, "severity")));
        Assert.Equal(2, told.GetProperty("attempts").GetInt32());
        Assert.False(told.TryGetProperty("problem", out _));
        using var unknown = await site.Http.GetAsync(new Uri("/api/v1/incidents/01/deliveries", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_receiver_that_refuses_and_a_silence_are_told()
    {
        await using var slack = new SlackStandIn();
        await slack.StartAsync();
        slack.Fail(503, 1000);
        await using var site = await Site.StartAsync(options => options with
        {
            Alerts = new AlertOptions { Routes = [new AlertRoute("ops", new SlackChannel(slack.Webhook))], GroupWait = TimeSpan.Zero, Retry = s_soon },
        });
        site.Attack();
        await TestCenter.Until(async () => await Incident(site) is { } id && await State(site, id) == "trying");
        await site.Post("/api/v1/alerts/silences", new { source = "10.0.0.*", durationSeconds = 60 });
        site.Attack(service: "carts", client: 77);
        await TestCenter.Until(async () => await Incident(site, "10.0.0.77") is { } id && await State(site, id) == "silenced");
    }

    [Fact]
    public void The_book_of_deliveries_forgets_the_oldest()
    {
        var book = new Center.Respond.Alerts.DeliveryBook(2);
        var alert = new Alert { Id = "a", Key = "k", Severity = AlertSeverity.High, Kind = "flood", Title = "t", StartsAt = DateTimeOffset.UnixEpoch };
        foreach (var incident in (string[])["1", "2", "3"]) book.Silenced(incident, alert, DateTimeOffset.UnixEpoch);
        Assert.Empty(book.Of("1"));
        Assert.Single(book.Of("3"));
    }

    [Fact]
    public async Task What_leads_to_a_service_can_be_asked()
    {
        await using var site = await Site.StartAsync();
        site.AddIngress("other", "carts");
        var targets = await site.Json("/api/v1/ratelimits/targets?namespace=shop&service=orders");
        Assert.Equal("""[{"kind":"Ingress","namespace":"shop","name":"web"}]""", targets.GetRawText());
        Assert.Empty((await site.Json("/api/v1/ratelimits/targets?namespace=shop&service=nothing")).EnumerateArray());
        using var incomplete = await site.Http.GetAsync(new Uri("/api/v1/ratelimits/targets?namespace=shop", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, incomplete.StatusCode);
        await using var alone = await Site.StartAsync(withCluster: false);
        using var without = await alone.Http.GetAsync(new Uri("/api/v1/ratelimits/targets?namespace=shop&service=orders", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, without.StatusCode);
    }

    [Theory]
    [InlineData(false, true, "off")]
    [InlineData(true, true, "dry_run")]
    [InlineData(true, false, "on")]
    public async Task Whether_limits_set_themselves_can_be_asked(bool enabled, bool dryRun, string mode)
    {
        await using var site = await Site.StartAsync(options => options with { RateLimits = new RateLimitOptions { Auto = new AutoLimitOptions { Enabled = enabled, DryRun = dryRun, Allow = ["shop/*"], RequestsPerSecond = 5 } } });
        site.Attack();
        if (enabled) await TestCenter.Until(async () => (await site.Json("/api/v1/ratelimits/auto")).GetProperty("madeThisHour").GetInt32() == 1);
        var auto = await site.Json("/api/v1/ratelimits/auto");
        Assert.Equal((mode, "high", 5, 1800, 4), (Text(auto, "mode"), Text(auto, "severity"), auto.GetProperty("rps").GetInt32(), auto.GetProperty("ttlSeconds").GetInt32(), auto.GetProperty("maxPerHour").GetInt32()));
        Assert.Equal("shop/*", auto.GetProperty("allow")[0].GetString());
    }

    [Fact]
    public async Task Signing_keys_are_listed_without_what_is_secret()
    {
        await using var site = await Site.StartAsync(withCluster: false);
        var before = (await site.Json("/api/v1/signing-keys")).GetProperty("items");
        Assert.True(before.EnumerateArray().Single().GetProperty("signs").GetBoolean());
        var (status, made) = await site.Post("/api/v1/signing-keys", new ByteArrayContent([]));
        Assert.Equal(HttpStatusCode.Created, status);
        var after = (await site.Json("/api/v1/signing-keys")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([(Text(made, "id"), true), (Text(before[0], "id"), false)], after.Select(one => (Text(one, "id"), one.GetProperty("signs").GetBoolean())));
        Assert.All(after, one => Assert.Equal(["id", "createdAt", "signs"], one.EnumerateObject().Select(part => part.Name)));
    }

    [Fact]
    public void What_is_met_by_name_is_in_the_status()
    {
        var section = new StatusSection();
        section.Named("opaque", "java", 2);
        section.Named("opaque", "<b>", 1);
        Assert.Equal(2, section.ToJson()["opaque"]!["java"]!.GetValue<long>());
        Assert.Equal(1, section.ToJson()["opaque"]!["<b>"]!.GetValue<long>());
    }

    private static async Task<string?> Incident(Site site, string source = "10.0.0.66") =>
        (await site.Json("/api/v1/incidents?severity=high")).GetProperty("items").EnumerateArray().Where(one => Text(one, "source") == source).Select(one => Text(one, "id")).FirstOrDefault();

    private static async Task<string?> State(Site site, string incident) =>
        (await site.Json($"/api/v1/incidents/{incident}/deliveries")).EnumerateArray().Select(one => Text(one, "state")).FirstOrDefault();

    private static string? Text(JsonElement one, string name) => one.TryGetProperty(name, out var value) ? value.GetString() : null;
}
