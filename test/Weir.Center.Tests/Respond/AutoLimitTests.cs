using System.Text.Json;
using Weir.Center.Respond;

namespace Weir.Center.Tests.Respond;

public class AutoLimitTests
{
    private static readonly AutoLimitOptions s_on = new() { Enabled = true, DryRun = false, Allow = ["shop/web"] };

    [Fact]
    public async Task It_is_off_until_somebody_turns_it_on()
    {
        Assert.False(new AutoLimitOptions().Enabled);
        Assert.True(new AutoLimitOptions().DryRun);
        Assert.Empty(new AutoLimitOptions().Allow);
        await using var site = await Start(new AutoLimitOptions { Allow = ["*"] });
        await Incident(site);
        Assert.Empty((await site.Json("/api/v1/ratelimits")).EnumerateArray());
        Assert.Empty(site.Cluster.Faults.Requests);
    }

    [Fact]
    public async Task A_dry_run_asks_the_server_and_changes_nothing()
    {
        await using var site = await Start(s_on with { DryRun = true });
        await Incident(site);
        await TestCenter.Until(async () => (await site.Json("/api/v1/ratelimits")).GetArrayLength() == 1);
        Assert.Equal("dry_run", (await site.Json("/api/v1/ratelimits"))[0].GetProperty("state").GetString());
        Assert.Equal(1, site.Cluster.Faults.Requests["patch ingresses"]);
        Assert.Null(site.Annotation(Site.Nginx + "limit-rps"));
    }

    [Theory]
    [InlineData("pay/*", "orders", "is not on the list")]
    [InlineData("shop/*", "carts", "nothing leads to shop/carts")]
    [InlineData("shop/*", null, "it is not known which service")]
    public async Task What_is_not_allowed_or_not_known_is_left_alone_and_the_log_says_why(string allow, string? service, string why)
    {
        await using var site = await Start(s_on with { Allow = [allow] });
        await Incident(site, service);
        await TestCenter.Until(async () => (await Changes(site)).Count == 1);
        var change = Assert.Single(await Changes(site));
        Assert.Equal("ratelimit.skip", change.GetProperty("action").GetString());
        Assert.Contains(why, change.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Null(site.Annotation(Site.Nginx + "limit-rps"));
    }

    [Fact]
    public async Task Beyond_so_many_changes_in_an_hour_nothing_is_changed_and_a_target_is_limited_once()
    {
        await using var site = await Start(s_on with { MaxPerHour = 1, Allow = ["shop/*"] });
        await Incident(site);
        await TestCenter.Until(() => site.Annotation(Site.Nginx + "limit-rps") == "10");
        site.AddIngress("second", "carts");
        await Incident(site, "carts", client: 67, number: 2);
        await TestCenter.Until(async () => (await Changes(site)).Exists(one => one.GetProperty("detail").GetString()!.Contains("1 changes were made", StringComparison.Ordinal)));
        Assert.Null(site.Annotation(Site.Nginx + "limit-rps", "second"));
        await Incident(site, "orders", client: 68, number: 3);
        await TestCenter.Until(async () => (await Changes(site)).Exists(one => one.GetProperty("detail").GetString()!.Contains("is limited already", StringComparison.Ordinal)));
        Assert.Single((await site.Json("/api/v1/ratelimits")).EnumerateArray());
    }

    [Fact]
    public async Task What_a_controller_keeps_is_left_to_it()
    {
        await using var site = await Start(s_on);
        await site.Annotate("argocd-controller", Site.Nginx + "limit-rps", "50");
        await Incident(site);
        await TestCenter.Until(async () => (await Changes(site)).Exists(one => one.GetProperty("action").GetString() == "ratelimit.skip"));
        Assert.Contains("owned by argocd-controller", (await Changes(site))[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("50", site.Annotation(Site.Nginx + "limit-rps"));
    }

    private static Task<Site> Start(AutoLimitOptions auto) => Site.StartAsync(options => options with { RateLimits = options.RateLimits with { Auto = auto } });

    private static async Task Incident(Site site, string? service = "orders", byte client = 66, int number = 1)
    {
        site.Attack(service, client);
        await TestCenter.Until(async () => (await site.Json("/api/v1/incidents?severity=high")).GetProperty("items").GetArrayLength() == number);
    }

    private static async Task<List<JsonElement>> Changes(Site site) => [.. (await site.Json("/api/v1/ratelimits/changes")).EnumerateArray()];
}
