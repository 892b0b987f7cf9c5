using System.Net;
using System.Text.Json;
using Weir.Center.Respond;
using Weir.Center.Respond.RateLimits;
using Weir.Storage;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.Center.Tests.Respond;

/// <summary>Limits of several centers over one ClickHouse server of Debian and one cluster.</summary>
public sealed class SharedRateLimitTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>
{
    private const string Path = "/api/v1/ratelimits";
    private const string Rps = Site.Nginx + "limit-rps";
    private const string Gone = "000000000000000000000000000000aa";

    private static readonly FollowOptions s_quick = new() { Interval = TimeSpan.FromMilliseconds(50), HoldInterval = TimeSpan.FromSeconds(1), GoneAfter = TimeSpan.FromSeconds(4) };

    [SkippableFact]
    public async Task A_limit_of_any_center_is_listed_and_taken_back_at_all()
    {
        await using var one = await Start();
        await using var other = await one.StartBesideAsync(Quick);
        var id = Id((await one.Post(Path, Limit(5))).Body);
        await TestCenter.Until(async () => await State(other, id) == "active");
        Assert.True((await other.Json($"{Path}/{id}/check")).GetProperty("isApplied").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await other.Delete($"{Path}/{id}")).Status);
        Assert.Null(one.Annotation(Rps));
        Assert.Equal("reverted", await State(other, id));
        await TestCenter.Until(async () => await State(one, id) == "reverted");
        Assert.Equal(HttpStatusCode.Conflict, (await one.Delete($"{Path}/{id}")).Status);
        await TestCenter.Until(async () => (await Actions(one)).SequenceEqual(["ratelimit.revert", "ratelimit.apply"]));
        // What its own center knows of it holds after a start too.
        await one.StopCenterAsync();
        await one.StartCenterAsync(Quick);
        Assert.Equal("reverted", await State(one, id));
        Assert.Single((await one.Json(Path)).EnumerateArray());
    }

    [SkippableFact]
    public async Task A_cluster_that_does_not_let_go_is_asked_again_by_the_center_that_set_the_limit()
    {
        await using var one = await Start();
        await using var other = await one.StartBesideAsync(Quick);
        var id = Id((await one.Post(Path, Limit(5))).Body);
        await TestCenter.Until(async () => await State(other, id) == "active");
        one.Cluster.Access.Forbid("patch", "ingresses");
        Assert.Equal(HttpStatusCode.Accepted, (await other.Delete($"{Path}/{id}")).Status);
        await TestCenter.Until(async () => await State(one, id) == "reverting");
        one.Cluster.Access.Allow("patch", "ingresses");
        foreach (var site in (Site[])[one, other]) await TestCenter.Until(async () => await State(site, id) == "reverted");
        Assert.Null(one.Annotation(Rps));
    }

    [SkippableFact]
    public async Task A_limit_takes_the_place_of_that_of_another_center()
    {
        await using var one = await Start();
        await using var other = await one.StartBesideAsync(Quick);
        await one.Annotate("kubectl", Rps, "50");
        var first = Id((await one.Post(Path, new { target = Target, rps = 5, takeOver = true })).Body);
        await TestCenter.Until(async () => await State(other, first) == "active");
        var second = Id((await other.Post(Path, Limit(7))).Body);
        Assert.Equal("7", one.Annotation(Rps));
        foreach (var site in (Site[])[one, other]) await TestCenter.Until(async () => await State(site, first) == "replaced" && await State(site, second) == "active");
        Assert.Equal(HttpStatusCode.OK, (await one.Delete($"{Path}/{second}")).Status);
        Assert.Equal("50", one.Annotation(Rps));
    }

    [SkippableFact]
    public async Task What_incidents_set_by_themselves_counts_at_all_centers()
    {
        // Nobody looks now and then: what counts is what is asked for before a limit is set.
        static RespondOptions Auto(RespondOptions options) => options with
        {
            Follow = s_quick with { Interval = TimeSpan.FromHours(1) },
            RateLimits = options.RateLimits with { Auto = new AutoLimitOptions { Enabled = true, DryRun = false, Allow = ["shop/*"], RequestsPerSecond = 5, MaxPerHour = 1 } },
        };
        await using var one = await Site.StartAsync(Auto, store: ClickHouseServer.Options(fixture.Server.Address));
        await using var other = await one.StartBesideAsync(Auto);
        one.Attack();
        await TestCenter.Until(async () => (await one.Json(Path)) is var limits && limits.GetArrayLength() == 1 && limits[0].GetProperty("state").GetString() == "active");
        other.Attack(client: 77);
        await TestCenter.Until(async () => (await Skipped(other)).Any(static why => why.Contains("is limited already", StringComparison.Ordinal)));
        var id = Id((await other.Json(Path))[0]);
        Assert.Equal(HttpStatusCode.OK, (await other.Delete($"{Path}/{id}")).Status);
        other.Attack(client: 88);
        await TestCenter.Until(async () => (await Skipped(other)).Any(static why => why.Contains("1 changes were made within the hour", StringComparison.Ordinal)));
        Assert.Single((await other.Json(Path)).EnumerateArray());

        static async Task<List<string>> Skipped(Site site) =>
            [.. (await site.Json(Path + "/changes")).EnumerateArray().Where(static one => one.GetProperty("action").GetString() == "ratelimit.skip").Select(static one => one.GetProperty("detail").GetString()!)];
    }

    [SkippableFact]
    public async Task The_end_of_a_limit_whose_center_is_gone_is_made_by_another()
    {
        await using var one = await Start();
        await using var other = await one.StartBesideAsync(Quick);
        await using var third = await one.StartBesideAsync(Quick);
        await one.Annotate("kubectl", Rps, "50");
        var (status, limit) = await one.Post(Path, new { target = Target, rps = 5, takeOver = true, ttlSeconds = 5 });
        Assert.Equal(HttpStatusCode.Created, status);
        using var documents = new ClickHouseExchangeStore(one.Store!);
        var center = Assert.Single(documents.DocumentMarks("respond-ratelimits@")).Kind["respond-ratelimits@".Length..];
        await one.StopCenterAsync();
        // As if it had been killed a moment ago: its time is over soon, and its lease is not yet.
        documents.Hold("respond-center-" + center, center);
        Assert.Equal("5", other.Annotation(Rps));
        foreach (var site in (Site[])[other, third]) await TestCenter.Until(async () => await State(site, Id(limit)) == "reverted");
        Assert.Equal("50", other.Annotation(Rps));
        await one.StartCenterAsync(Quick);
        Assert.Equal("reverted", await State(one, Id(limit)));
    }

    [SkippableFact]
    public async Task What_a_center_is_setting_is_left_to_it_and_taken_back_when_it_is_gone()
    {
        var store = ClickHouseServer.Options(fixture.Server.Address);
        await using var site = await Site.StartAsync(Quick, store: store);
        var id = Id((await site.Post(Path, Limit(5))).Body);
        using var documents = new ClickHouseExchangeStore(store);
        // Half done by another, who asked the cluster for the same target before.
        var half = site.Responder.RateLimits.Find(id)! with { Id = "01JWEIR0000000000000000001", State = RateLimitState.Applying };
        half = half with { Objects = [.. half.Objects.Select(one => one with { Body = Marked(one.Body, id, half.Id) })] };
        documents.Hold("respond-center-" + Gone, Gone);
        documents.SaveDocuments("respond-ratelimits@" + Gone, [("000001", RespondJson.Write(half))]);
        await TestCenter.Until(async () => await State(site, half.Id) == "applying");
        var (status, problem) = await site.Delete($"{Path}/{half.Id}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("another center", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        documents.Hold("respond-center-" + Gone, "");
        await TestCenter.Until(async () => await State(site, half.Id) == "reverted");
        // What has the mark of this center's limit stays with that.
        Assert.Contains(id, Assert.Single((await site.Json($"{Path}/{half.Id}")).GetProperty("left").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(("5", "active"), (site.Annotation(Rps), await State(site, id)));
    }

    [SkippableFact]
    public async Task Limits_of_others_that_are_over_are_forgotten_and_those_that_are_set_are_not()
    {
        static RespondOptions Small(RespondOptions options) => Quick(options) with { Limits = RespondLimits.Default with { MaxRateLimits = 2 } };
        var store = ClickHouseServer.Options(fixture.Server.Address);
        await using var site = await Site.StartAsync(Small, store: store);
        var made = site.Responder.RateLimits.Find(Id((await site.Post(Path, Limit(5))).Body))!;
        using var documents = new ClickHouseExchangeStore(store);
        documents.Hold("respond-center-" + Gone, Gone);
        for (var n = 1; n <= 5; n++)
        {
            var one = made with { Id = $"01JWEIR000000000000000000{n}", State = n == 1 ? RateLimitState.Active : RateLimitState.Reverted };
            documents.SaveDocuments("respond-ratelimits@" + Gone, [($"00000{n}", RespondJson.Write(one))]);
        }

        await TestCenter.Until(async () => (await site.Json(Path)).EnumerateArray().Select(static one => Id(one)[^1..]).Skip(1).SequenceEqual(["5", "4", "1"]));
    }

    private static object Target => new { kind = "Ingress", @namespace = "shop", name = "web" };

    private static object Limit(int rps) => new { target = Target, rps };

    private static string Id(JsonElement one) => one.GetProperty("id").GetString()!;

    private static async Task<string?> State(Site site, string id) => (await site.Json($"{Path}/{id}")).TryGetProperty("state", out var state) ? state.GetString() : null;

    private static async Task<List<string?>> Actions(Site site) => [.. (await site.Json(Path + "/changes")).EnumerateArray().Select(static one => one.GetProperty("action").GetString())];

    private static System.Text.Json.Nodes.JsonObject Marked(System.Text.Json.Nodes.JsonObject body, string before, string now) =>
        (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(body.ToJsonString().Replace(before, now, StringComparison.Ordinal))!;

    private static RespondOptions Quick(RespondOptions options) => options with { Follow = s_quick };

    private Task<Site> Start() => Site.StartAsync(Quick, store: ClickHouseServer.Options(fixture.Server.Address));
}
