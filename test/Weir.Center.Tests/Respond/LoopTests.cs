using System.Net;
using System.Text.Json;
using Weir.Center.Respond;
using Weir.Export.Alerts;
using Weir.Export.Spool;
using Weir.Testing.Alerts;

namespace Weir.Center.Tests.Respond;

/// <summary>The whole way: an anomaly, alerts in Slack and Firebase, a limit, its check, its end.</summary>
public class LoopTests
{
    private static readonly DeliveryRetry s_soon = new() { FirstMs = 10, MaxMs = 100 };

    [Fact]
    public async Task An_anomaly_is_told_to_Slack_and_Firebase_limited_checked_and_reverted()
    {
        await using var slack = new SlackStandIn();
        await using var firebase = new FirebaseStandIn();
        await slack.StartAsync();
        await firebase.StartAsync();
        // Both are away at first: nothing is lost by that.
        slack.Fail(429, 1, retryAfterSeconds: 1);
        firebase.Fail(503, 2);
        await using var site = await Site.StartAsync(options => options with
        {
            Alerts = Routes(slack, firebase),
            RateLimits = options.RateLimits with { Auto = new AutoLimitOptions { Enabled = true, DryRun = false, Allow = ["shop/*"], RequestsPerSecond = 5, Burst = 10, Connections = 20 } },
        });
        Assert.Equal("No alerts found", (await site.Json("/get-alerts")).GetProperty("message").GetString());
        Assert.False((await site.Json("/check_rate_limit")).GetProperty("rate_limiting_applied").GetBoolean());
        site.Attack();
        await TestCenter.Until(() => slack.Messages.Count == 1 && firebase.Alerts.Count == 1);
        Assert.Empty(slack.Complaints);
        Assert.Empty(firebase.Complaints);
        Assert.Equal("High: Password guessing on shop/orders", (string?)slack.Messages.Single()["text"]);
        var record = firebase.Alerts.Single().Value;
        Assert.Equal(("Anomaly Detected", "unread", "shop", "orders"), ((string?)record["message"], (string?)record["status"], (string?)record["namespace"], (string?)record["service"]));
        Assert.Equal("10.0.0.66", (string?)record["source"]);

        await TestCenter.Until(() => site.Annotation(Site.Nginx + "limit-rps") == "5");
        await TestCenter.Until(async () => (await site.Json("/api/v1/ratelimits"))[0].GetProperty("state").GetString() == "active");
        var limit = (await site.Json("/api/v1/ratelimits"))[0];
        var incident = (await site.Json("/api/v1/incidents?severity=high&state=open")).GetProperty("items")[0];
        Assert.Equal(("auto", incident.GetProperty("id").GetString()), (limit.GetProperty("by").GetString(), limit.GetProperty("incident").GetString()));
        Assert.Equal("password_guessing", incident.GetProperty("kind").GetString());
        Assert.NotEmpty(incident.GetProperty("evidence").EnumerateArray());
        Assert.Equal(incident.GetRawText(), (await site.Json($"/api/v1/incidents/{incident.GetProperty("id").GetString()}")).GetRawText());
        var alert = (await site.Json("/get-alerts")).GetProperty("alerts")[0];
        Assert.Equal(("Anomaly Detected", incident.GetProperty("id").GetString()), (alert.GetProperty("message").GetString(), alert.GetProperty("id").GetString()));

        var path = $"/api/v1/ratelimits/{limit.GetProperty("id").GetString()}";
        Assert.True((await site.Json(path + "/check")).GetProperty("isApplied").GetBoolean());
        var check = await site.Json("/check_rate_limit");
        Assert.Equal((true, "5", "10", "20"), (check.GetProperty("rate_limiting_applied").GetBoolean(), Detail(check, "limit-rps"), Detail(check, "limit-burst"), Detail(check, "limit-connections")));
        Assert.Equal((HttpStatusCode.OK, "reverted"), Outcome(await site.Delete(path)));
        Assert.Null(site.Annotation(Site.Nginx + "limit-rps"));
        Assert.False((await site.Json("/check_rate_limit")).GetProperty("rate_limiting_applied").GetBoolean());
        Assert.Equal(["ratelimit.revert", "ratelimit.apply"], (await site.Json("/api/v1/ratelimits/changes")).EnumerateArray().Select(one => one.GetProperty("action").GetString()));
        var alerts = (await site.Json("/api/v1/status")).GetProperty("alerts");
        Assert.Equal((2, 0), (alerts.GetProperty("delivered").GetInt32(), alerts.GetProperty("waiting").GetInt32()));
    }

    [Fact]
    public async Task The_older_paths_limit_check_and_revert_the_configured_target()
    {
        await using var site = await Site.StartAsync();
        using var form = new FormUrlEncodedContent([new("user_value", "10")]);
        var (status, body) = await site.Post("/apply_rate_limit", form);
        Assert.Equal((HttpStatusCode.OK, "Rate limiting applied to web"), (status, body.GetProperty("message").GetString()));
        Assert.Equal(("10", "2", "30", null), (site.Annotation(Site.Nginx + "limit-rps"), site.Annotation(Site.Nginx + "limit-burst-multiplier"), site.Annotation(Site.Nginx + "limit-connections"), site.Annotation(Site.Nginx + "limit-burst")));
        var check = await site.Json("/check_rate_limit");
        Assert.Equal((true, "10", "20", "30"), (check.GetProperty("rate_limiting_applied").GetBoolean(), Detail(check, "limit-rps"), Detail(check, "limit-burst"), Detail(check, "limit-connections")));
        // Again, with another number and as multipart and JSON.
        using var multipart = new MultipartFormDataContent { { new StringContent("20"), "user_value" } };
        Assert.Equal(HttpStatusCode.OK, (await site.Post("/apply_rate_limit", multipart)).Status);
        Assert.Equal(HttpStatusCode.OK, (await site.Post("/apply_rate_limit", "{\"user_value\": 30}")).Status);
        Assert.Equal("30", site.Annotation(Site.Nginx + "limit-rps"));
        Assert.Equal("Rate limiting reverted on web", (await site.Post("/revert_rate_limit", new ByteArrayContent([]))).Body.GetProperty("message").GetString());
        Assert.Null(site.Annotation(Site.Nginx + "limit-rps"));
        Assert.Equal(HttpStatusCode.NotFound, (await site.Post("/revert_rate_limit", new ByteArrayContent([]))).Status);
        Assert.Equal("healthy", (await site.Json("/health")).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("10; DROP TABLE limits")]
    [InlineData("99999999999999999999")]
    [InlineData("1e3")]
    public async Task A_number_that_is_none_limits_nothing(string value)
    {
        await using var site = await Site.StartAsync();
        using var form = new FormUrlEncodedContent([new("user_value", value)]);
        var (status, body) = await site.Post("/apply_rate_limit", form);
        Assert.Equal((HttpStatusCode.BadRequest, "user_value"), (status, body.GetProperty("parameter").GetString()));
        Assert.Empty(site.Cluster.Faults.Requests);
    }

    [Fact]
    public async Task Without_a_cluster_or_a_target_the_routes_say_what_is_missing()
    {
        await using var site = await Site.StartAsync(options => options with { RateLimits = new RateLimitOptions() }, withCluster: false);
        using var form = new FormUrlEncodedContent([new("user_value", "10")]);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Post("/apply_rate_limit", form)).Status);
        Assert.False((await site.Json("/check_rate_limit")).GetProperty("rate_limiting_applied").GetBoolean());
        var (status, body) = await site.Post("/api/v1/ratelimits", new { target = new { kind = "Ingress", @namespace = "shop", name = "web" }, rps = 1 });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("no cluster is configured", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static AlertOptions Routes(SlackStandIn slack, FirebaseStandIn firebase)
    {
        Assert.True(GoogleServiceAccount.TryRead(firebase.KeyFile, out var account, out _));
        return new AlertOptions
        {
            Routes = [new AlertRoute("ops", new SlackChannel(slack.Webhook)) { Namespaces = ["sh*"] }, new AlertRoute("board", new FirebaseChannel(firebase.Address, account)), new AlertRoute("other", new SlackChannel(slack.Webhook)) { Namespaces = ["pay"] }],
            GroupWait = TimeSpan.Zero, Retry = s_soon,
        };
    }

    private static string? Detail(JsonElement check, string name) => check.GetProperty("details").TryGetProperty(name, out var value) ? value.GetString() : null;

    private static (HttpStatusCode, string?) Outcome((HttpStatusCode Status, JsonElement Body) answer) => (answer.Status, answer.Body.GetProperty("state").GetString());
}
