using System.Text.Json.Nodes;
using Weir.Kubernetes.TestServer;

namespace Weir.Kubernetes.Tests.Client;

/// <summary>Creating, patching, applying, deleting; and what the server says when it refuses.</summary>
public class ChangeTests
{
    private static readonly ResourceType s_ingresses = new("networking.k8s.io", "v1", "ingresses", "Ingress");

    [Fact]
    public async Task Objects_of_any_kind_are_made_patched_and_deleted()
    {
        await using var lab = await Lab.StartAsync();
        var made = await lab.Client.CreateAsync(s_ingresses, "shop", Lab.Json(Ingress()));
        Assert.Equal("shop", made.GetProperty("metadata").GetProperty("namespace").GetString());
        var merged = await lab.Client.PatchAsync(
            s_ingresses, "shop", "web", PatchType.Merge, Lab.Json(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["limit-rps"] = "10" } } }));
        Assert.Equal("10", Annotation(merged, "limit-rps"));
        var patched = await lab.Client.PatchAsync(
            s_ingresses, "shop", "web", PatchType.Json, """[{"op":"test","path":"/metadata/annotations/limit-rps","value":"10"},{"op":"add","path":"/metadata/annotations/a~1b","value":"1"}]"""u8.ToArray());
        Assert.Equal("1", Annotation(patched, "a/b"));
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => lab.Client.PatchAsync(
            s_ingresses, "shop", "web", PatchType.Json, """[{"op":"test","path":"/metadata/annotations/limit-rps","value":"11"}]"""u8.ToArray()));
        Assert.Equal((KubernetesFault.Invalid, 422), (failed.Fault, (int)failed.StatusCode));
        Assert.Equal("10", Annotation(await lab.Client.GetAsync(s_ingresses, "shop", "web"), "limit-rps"));
        await lab.Client.DeleteAsync(s_ingresses, "shop", "web");
        var gone = await Assert.ThrowsAsync<KubernetesException>(() => lab.Client.GetAsync(s_ingresses, "shop", "web"));
        Assert.Equal(KubernetesFault.NotFound, gone.Fault);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        await using var lab = await Lab.StartAsync();
        await lab.Client.CreateAsync(s_ingresses, "shop", Lab.Json(Ingress()), new ChangeOptions { DryRun = true });
        await Assert.ThrowsAsync<KubernetesException>(() => lab.Client.GetAsync(s_ingresses, "shop", "web"));
    }

    [Fact]
    public async Task An_apply_owns_its_fields_and_takes_away_what_it_no_longer_wants()
    {
        await using var lab = await Lab.StartAsync();
        await lab.Client.ApplyAsync(s_ingresses, "shop", "web", Lab.Json(Ingress(("a", "1"), ("b", "2"))), new ChangeOptions { FieldManager = "weir" });
        await lab.Client.ApplyAsync(s_ingresses, "shop", "web", Lab.Json(Ingress(("c", "3"))), new ChangeOptions { FieldManager = "other" });
        var after = await lab.Client.ApplyAsync(s_ingresses, "shop", "web", Lab.Json(Ingress(("a", "1"))), new ChangeOptions { FieldManager = "weir" });
        Assert.Equal(["a", "c"], after.GetProperty("metadata").GetProperty("annotations").EnumerateObject().Select(one => one.Name).Order());
        Assert.Equal(["other", "weir"], after.GetProperty("metadata").GetProperty("managedFields").EnumerateArray().Select(one => one.GetProperty("manager").GetString()).Order());
    }

    [Fact]
    public async Task An_apply_conflicts_with_whoever_owns_a_field_unless_it_is_forced()
    {
        await using var lab = await Lab.StartAsync();
        await lab.Client.ApplyAsync(s_ingresses, "shop", "web", Lab.Json(Ingress(("limit-rps", "10"))), new ChangeOptions { FieldManager = "helm" });
        var conflict = await Assert.ThrowsAsync<KubernetesException>(() =>
            lab.Client.ApplyAsync(s_ingresses, "shop", "web", Lab.Json(Ingress(("limit-rps", "20"))), new ChangeOptions { FieldManager = "weir" }));
        Assert.Equal(KubernetesFault.Conflict, conflict.Fault);
        var field = Assert.Single(conflict.Conflicts);
        Assert.Equal(".metadata.annotations.limit-rps", field.Field);
        Assert.Contains("helm", field.Message, StringComparison.Ordinal);
        var taken = await lab.Client.ApplyAsync(
            s_ingresses, "shop", "web", Lab.Json(Ingress(("limit-rps", "20"))), new ChangeOptions { FieldManager = "weir", Force = true });
        Assert.Equal("20", Annotation(taken, "limit-rps"));
        // The same value is wanted by both: no conflict.
        await lab.Client.ApplyAsync(s_ingresses, "shop", "web", Lab.Json(Ingress(("limit-rps", "20"))), new ChangeOptions { FieldManager = "third" });
    }

    [Fact]
    public async Task A_stale_version_is_a_conflict()
    {
        await using var lab = await Lab.StartAsync();
        var made = await lab.Client.CreateAsync(s_ingresses, "shop", Lab.Json(Ingress()));
        var version = made.GetProperty("metadata").GetProperty("resourceVersion").GetString();
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = version, ["annotations"] = new JsonObject { ["x"] = "1" } } };
        await lab.Client.PatchAsync(s_ingresses, "shop", "web", PatchType.Merge, Lab.Json(patch));
        patch["metadata"]!["annotations"]!["x"] = "2";
        var conflict = await Assert.ThrowsAsync<KubernetesException>(() => lab.Client.PatchAsync(s_ingresses, "shop", "web", PatchType.Merge, Lab.Json(patch)));
        Assert.Equal((KubernetesFault.Conflict, 0), (conflict.Fault, conflict.Conflicts.Count));
    }

    [Fact]
    public async Task A_refusal_says_who_may_not_do_what_and_which_rule_is_missing()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Access.Accept(ApiServer.Token, "system:serviceaccount:weir:probe");
        lab.Server.Access.Forbid("list", "pods");
        lab.Server.Access.Forbid("patch", "ingresses");
        var list = await Assert.ThrowsAsync<KubernetesException>(() => lab.Client.ListAsync(ResourceKind.Pods));
        Assert.Equal(KubernetesFault.Forbidden, list.Fault);
        Assert.Equal(
            "system:serviceaccount:weir:probe may not list pods in the whole cluster. Missing is a rule {apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"list\", \"watch\"]} in a ClusterRole that a ClusterRoleBinding gives to that service account",
            list.Message);
        var patch = await Assert.ThrowsAsync<KubernetesException>(() => lab.Client.PatchAsync(s_ingresses, "shop", "web", PatchType.Merge, "{}"u8.ToArray()));
        Assert.Equal(
            "system:serviceaccount:weir:probe may not patch ingresses in namespace shop. Missing is a rule {apiGroups: [\"networking.k8s.io\"], resources: [\"ingresses\"], verbs: [\"patch\"]} in a Role that a RoleBinding gives to that service account",
            patch.Message);
        Assert.False(await lab.Client.MayAsync("list", ResourceTypes.Pods));
        Assert.True(await lab.Client.MayAsync("watch", ResourceTypes.Pods));
    }

    [Theory]
    [InlineData(429, "TooManyRequests", KubernetesFault.Throttled)]
    [InlineData(503, "ServiceUnavailable", KubernetesFault.Throttled)]
    [InlineData(500, "InternalError", KubernetesFault.Server)]
    [InlineData(403, "Forbidden", KubernetesFault.Forbidden)]
    public async Task Other_failures_say_whom_to_blame(int code, string reason, KubernetesFault expected)
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Faults.Fail(1, new ApiException(code, reason, "admission webhook \"x\" denied the request") { RetryAfterSeconds = 7 });
        var failure = await Assert.ThrowsAsync<KubernetesException>(() => lab.Client.GetAsync(ResourceTypes.Pods, "shop", "a"));
        Assert.Equal((expected, reason, (TimeSpan?)TimeSpan.FromSeconds(7)), (failure.Fault, failure.Reason, failure.RetryAfter));
        Assert.Contains("admission webhook", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_API_server_is_told_as_that()
    {
        await using var lab = await Lab.StartAsync();
        var nowhere = lab.FromText(lab.Server.Kubeconfig().Replace(lab.Server.Address.ToString(), "http://127.0.0.1:1/", StringComparison.Ordinal));
        using var client = new KubernetesClient(nowhere, Lab.Limits);
        Assert.Equal(KubernetesFault.Unreachable, (await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync())).Fault);
        var below = lab.FromText(lab.Server.Kubeconfig().Replace(lab.Server.Address.ToString(), lab.Server.Address + "clusters/x", StringComparison.Ordinal));
        using var other = new KubernetesClient(below, Lab.Limits);
        Assert.Equal(KubernetesFault.NotFound, (await Assert.ThrowsAsync<KubernetesException>(() => other.GetVersionAsync())).Fault);
    }

    [Fact]
    public async Task Discovery_finds_kinds_by_group_by_version_and_by_what_objects_say()
    {
        await using var lab = await Lab.StartAsync(new ApiServerOptions { Old = true });
        Assert.Equal("v1.20.0-test", (await lab.Client.GetVersionAsync()).GitVersion);
        var catalog = await lab.Client.DiscoverAsync();
        Assert.Equal("v1beta1", catalog.Find("discovery.k8s.io", "endpointslices")!.Version);
        Assert.Null(catalog.Find("discovery.k8s.io", "endpointslices", "v1"));
        Assert.Equal(s_ingresses, catalog.FindKind("networking.k8s.io/v1", "Ingress"));
        Assert.Equal(ResourceTypes.Nodes, catalog.Find("", "nodes"));
        Assert.Null(catalog.Find("", "pods/status"));
        Assert.Empty(catalog.Unavailable);
    }

    private static JsonObject Ingress(params (string Name, string Value)[] annotations) => new()
    {
        ["apiVersion"] = "networking.k8s.io/v1", ["kind"] = "Ingress",
        ["metadata"] = new JsonObject { ["name"] = "web", ["annotations"] = new JsonObject(annotations.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)one.Value))) },
    };

    private static string? Annotation(System.Text.Json.JsonElement one, string name) => one.GetProperty("metadata").GetProperty("annotations").GetProperty(name).GetString();
}
