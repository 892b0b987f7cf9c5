using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Center.Cluster;
using Made = Weir.Kubernetes.TestServer.Manifests;

namespace Weir.Center.Tests.Respond;

public class ClusterRouteTests
{
    [Fact]
    public async Task The_cluster_is_told_with_true_figures()
    {
        await using var site = await Site.StartAsync();
        site.Cluster.Put("namespaces", Named(null, "shop"));
        foreach (var (name, ready) in new[] { ("node-1", "True"), ("node-2", "False") })
        {
            var node = Made.Node(name, "192.0.2.1", "10.0.0.0/24");
            node["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready });
            node["status"]!["allocatable"] = new JsonObject { ["cpu"] = "2", ["memory"] = "2Gi" };
            site.Cluster.Put("nodes", node);
        }

        site.Cluster.Put("pods", Made.Pod("shop", "orders-1", "10.0.0.9", DateTimeOffset.UtcNow));
        var pending = Made.Pod("shop", "orders-2", null, DateTimeOffset.UtcNow);
        pending["status"]!["phase"] = "Pending";
        site.Cluster.Put("pods", pending);
        site.Cluster.Put("deployments", Named("shop", "orders"));
        for (var i = 0; i < 7; i++)
        {
            var happened = Named("shop", $"event-{i}");
            (happened["type"], happened["message"], happened["lastTimestamp"]) = ("Warning", $"message {i}", $"2026-11-21T12:00:0{i}Z");
            happened["involvedObject"] = new JsonObject { ["kind"] = "Pod", ["name"] = "orders-1" };
            site.Cluster.Put("events", happened);
        }

        var info = await site.Json("/cluster-info");
        Assert.Empty(new Described(await site.Json("/openapi/v1.json")).Compare("/cluster-info", info));
        Assert.Equal((2, 1), (info.GetProperty("nodes").GetProperty("total").GetInt32(), info.GetProperty("nodes").GetProperty("ready").GetInt32()));
        Assert.Equal("{\"total\":2,\"running\":1,\"pending\":1}", info.GetProperty("pods").GetRawText());
        Assert.Equal("{\"cpu\":null,\"memory\":null,\"storage\":null}", info.GetProperty("resources").GetRawText());
        Assert.Equal(1, info.GetProperty("deployments").GetInt32());
        Assert.Equal(["message 6", "message 5", "message 4", "message 3", "message 2"], info.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("message").GetString()));
        Assert.Equal("Pod/orders-1", info.GetProperty("events")[0].GetProperty("resource").GetString());
        var pod = info.GetProperty("namespaces")[0].GetProperty("pods")[0];
        Assert.Equal("{\"name\":\"orders-1\",\"status\":\"Running\",\"node\":\"node-1\",\"ip\":\"10.0.0.9\",\"containers\":[\"main\"]}", pod.GetRawText());

        site.Cluster.Put(site.Cluster.Types.First(type => type.Group == "metrics.k8s.io"), new JsonObject { ["metadata"] = new JsonObject { ["name"] = "node-1" }, ["usage"] = new JsonObject { ["cpu"] = "1000m", ["memory"] = "1024Mi" } });
        Assert.Equal("{\"cpu\":25,\"memory\":25,\"storage\":null}", (await site.Json("/cluster-info")).GetProperty("resources").GetRawText());
    }

    [Theory]
    [InlineData("250m", 0.25)]
    [InlineData("1Ki", 1024)]
    [InlineData("3", 3)]
    [InlineData("1500000n", 0.0015)]
    [InlineData("2G", 2e9)]
    [InlineData("", 0)]
    [InlineData("many", 0)]
    public void Quantities_are_read_as_Kubernetes_writes_them(string text, double expected) => Assert.Equal(expected, ClusterOverview.Quantity(text), 9);

    [Fact]
    public async Task The_map_has_selectors_of_their_own_namespace_mounts_routes_and_observed_calls()
    {
        await using var site = await Site.StartAsync();
        var service = Made.Service("shop", "orders", "10.96.0.1");
        service["spec"]!["selector"] = new JsonObject { ["app"] = "orders" };
        site.Cluster.Put("services", service);
        var pod = Made.Pod("shop", "orders-1", "10.0.0.9", DateTimeOffset.UtcNow, null, "node-1", "app=orders");
        pod["spec"]!["volumes"] = new JsonArray(new JsonObject { ["name"] = "v", ["configMap"] = new JsonObject { ["name"] = "settings" } });
        pod["spec"]!["containers"]![0]!["envFrom"] = new JsonArray(new JsonObject { ["secretRef"] = new JsonObject { ["name"] = "password" } });
        site.Cluster.Put("pods", pod);
        site.Cluster.Put("pods", Made.Pod("other", "orders-1", "10.0.1.9", DateTimeOffset.UtcNow, null, "node-1", "app=orders"));
        var deployment = Named("shop", "orders");
        deployment["spec"] = new JsonObject { ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "orders" } } } };
        site.Cluster.Put("deployments", deployment);
        for (var i = 0; i < 10; i++) site.Call(DateTimeOffset.UtcNow.AddMinutes(-5), i < 3 ? 503 : 200, from: "frontend");
        site.Call(DateTimeOffset.UtcNow.AddMinutes(-5));
        await TestCenter.Until(async () => (await site.Json("/api/v1/status")).GetProperty("ingest").GetProperty("stored").GetInt32() == 11);
        var map = await site.Json("/api/service-map");
        Assert.Equal(
            [
                "deployment_shop_orders>service_shop_orders manages", "ingress_shop_web>service_shop_orders route", "pod_shop_orders-1>configmap_shop_settings mount",
                "pod_shop_orders-1>secret_shop_password mount", "service_shop_frontend>service_shop_orders calls", "service_shop_orders>pod_shop_orders-1 selector",
            ],
            map.GetProperty("edges").EnumerateArray().Select(one => $"{one.GetProperty("from").GetString()}>{one.GetProperty("to").GetString()} {one.GetProperty("type").GetString()}").Order(StringComparer.Ordinal));
        var calls = map.GetProperty("edges").EnumerateArray().Single(one => one.GetProperty("type").GetString() == "calls");
        Assert.Equal((10, 3), (calls.GetProperty("calls").GetInt32(), calls.GetProperty("errors").GetInt32()));
        Assert.Equal(map.GetProperty("nodes").GetArrayLength(), map.GetProperty("nodes").EnumerateArray().Select(one => one.GetProperty("id").GetString()).Distinct().Count());
        // Secrets are named by pods; nobody has to be allowed to read them.
        Assert.DoesNotContain(site.Cluster.Faults.Requests.Keys, key => key.Contains("secrets", StringComparison.Ordinal));
        site.Cluster.Access.Forbid("list", "pods");
        using var refused = await site.Http.GetAsync(new Uri("/api/service-map", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
    }

    [Fact]
    public async Task Without_a_cluster_there_is_nothing_to_tell()
    {
        await using var site = await Site.StartAsync(withCluster: false);
        foreach (var path in (string[])["/cluster-info", "/api/service-map"])
        {
            using var refused = await site.Http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Smells_of_a_manifest_are_found_inside_pod_templates_too()
    {
        await using var site = await Site.StartAsync(withCluster: false);
        var (status, body) = await Send(site, "app.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                spec:
                  containers: [{name: main, image: "nginx:latest", securityContext: {privileged: true}}]
            """);
        Assert.Equal(HttpStatusCode.OK, status);
        var smells = body.GetProperty("smells").EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Contains(smells, one => one.Contains("Deployment/web in namespace shop, container main", StringComparison.Ordinal) && one.Contains("SEC-", StringComparison.Ordinal));
        Assert.Contains(smells, one => one.Contains("latest", StringComparison.Ordinal));
        Assert.All(smells, one => Assert.StartsWith("[", one, StringComparison.Ordinal));
        Assert.Equal(1, body.GetProperty("objects").GetInt32());
    }

    [Fact]
    public async Task A_file_of_another_kind_or_size_is_refused_and_a_bomb_costs_nothing()
    {
        await using var site = await Site.StartAsync(withCluster: false);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(site, "app.exe", "a: 1")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(site, "app.yaml", "a: 1", field: "other")).Status);
        Assert.Contains((await Send(site, "app.yml", "a: [")).Body.GetProperty("smells").EnumerateArray(), one => one.GetString()!.Contains("file", StringComparison.Ordinal));
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++) bomb.Append($"a{i}: &a{i} [").AppendJoin(',', Enumerable.Repeat($"*a{i - 1}", 9)).Append("]\n");
        Assert.Equal(HttpStatusCode.OK, (await Send(site, "bomb.yaml", bomb.ToString())).Status);
        // Asked before it is sent: the answer may not wait for five megabytes.
        site.Http.DefaultRequestHeaders.ExpectContinue = true;
        Assert.True((await Send(site, "big.yaml", new string('#', 5 << 20))).Status is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest);
    }

    private static JsonObject Named(string? space, string name)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (space is not null) metadata["namespace"] = space;
        return new JsonObject { ["metadata"] = metadata };
    }

    private static Task<(HttpStatusCode Status, JsonElement Body)> Send(Site site, string name, string content, string field = "file") =>
        site.Post("/api/detect-smells", new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(content)), field, name } });
}
