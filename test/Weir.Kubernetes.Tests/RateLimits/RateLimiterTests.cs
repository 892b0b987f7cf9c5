using System.Text.Json.Nodes;
using Weir.Kubernetes.RateLimits;
using Weir.Kubernetes.TestServer;

namespace Weir.Kubernetes.Tests.RateLimits;

public class RateLimiterTests
{
    private const string Id = "01JWEIR00000000000000000001";
    private const string IngressNginx = "k8s.io/ingress-nginx";
    private static readonly string[] s_limited = [Cluster.Nginx + "limit-connections", Cluster.Nginx + "limit-rps", RateLimitPlan.MarkAnnotation];

    [Fact]
    public async Task A_limit_on_an_Ingress_is_applied_checked_and_taken_back_without_a_trace()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx);
        await using var _ = lab;
        var before = await lab.Client.GetAsync(RateLimiter.Ingresses, "shop", "web");
        var plan = await limiter.PlanAsync(Request(10, connections: 30), Id, null);
        await limiter.ApplyAsync(plan, takeOver: false);
        Assert.Equal(s_limited, (await Cluster.AnnotationsAsync(lab)).Keys);
        var check = await limiter.CheckAsync(plan.Changes);
        Assert.True(check.IsApplied, string.Join("; ", check.Missing));
        Assert.Equal("10", check.Present[Cluster.Nginx + "limit-rps"]);
        Assert.Equal((10, 50, 30), await limiter.PresentAsync(Cluster.Ingress));
        Assert.Empty(await limiter.RevertAsync(plan.Changes));
        Assert.Empty(await Cluster.AnnotationsAsync(lab));
        var after = await lab.Client.GetAsync(RateLimiter.Ingresses, "shop", "web");
        Assert.Equal(before.GetProperty("metadata").GetProperty("managedFields").GetRawText(), after.GetProperty("metadata").GetProperty("managedFields").GetRawText());
        Assert.Equal(before.GetProperty("spec").GetRawText(), after.GetProperty("spec").GetRawText());
        Assert.False((await limiter.CheckAsync(plan.Changes)).IsApplied);
        Assert.Empty(await limiter.RevertAsync(plan.Changes));
    }

    [Fact]
    public async Task A_value_of_somebody_else_is_a_conflict_until_it_is_taken_over_and_comes_back_under_its_owner()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx, null, (Cluster.Nginx + "limit-rps", "5"), ("other", "stays"));
        await using var _ = lab;
        var plan = await limiter.PlanAsync(Request(10, connections: 30), Id, null);
        Assert.Equal([new RateLimitConflict($".metadata.annotations.{Cluster.Nginx}limit-rps", "kubectl", IsGitOps: false)], plan.Conflicts);
        var refused = await Assert.ThrowsAsync<RateLimitException>(() => limiter.ApplyAsync(plan, takeOver: false));
        Assert.Equal(RateLimitFault.Conflict, refused.Fault);
        Assert.Contains("owned by kubectl", refused.Message, StringComparison.Ordinal);
        await limiter.ApplyAsync(plan, takeOver: true);
        Assert.Equal("10", (await Cluster.AnnotationsAsync(lab))[Cluster.Nginx + "limit-rps"]);
        Assert.Empty(await limiter.RevertAsync(plan.Changes));
        var now = await Cluster.AnnotationsAsync(lab);
        Assert.Equal(["5", "stays"], now.Values);
        var live = await lab.Client.GetAsync(RateLimiter.Ingresses, "shop", "web");
        Assert.Equal("kubectl", FieldOwners.OfAnnotation(live, Cluster.Nginx + "limit-rps")!.Value.Manager);
    }

    [Fact]
    public async Task The_server_itself_refuses_what_changed_owner_between_plan_and_apply()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx);
        await using var _ = lab;
        var plan = await limiter.PlanAsync(Request(10), Id, null);
        await Cluster.AnnotateAsync(lab, "helm", Cluster.Nginx + "limit-rps", "7");
        var refused = await Assert.ThrowsAsync<RateLimitException>(() => limiter.ApplyAsync(plan, takeOver: false));
        Assert.Equal((RateLimitFault.Conflict, "helm"), (refused.Fault, Assert.Single(refused.Conflicts).Manager));
        Assert.Equal("7", Assert.Single(await Cluster.AnnotationsAsync(lab)).Value);
    }

    [Fact]
    public async Task What_somebody_changed_since_then_stays_and_is_told()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx);
        await using var _ = lab;
        var plan = await limiter.PlanAsync(Request(10, connections: 30), Id, null);
        await limiter.ApplyAsync(plan, takeOver: false);
        await Cluster.AnnotateAsync(lab, "kubectl-annotate", Cluster.Nginx + "limit-rps", "50");
        Assert.Contains("is 50 now", Assert.Single((await limiter.CheckAsync(plan.Changes)).Missing), StringComparison.Ordinal);
        var left = await limiter.RevertAsync(plan.Changes);
        Assert.Contains("set by kubectl-annotate", Assert.Single(left), StringComparison.Ordinal);
        Assert.Equal([KeyValuePair.Create(Cluster.Nginx + "limit-rps", "50")], await Cluster.AnnotationsAsync(lab));
    }

    [Fact]
    public async Task The_annotation_that_no_controller_knows_goes_and_the_burst_becomes_a_multiplier()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx, null, (Cluster.Nginx + "limit-burst", "20"));
        await using var _ = lab;
        var plan = await limiter.PlanAsync(Request(10) with { Burst = 25 }, Id, null);
        await limiter.ApplyAsync(plan, takeOver: false);
        var now = await Cluster.AnnotationsAsync(lab);
        Assert.False(now.ContainsKey(Cluster.Nginx + "limit-burst"));
        Assert.Equal("3", now[Cluster.Nginx + "limit-burst-multiplier"]);
        Assert.Equal([new EffectiveRate(10, 1, 31)], plan.Effective.Rates);
        Assert.Contains(plan.Warnings, one => one.Contains("is 30, not 25", StringComparison.Ordinal));
        await limiter.RevertAsync(plan.Changes);
        Assert.Empty(await Cluster.AnnotationsAsync(lab));
    }

    [Fact]
    public async Task A_limit_that_replaces_one_of_Weir_goes_back_to_what_was_before_both()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx, null, (Cluster.Nginx + "limit-rps", "5"));
        await using var _ = lab;
        await limiter.ApplyAsync(await limiter.PlanAsync(Request(10, connections: 30), Id, null), takeOver: true);
        var second = await limiter.PlanAsync(Request(2), "01JWEIR00000000000000000002", null);
        Assert.Empty(second.Conflicts);
        await limiter.ApplyAsync(second, takeOver: false);
        var now = await Cluster.AnnotationsAsync(lab);
        Assert.Equal("2", now[Cluster.Nginx + "limit-rps"]);
        Assert.False(now.ContainsKey(Cluster.Nginx + "limit-connections"));
        Assert.Empty(await limiter.RevertAsync(second.Changes));
        Assert.Equal([KeyValuePair.Create(Cluster.Nginx + "limit-rps", "5")], await Cluster.AnnotationsAsync(lab));
    }

    [Theory]
    [InlineData(IngressNginx)]
    [InlineData("gateway.envoyproxy.io/gatewayclass-controller")]
    public async Task What_has_another_limit_by_now_stays_with_that_when_the_earlier_is_taken_back(string controller)
    {
        var (lab, limiter) = await Cluster.StartAsync(controller);
        await using var _ = lab;
        var target = controller == IngressNginx ? Cluster.Ingress : Cluster.Route;
        var first = await limiter.PlanAsync(Request(10, target: target), Id, null);
        await limiter.ApplyAsync(first, takeOver: false);
        var second = await limiter.PlanAsync(Request(2, target: target), "01JWEIR00000000000000000002", null);
        await limiter.ApplyAsync(second, takeOver: false);
        Assert.Contains("has limit 01JWEIR00000000000000000002", Assert.Single(await limiter.RevertAsync(first.Changes)), StringComparison.Ordinal);
        Assert.True((await limiter.CheckAsync(second.Changes)).IsApplied);
        Assert.Empty(await limiter.RevertAsync(second.Changes));
        Assert.False((await limiter.CheckAsync(second.Changes)).IsApplied);
    }

    [Fact]
    public async Task A_mark_that_somebody_else_wrote_makes_Weir_set_nothing()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx);
        await using var _ = lab;
        const string forged = """{"id":"x","previous":{"nginx.ingress.kubernetes.io/configuration-snippet":{"value":"return 200;"}}}""";
        await Cluster.AnnotateAsync(lab, "mallory", RateLimitPlan.MarkAnnotation, forged);
        var plan = await limiter.PlanAsync(Request(10), Id, null);
        Assert.Equal("mallory", Assert.Single(plan.Conflicts).Manager);
        await limiter.ApplyAsync(plan, takeOver: true);
        await Cluster.AnnotateAsync(lab, "mallory", RateLimitPlan.MarkAnnotation, forged);
        await limiter.RevertAsync(plan.Changes);
        Assert.Equal([RateLimitPlan.MarkAnnotation], (await Cluster.AnnotationsAsync(lab)).Keys);
    }

    [Fact]
    public async Task A_controller_that_keeps_the_object_as_its_repository_has_it_is_named()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx, null, ("argocd.argoproj.io/tracking-id", "shop:networking.k8s.io/Ingress:shop/web"));
        await using var _ = lab;
        await Cluster.AnnotateAsync(lab, "argocd-controller", Cluster.Nginx + "limit-rps", "5");
        var plan = await limiter.PlanAsync(Request(10), Id, null);
        Assert.True(Assert.Single(plan.Conflicts).IsGitOps);
        Assert.Contains(plan.Warnings, one => one.Contains("Argo CD keeps", StringComparison.Ordinal) && one.Contains("change it there", StringComparison.Ordinal));
        var other = await limiter.PlanAsync(new RateLimitRequest { Target = Cluster.Ingress, Connections = 3 }, Id, null);
        Assert.Empty(other.Conflicts);
        Assert.Contains(other.Warnings, one => one.Contains("stays only as long as", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gateway.envoyproxy.io/gatewayclass-controller", "backendtrafficpolicies")]
    [InlineData("gateway.nginx.org/nginx-gateway-controller", "ratelimitpolicies")]
    public async Task A_policy_of_a_gateway_is_made_checked_and_deleted(string controller, string plural)
    {
        var (lab, limiter) = await Cluster.StartAsync(controller);
        await using var _ = lab;
        var plan = await limiter.PlanAsync(Request(10, target: Cluster.Route), Id, DateTimeOffset.UnixEpoch);
        await limiter.ApplyAsync(plan, takeOver: false);
        var change = Assert.Single(plan.Changes);
        Assert.Equal(plural, change.Type.Plural);
        Assert.True((await limiter.CheckAsync(plan.Changes)).IsApplied);
        var live = await lab.Client.GetAsync(change.Type, "shop", change.Name);
        Assert.Equal(new RateLimitMark(Id, DateTimeOffset.UnixEpoch, new Dictionary<string, PreviousValue>()).ToString(), RateLimitMark.Read(live)!.ToString());
        await limiter.RevertAsync(plan.Changes);
        Assert.Contains("is gone", Assert.Single((await limiter.CheckAsync(plan.Changes)).Missing), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Middlewares_of_Traefik_join_those_that_are_named_already()
    {
        const string name = "traefik.ingress.kubernetes.io/router.middlewares";
        var (lab, limiter) = await Cluster.StartAsync("traefik.io/ingress-controller", null, (name, "shop-auth@kubernetescrd"));
        await using var _ = lab;
        var plan = await limiter.PlanAsync(Request(10, connections: 30), Id, null);
        Assert.Single(plan.Conflicts);
        await limiter.ApplyAsync(plan, takeOver: true);
        Assert.Equal(
            "shop-auth@kubernetescrd,shop-weir-ingress-web-rps@kubernetescrd,shop-weir-ingress-web-connections@kubernetescrd", (await Cluster.AnnotationsAsync(lab))[name]);
        Assert.True((await limiter.CheckAsync(plan.Changes)).IsApplied);
        await limiter.RevertAsync(plan.Changes);
        Assert.Equal([KeyValuePair.Create(name, "shop-auth@kubernetescrd")], await Cluster.AnnotationsAsync(lab));
        Assert.Empty((await lab.Client.ListAsync(ResourceKind.Json(plan.Changes[0].Type))).Items!);
    }

    [Fact]
    public async Task When_a_later_object_fails_the_earlier_are_taken_back()
    {
        var (lab, limiter) = await Cluster.StartAsync("traefik.io/ingress-controller");
        await using var _ = lab;
        var plan = await limiter.PlanAsync(Request(10), Id, null);
        lab.Server.Access.Forbid("patch", "ingresses");
        var refused = await Assert.ThrowsAsync<RateLimitException>(() => limiter.ApplyAsync(plan, takeOver: false));
        Assert.Equal(RateLimitFault.Forbidden, refused.Fault);
        Assert.Contains("may not patch ingresses in namespace shop", refused.Message, StringComparison.Ordinal);
        Assert.Empty((await lab.Client.ListAsync(ResourceKind.Json(plan.Changes[0].Type))).Items!);
    }

    [Theory]
    [InlineData("gateway.envoyproxy.io/gatewayclass-controller", "backendtrafficpolicies", "BackendTrafficPolicy")]
    [InlineData("gateway.nginx.org/nginx-gateway-controller", "ratelimitpolicies", "RateLimitPolicy")]
    [InlineData("traefik.io/ingress-controller", "middlewares", "Middleware")]
    public async Task Without_its_custom_resource_a_limit_can_be_read_but_not_applied(string controller, string missing, string kind)
    {
        var (lab, limiter) = await Cluster.StartAsync(controller, new ApiServerOptions { Missing = [missing] });
        await using var _ = lab;
        var plan = await limiter.PlanAsync(Request(10, target: controller.StartsWith("traefik", StringComparison.Ordinal) ? Cluster.Ingress : Cluster.Route), Id, null);
        Assert.Contains(kind, plan.Unavailable, StringComparison.Ordinal);
        Assert.NotEmpty(plan.Changes);
        Assert.Equal(RateLimitFault.MissingKind, (await Assert.ThrowsAsync<RateLimitException>(() => limiter.ApplyAsync(plan, takeOver: true))).Fault);
    }

    [Fact]
    public async Task A_policy_of_others_for_the_same_route_stands_in_the_way_and_is_not_touched()
    {
        var (lab, limiter) = await Cluster.StartAsync("gateway.envoyproxy.io/gatewayclass-controller");
        await using var _ = lab;
        var type = new EnvoyGatewayLimits().Policy;
        await Cluster.CreateAsync(lab, type, "shop", "theirs", new JsonObject { ["targetRefs"] = PolicyObjects.TargetReference(Cluster.Route) });
        await Cluster.CreateAsync(lab, type, "shop", "elsewhere", new JsonObject { ["targetRefs"] = PolicyObjects.TargetReference(Cluster.Route with { Name = "other" }) });
        var plan = await limiter.PlanAsync(Request(10, target: Cluster.Route), Id, null);
        Assert.Equal("BackendTrafficPolicy shop/theirs", Assert.Single(plan.Conflicts).Field);
        Assert.Equal(RateLimitFault.Conflict, (await Assert.ThrowsAsync<RateLimitException>(() => limiter.ApplyAsync(plan, takeOver: true))).Fault);
        Assert.Equal(2, (await lab.Client.ListAsync(ResourceKind.Json(type))).Items!.Count);
    }

    [Fact]
    public async Task A_dry_run_is_checked_by_the_server_and_changes_nothing()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx);
        await using var _ = lab;
        var plan = await limiter.PlanAsync(Request(10), Id, null);
        await limiter.ApplyAsync(plan, takeOver: false, dryRun: true);
        Assert.Empty(await Cluster.AnnotationsAsync(lab));
        lab.Server.Access.Forbid("patch", "ingresses");
        Assert.Equal(RateLimitFault.Forbidden, (await Assert.ThrowsAsync<RateLimitException>(() => limiter.ApplyAsync(plan, takeOver: false, dryRun: true))).Fault);
    }

    [Fact]
    public async Task Without_a_class_the_default_counts_and_the_old_annotation_too()
    {
        await using var lab = await Lab.StartAsync();
        var limiter = new RateLimiter(lab.Client);
        await Cluster.CreateAsync(lab, RateLimiter.Ingresses, "shop", "web", Cluster.Spec(null));
        Assert.Equal(RateLimitFault.Unsupported, (await Assert.ThrowsAsync<RateLimitException>(() => limiter.PlanAsync(Request(10), Id, null))).Fault);
        await Cluster.CreateAsync(
            lab, RateLimiter.IngressClasses, null, "standard", new JsonObject { ["controller"] = IngressNginx }, annotations: [("ingressclass.kubernetes.io/is-default-class", "true")]);
        Assert.Equal("ingress-nginx", (await limiter.PlanAsync(Request(10), Id, null)).Provider);
        await Cluster.AnnotateAsync(lab, "kubectl", "kubernetes.io/ingress.class", "traefik");
        Assert.Equal("traefik", (await limiter.PlanAsync(Request(10), Id, null)).Provider);
        await Cluster.AnnotateAsync(lab, "kubectl", "kubernetes.io/ingress.class", "nowhere");
        Assert.Equal(RateLimitFault.NotFound, (await Assert.ThrowsAsync<RateLimitException>(() => limiter.PlanAsync(Request(10), Id, null))).Fault);
    }

    [Fact]
    public async Task What_leads_to_a_service_is_found_and_what_a_target_leads_to()
    {
        var (lab, limiter) = await Cluster.StartAsync(IngressNginx);
        await using var _ = lab;
        await Cluster.CreateAsync(lab, RateLimiter.Ingresses, "shop", "other", Cluster.Spec("edge", "carts"));
        Assert.Equal([Cluster.Ingress], await limiter.TargetsOfAsync("shop", "orders"));
        Assert.Empty(await limiter.TargetsOfAsync("elsewhere", "orders"));
        Assert.Equal([("shop", "orders")], await limiter.ServicesOfAsync(Cluster.Ingress));
    }

    [Theory]
    [InlineData("example.com/other", RateLimitFault.Unsupported)]
    [InlineData(IngressNginx, RateLimitFault.NotFound)]
    public async Task What_cannot_be_limited_says_why(string controller, RateLimitFault expected)
    {
        var (lab, limiter) = await Cluster.StartAsync(controller);
        await using var _ = lab;
        var request = expected == RateLimitFault.NotFound ? Request(10) with { Target = Cluster.Ingress with { Name = "nothing" } } : Request(10);
        Assert.Equal(expected, (await Assert.ThrowsAsync<RateLimitException>(() => limiter.PlanAsync(request, Id, null))).Fault);
        await lab.Server.DisposeAsync();
        Assert.Equal(RateLimitFault.Unavailable, (await Assert.ThrowsAsync<RateLimitException>(() => limiter.PlanAsync(request, Id, null))).Fault);
    }

    [Theory]
    [InlineData("Ingress", "shop", "web", 0, null, null)]
    [InlineData("Ingress", "shop", "web", 1_000_001, null, null)]
    [InlineData("Ingress", "shop", "web", null, 5, null)]
    [InlineData("Ingress", "shop", "web", 1, null, "10.0.0.0/99")]
    [InlineData("Ingress", "shop", "web", 1, null, "10.0.0.1,0.0.0.0/0")]
    [InlineData("Deployment", "shop", "web", 1, null, null)]
    [InlineData("Ingress", "shop", "../secrets/x", 1, null, null)]
    [InlineData("Ingress", "shop", "web\n", 1, null, null)]
    [InlineData("Ingress", "Shop", "web", 1, null, null)]
    [InlineData("Ingress", "", "web", 1, null, null)]
    public async Task A_request_that_makes_no_sense_asks_no_server(string kind, string space, string name, int? rps, int? burst, string? allow)
    {
        await using var lab = await Lab.StartAsync();
        var request = new RateLimitRequest { Target = new RateLimitTarget(kind, space, name), RequestsPerSecond = rps, Burst = burst, Allow = allow is null ? [] : [allow] };
        Assert.Equal(RateLimitFault.Invalid, (await Assert.ThrowsAsync<RateLimitException>(() => new RateLimiter(lab.Client).PlanAsync(request, Id, null))).Fault);
        Assert.Empty(lab.Server.Faults.Requests);
    }

    [Fact]
    public void A_long_name_is_cut_and_stays_unique()
    {
        var (first, second) = (PolicyObjects.NameOf(new RateLimitTarget("HTTPRoute", "shop", new string('a', 200) + "1")), PolicyObjects.NameOf(new RateLimitTarget("HTTPRoute", "shop", new string('a', 200) + "2")));
        Assert.NotEqual(first, second);
        Assert.All([first, second], name => Assert.InRange(name.Length, 1, 63));
        Assert.Equal("weir-ingress-web-rps", PolicyObjects.NameOf(Cluster.Ingress, "-rps"));
    }

    private static RateLimitRequest Request(int rps, int? connections = null, RateLimitTarget? target = null) =>
        new() { Target = target ?? Cluster.Ingress, RequestsPerSecond = rps, Connections = connections };
}
