using System.Net;
using System.Text.Json;
using Weir.Center.Api;
using Weir.Center.Respond;
using Weir.Center.Respond.Incidents;
using Weir.Detection.Baseline;
using Weir.Detection.Findings;
using Weir.Export.Alerts;
using Weir.Testing.Alerts;

namespace Weir.Center.Tests.Respond;

public class IncidentTests
{
    [Fact]
    public async Task A_restart_keeps_incidents_and_what_was_learned()
    {
        static RespondOptions Slow(RespondOptions options) => options with { Baseline = BaselineOptions.Default with { Learning = TimeSpan.FromSeconds(100) } };
        await using var site = await Site.StartAsync(Slow);
        site.Attack();
        await TestCenter.Until(async () => await High(site) == 1);
        var before = (await site.Json("/api/v1/incidents?severity=high")).GetProperty("items")[0];
        Assert.Equal("open", before.GetProperty("state").GetString());
        await TestCenter.Until(async () => (await site.Json("/api/v1/status")).GetProperty("ingest").GetProperty("stored").GetInt32() == 100);
        await site.StopCenterAsync();
        await site.StartCenterAsync(Slow);
        var list = await site.Json("/api/v1/incidents?severity=high");
        // What happened then is not told again, and who is new now is compared with what was usual then.
        Assert.False(list.GetProperty("isLearning").GetBoolean());
        var after = Assert.Single(list.GetProperty("items").EnumerateArray().ToList());
        Assert.Equal((before.GetProperty("id").GetString(), "closed"), (after.GetProperty("id").GetString(), after.GetProperty("state").GetString()));
        Assert.Equal(100, (await site.Json("/api/v1/status")).GetProperty("incidents").GetProperty("replayedCalls").GetInt32());
        site.Attack(client: 77);
        await TestCenter.Until(async () => await High(site) == 2);
        Assert.True((await site.Json("/api/v1/incidents?severity=high")).GetProperty("items")[0].GetProperty("number").GetInt64() > after.GetProperty("number").GetInt64());
    }

    [Fact]
    public async Task After_a_start_so_many_calls_are_read_again()
    {
        await using var site = await Site.StartAsync();
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 2500; i++) site.Call(now.AddMilliseconds(-20_000 + i));
        await TestCenter.Until(async () => (await site.Json("/api/v1/status")).GetProperty("ingest").GetProperty("stored").GetInt32() == 2500);
        await site.StopCenterAsync();
        await site.StartCenterAsync(options => options with { Limits = RespondLimits.Default with { MaxReplayedCalls = 1000 } });
        Assert.Equal(1000, (await site.Json("/api/v1/status")).GetProperty("incidents").GetProperty("replayedCalls").GetInt32());
    }

    [Fact]
    public async Task Many_connections_of_short_calls_are_a_flood()
    {
        await using var site = await Site.StartAsync();
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 60; i++) site.Call(now.AddSeconds(-130 + (i * 2)), port: (ushort)(30_000 + i));
        for (var i = 0; i < 1500; i++) site.Call(now.AddMilliseconds(-5000 + i), client: 66, port: (ushort)(40_000 + i));
        await TestCenter.Until(async () => (await site.Json("/api/v1/incidents?severity=high")).GetProperty("items").EnumerateArray().Any(one => one.GetProperty("kind").GetString() == "flood"));
    }

    [Fact]
    public async Task An_incident_ends_and_that_is_told()
    {
        await using var hook = new WebhookStandIn();
        await hook.StartAsync();
        await using var site = await Site.StartAsync(options => options with
        {
            Incidents = new IncidentOptions { Quiet = TimeSpan.FromSeconds(3) },
            Alerts = new AlertOptions { Routes = [new AlertRoute("hook", new WebhookChannel(new Uri(hook.Address, "/in"), WebhookStandIn.Secret)) { MinSeverity = AlertSeverity.High }], GroupWait = TimeSpan.Zero, Page = new Uri("https://weir.example/") },
        });
        site.Attack();
        await TestCenter.Until(() => hook.Notifications.Count == 2);
        Assert.Empty(hook.Complaints);
        var alerts = hook.Notifications.Values.Select(one => one["alerts"]![0]!).OrderBy(one => (string?)one["id"], StringComparer.Ordinal).ToList();
        Assert.Equal(["Firing", "Resolved"], alerts.Select(one => (string?)one["status"]));
        Assert.Equal((string?)alerts[0]["key"], (string?)alerts[1]["key"]);
        Assert.StartsWith("https://weir.example/incidents/", (string?)alerts[0]["link"], StringComparison.Ordinal);
        await TestCenter.Until(async () => (await site.Json("/api/v1/incidents?severity=high&state=closed")).GetProperty("items").GetArrayLength() == 1);
    }

    [Fact]
    public async Task The_oldest_incidents_make_room()
    {
        await using var site = await Site.StartAsync(options => options with { Limits = RespondLimits.Default with { MaxIncidents = 2 } });
        for (byte client = 60; client < 64; client++) site.Attack(client: client);
        await TestCenter.Until(async () => await High(site) == 2);
        await TestCenter.Until(async () => (await site.Json("/api/v1/incidents")).GetProperty("items")[0].GetProperty("number").GetInt64() >= 4);
        Assert.Equal(2, (await site.Json("/api/v1/incidents")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Names_and_connections_that_are_remembered_have_limits()
    {
        await using var site = await Site.StartAsync(options => options with { Limits = RespondLimits.Default with { MaxServices = 1, MaxConnections = 2 } });
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 50; i++) site.Call(now.AddSeconds(-100 + i), port: (ushort)(30_000 + i), service: $"service-{i}");
        site.Attack();
        await TestCenter.Until(async () => await High(site) == 1);
        Assert.Equal("orders", (await site.Json("/api/v1/incidents?severity=high")).GetProperty("items")[0].GetProperty("service").GetString());
    }

    [Fact]
    public void Incidents_that_find_the_queue_full_are_counted()
    {
        var watch = new IncidentWatch(Site.Quick with { Limits = RespondLimits.Default with { MaxQueued = 1 } }, TimeProvider.System);
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 60; i++) watch.Observe(Site.Make(now.AddSeconds(-130 + (i * 2))));
        for (byte client = 60; client < 63; client++)
            for (var i = 0; i < 40; i++) watch.Observe(Site.Make(now.AddMilliseconds(-5000 + (i * 50)), 401, client));
        var section = new StatusSection();
        watch.Report(section);
        var counters = section.ToJson();
        Assert.True((long)counters["opened"]! >= 3);
        Assert.True((long)counters["queueFull"]! >= (long)counters["opened"]! - 1);
        Assert.True(watch.Events.TryRead(out _));
        Assert.False(watch.Events.TryRead(out _));
    }

    [Theory]
    [InlineData("?state=ajar")]
    [InlineData("?severity=7")]
    [InlineData("?severity=grave")]
    [InlineData("?limit=0")]
    [InlineData("?limit=1001")]
    [InlineData("?limit=x")]
    public async Task A_question_that_makes_no_sense_is_refused(string query)
    {
        await using var site = await Site.StartAsync();
        using var response = await site.Http.GetAsync(new Uri("/api/v1/incidents" + query, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Silences_are_made_listed_and_removed_and_receivers_tested()
    {
        await using var slack = new SlackStandIn();
        await slack.StartAsync();
        await using var site = await Site.StartAsync(options => options with { Alerts = new AlertOptions { Routes = [new AlertRoute("ops", new SlackChannel(slack.Webhook))] } });
        var (created, silence) = await site.Post("/api/v1/alerts/silences", new { @namespace = "shop", durationSeconds = 60, comment = "drill" });
        Assert.Equal((HttpStatusCode.Created, "admin"), (created, silence.GetProperty("by").GetString()));
        Assert.Single((await site.Json("/api/v1/alerts/silences")).EnumerateArray());
        foreach (var wrong in (object[])[new { durationSeconds = 60 }, new { @namespace = "shop" }, new { @namespace = "shop", durationSeconds = 0 }, new { @namespace = "shop", durationSeconds = 99_999_999 }, new { @namespace = new string('x', 600), durationSeconds = 9 }, "{", "7"])
            Assert.Equal(HttpStatusCode.BadRequest, (await site.Post("/api/v1/alerts/silences", wrong)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await site.Delete($"/api/v1/alerts/silences/{silence.GetProperty("id").GetString()}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Delete($"/api/v1/alerts/silences/{silence.GetProperty("id").GetString()}")).Status);
        var (status, results) = await site.Post("/api/v1/alerts/test", new ByteArrayContent([]));
        Assert.Equal((HttpStatusCode.OK, true), (status, results[0].GetProperty("taken").GetBoolean()));
        Assert.Equal("Info: Test of Weir", (string?)slack.Messages.Single()["text"]);
        slack.Fail(404);
        var answer = (await site.Post("/api/v1/alerts/test?destination=ops", new ByteArrayContent([]))).Body[0];
        Assert.Equal((false, "it answered 404"), (answer.GetProperty("taken").GetBoolean(), answer.GetProperty("problem").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await site.Post("/api/v1/alerts/test?destination=nobody", new ByteArrayContent([]))).Status);
        var destination = (await site.Json("/api/v1/alerts")).GetProperty("destinations")[0];
        Assert.Equal(("ops", "slack", slack.Address.GetLeftPart(UriPartial.Authority)), (destination.GetProperty("name").GetString(), destination.GetProperty("kind").GetString(), destination.GetProperty("destination").GetString()));
        Assert.Equal(["alerts.test", "alerts.test", "silence.remove", "silence.add"], (await site.Json("/api/v1/ratelimits/changes")).EnumerateArray().Select(one => one.GetProperty("action").GetString()));
    }

    private static async Task<int> High(Site site) => (await site.Json("/api/v1/incidents?severity=high")).GetProperty("items").GetArrayLength();
}
