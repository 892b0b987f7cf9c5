using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Center.Respond;

namespace Weir.Center.Tests.Respond;

public class RateLimitTests
{
    private const string Path = "/api/v1/ratelimits";

    [Fact]
    public async Task A_preview_shows_the_difference_and_whom_it_would_have_refused_and_changes_nothing()
    {
        await using var site = await Site.StartAsync();
        await site.Annotate("kubectl", Site.Nginx + "limit-burst", "20");
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 30; i++) site.Call(now.AddMinutes(-10), client: 9);
        for (var i = 0; i < 5; i++) site.Call(now.AddMinutes(-9).AddSeconds(i), client: 8);
        for (var i = 0; i < 9; i++) site.Call(now.AddMinutes(-8), client: 9, service: "carts");
        for (var i = 0; i < 9; i++) site.Call(now.AddHours(-3), client: 9);
        await TestCenter.Until(async () => (await site.Json("/api/v1/status")).GetProperty("ingest").GetProperty("stored").GetInt32() == 53);
        var (status, preview) = await site.Post(Path + "/preview", Body(new { target = Target, rps = 2, burst = 4 }));
        Assert.Equal(HttpStatusCode.OK, status);
        var diff = preview.GetProperty("objects")[0].GetProperty("diff").GetString()!;
        Assert.Contains("+     nginx.ingress.kubernetes.io/limit-rps: \"2\"\n", diff, StringComparison.Ordinal);
        Assert.Contains("-     nginx.ingress.kubernetes.io/limit-burst: \"20\"\n", diff, StringComparison.Ordinal);
        Assert.Contains("  kind: Ingress\n", diff, StringComparison.Ordinal);
        var traffic = preview.GetProperty("traffic");
        Assert.Equal((35, 25, true), (traffic.GetProperty("calls").GetInt32(), traffic.GetProperty("blocked").GetInt32(), traffic.GetProperty("isComplete").GetBoolean()));
        var worst = traffic.GetProperty("clients")[0];
        Assert.Equal(("10.0.0.9", 30, 25), (worst.GetProperty("client").GetString(), worst.GetProperty("calls").GetInt32(), worst.GetProperty("blocked").GetInt32()));
        Assert.Null(site.Annotation(Site.Nginx + "limit-rps"));
        Assert.Empty((await site.Json(Path)).EnumerateArray());
    }

    [Fact]
    public async Task A_preview_looks_at_so_many_calls_and_says_when_there_were_more()
    {
        await using var site = await Site.StartAsync(options => options with { Limits = RespondLimits.Default with { MaxPreviewCalls = 1000 } });
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 1500; i++) site.Call(now.AddMinutes(-10).AddMilliseconds(i), client: 9);
        await TestCenter.Until(async () => (await site.Json("/api/v1/status")).GetProperty("ingest").GetProperty("stored").GetInt32() == 1500);
        var traffic = (await site.Post(Path + "/preview", Body(new { target = Target, rps = 2 }))).Body.GetProperty("traffic");
        Assert.Equal((1000, false), (traffic.GetProperty("calls").GetInt32(), traffic.GetProperty("isComplete").GetBoolean()));
    }

    [Fact]
    public async Task What_others_own_is_a_conflict_until_it_is_taken_over_and_comes_back()
    {
        await using var site = await Site.StartAsync();
        await site.Annotate("argocd-controller", Site.Nginx + "limit-rps", "50");
        var (status, problem) = await site.Post(Path, Body(new { target = Target, rps = 5 }));
        Assert.Equal(HttpStatusCode.Conflict, status);
        var conflict = problem.GetProperty("conflicts")[0];
        Assert.Equal(("argocd-controller", true), (conflict.GetProperty("manager").GetString(), conflict.GetProperty("isGitOps").GetBoolean()));
        Assert.Equal("50", site.Annotation(Site.Nginx + "limit-rps"));
        var (created, limit) = await site.Post(Path, Body(new { target = Target, rps = 5, takeOver = true, reason = "drill" }));
        Assert.Equal((HttpStatusCode.Created, "5"), (created, site.Annotation(Site.Nginx + "limit-rps")));
        Assert.Contains("will put back", limit.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        await site.Delete($"{Path}/{limit.GetProperty("id").GetString()}");
        Assert.Equal("50", site.Annotation(Site.Nginx + "limit-rps"));
        Assert.Equal(["reverted", "failed"], (await site.Json(Path)).EnumerateArray().Select(one => one.GetProperty("state").GetString()));
        Assert.Contains("drill", (await site.Json(Path + "/changes"))[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_ends_by_itself()
    {
        await using var site = await Site.StartAsync();
        var (status, limit) = await site.Post(Path, Body(new { target = Target, rps = 5, ttlSeconds = 1 }));
        Assert.Equal(HttpStatusCode.Created, status);
        await TestCenter.Until(async () => State(await site.Json($"{Path}/{limit.GetProperty("id").GetString()}")) == "reverted");
        Assert.Null(site.Annotation(Site.Nginx + "limit-rps"));
        Assert.Equal("expiry", (await site.Json(Path + "/changes"))[0].GetProperty("by").GetString());
    }

    [Fact]
    public async Task A_limit_whose_time_ran_out_while_the_center_was_away_is_taken_back_at_the_start()
    {
        await using var site = await Site.StartAsync();
        await site.Annotate("kubectl", Site.Nginx + "limit-rps", "50");
        var (_, limit) = await site.Post(Path, Body(new { target = Target, rps = 5, takeOver = true }));
        // Its time runs out while the cluster refuses, so that it is still there when the center ends.
        site.Cluster.Access.Forbid("patch", "ingresses");
        var control = site.Responder.RateLimits;
        control.Keep(control.Find(limit.GetProperty("id").GetString()!)! with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) });
        await site.StopCenterAsync();
        Assert.Equal("5", site.Annotation(Site.Nginx + "limit-rps"));
        site.Cluster.Access.Allow("patch", "ingresses");
        await site.StartCenterAsync();
        await TestCenter.Until(async () => State(await site.Json($"{Path}/{limit.GetProperty("id").GetString()}")) == "reverted");
        Assert.Equal("50", site.Annotation(Site.Nginx + "limit-rps"));
        // The next one does not take the number of an earlier one.
        Assert.Equal(HttpStatusCode.Created, (await site.Post(Path, Body(new { target = Target, connections = 5 }))).Status);
        Assert.Equal(2, (await site.Json(Path)).GetArrayLength());
    }

    [Fact]
    public async Task What_was_half_done_when_the_center_ended_is_taken_back_at_the_start()
    {
        await using var site = await Site.StartAsync();
        var (_, limit) = await site.Post(Path, Body(new { target = Target, rps = 5 }));
        var id = limit.GetProperty("id").GetString()!;
        // As it stands in the store while the cluster is asked.
        var control = site.Responder.RateLimits;
        var record = control.Find(id)! with { State = Center.Respond.RateLimits.RateLimitState.Applying };
        control.Keep(record);
        await site.StopCenterAsync();
        await site.StartCenterAsync();
        await TestCenter.Until(async () => State(await site.Json($"{Path}/{id}")) == "reverted");
        Assert.Null(site.Annotation(Site.Nginx + "limit-rps"));
    }

    [Fact]
    public async Task A_cluster_that_does_not_let_go_is_asked_again_until_it_does()
    {
        await using var site = await Site.StartAsync();
        var (_, limit) = await site.Post(Path, Body(new { target = Target, rps = 5 }));
        site.Cluster.Access.Forbid("patch", "ingresses");
        var (status, body) = await site.Delete($"{Path}/{limit.GetProperty("id").GetString()}");
        Assert.Equal((HttpStatusCode.Accepted, "reverting"), (status, State(body)));
        Assert.Contains("may not patch ingresses", body.GetProperty("error").GetString(), StringComparison.Ordinal);
        site.Cluster.Access.Allow("patch", "ingresses");
        await TestCenter.Until(async () => State(await site.Json($"{Path}/{limit.GetProperty("id").GetString()}")) == "reverted");
        Assert.Equal(HttpStatusCode.Conflict, (await site.Delete($"{Path}/{limit.GetProperty("id").GetString()}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Delete(Path + "/01JWEIR00000000000000000009")).Status);
    }

    [Fact]
    public async Task A_cluster_that_forbids_is_told_with_the_rule_that_is_missing()
    {
        await using var site = await Site.StartAsync();
        site.Cluster.Access.Forbid("patch", "ingresses");
        var (status, problem) = await site.Post(Path, Body(new { target = Target, rps = 5 }));
        Assert.Equal((HttpStatusCode.BadGateway, "forbidden"), (status, problem.GetProperty("fault").GetString()));
        Assert.Contains("verbs: [\"patch\"]", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("failed", State((await site.Json(Path))[0]));
        site.Cluster.Access.Allow("patch", "ingresses");
        Assert.Equal(HttpStatusCode.NotFound, (await site.Post(Path, Body(new { target = new { kind = "Ingress", @namespace = "shop", name = "none" }, rps = 5 }))).Status);
    }

    [Fact]
    public async Task Limits_of_before_are_forgotten_and_those_that_are_set_are_not()
    {
        await using var site = await Site.StartAsync(options => options with { Limits = RespondLimits.Default with { MaxRateLimits = 4, MaxChanges = 3 } });
        site.AddIngress("second", "carts");
        site.AddIngress("third", "pays");
        var (_, kept) = await site.Post(Path, Body(new { target = Target, rps = 5 }));
        for (var i = 0; i < 6; i++)
        {
            var (status, other) = await site.Post(Path, Body(new { target = new { kind = "Ingress", @namespace = "shop", name = "second" }, rps = 5 + i }));
            Assert.Equal(HttpStatusCode.Created, status);
            await site.Delete($"{Path}/{other.GetProperty("id").GetString()}");
        }

        Assert.Equal(4, (await site.Json(Path)).GetArrayLength());
        Assert.Equal("active", State(await site.Json($"{Path}/{kept.GetProperty("id").GetString()}")));
        Assert.Equal(3, (await site.Json(Path + "/changes")).GetArrayLength());
        Assert.Equal(HttpStatusCode.Created, (await site.Post(Path, Body(new { target = new { kind = "Ingress", @namespace = "shop", name = "second" }, rps = 5 }))).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await site.Post(Path, Body(new { target = new { kind = "Ingress", @namespace = "shop", name = "third" }, rps = 5 }))).Status);
        await site.StopCenterAsync();
        await site.StartCenterAsync(options => options with { Limits = RespondLimits.Default with { MaxRateLimits = 4, MaxChanges = 3 } });
        Assert.Equal("active", State(await site.Json($"{Path}/{kept.GetProperty("id").GetString()}")));
        Assert.Equal(3, (await site.Json(Path + "/changes")).GetArrayLength());
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("{\"rps\":5}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("{\"target\":null,\"rps\":5}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("{\"target\":{\"kind\":\"Ingress\",\"namespace\":\"shop\",\"name\":\"web\"},\"rps\":\"five\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"target\":{\"kind\":\"Ingress\",\"namespace\":\"shop\",\"name\":\"web\"},\"rps\":5,\"force\":true}", HttpStatusCode.BadRequest)]
    [InlineData("{\"target\":{\"kind\":\"Ingress\",\"namespace\":\"shop\",\"name\":\"../../secrets/x\"},\"rps\":5}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("{\"target\":{\"kind\":\"Secret\",\"namespace\":\"shop\",\"name\":\"web\"},\"rps\":5}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("{\"target\":{\"kind\":\"Ingress\",\"namespace\":\"shop\",\"name\":\"web\"},\"rps\":5,\"ttlSeconds\":-1}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("{\"target\":{\"kind\":\"Ingress\",\"namespace\":\"shop\",\"name\":\"web\"},\"rps\":5,\"ttlSeconds\":99999999}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("{\"target\":{\"kind\":\"Ingress\",\"namespace\":\"shop\",\"name\":\"web\"},\"rps\":5,\"allow\":[\"0.0.0.0/0; evil\"]}", HttpStatusCode.UnprocessableEntity)]
    public async Task A_body_that_makes_no_sense_is_refused_and_nothing_is_changed(string body, HttpStatusCode expected)
    {
        await using var site = await Site.StartAsync();
        foreach (var path in (string[])[Path, Path + "/preview"]) Assert.Equal(expected, (await site.Post(path, body)).Status);
        Assert.Null(site.Annotation(Site.Nginx + "limit-rps"));
    }

    [Fact]
    public async Task A_huge_body_and_a_page_of_another_site_are_refused()
    {
        await using var site = await Site.StartAsync();
        foreach (var path in (string[])[Path, Path + "/preview", "/apply_rate_limit", "/revert_rate_limit", "/api/v1/alerts/silences", "/api/v1/alerts/test"])
        {
            using var foreign = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
            foreign.Headers.Add("Origin", "https://evil.example");
            Assert.Equal(HttpStatusCode.Forbidden, (await site.Http.SendAsync(foreign)).StatusCode);
            using var huge = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(new string(' ', 100_000), Encoding.UTF8, "application/json") };
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await site.Http.SendAsync(huge)).StatusCode);
        }

        Assert.Empty(site.Cluster.Faults.Requests);
    }

    private static object Target => new { kind = "Ingress", @namespace = "shop", name = "web" };

    private static object Body(object body) => body;

    private static string? State(JsonElement one) => one.GetProperty("state").GetString();
}
