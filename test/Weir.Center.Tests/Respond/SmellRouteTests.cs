using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Center.Cluster;
using Weir.Center.Tests.Auth;
using Weir.Kubernetes;
using Weir.Kubernetes.Access;
using Weir.Kubernetes.TestServer;
using Made = Weir.Kubernetes.TestServer.Manifests;

namespace Weir.Center.Tests.Respond;

/// <summary>The checks of manifests over what the API server says is running.</summary>
public sealed class SmellRouteTests
{
    [Fact]
    public async Task Workloads_of_the_cluster_are_checked_once_and_not_again_as_their_pods()
    {
        await using var site = await Site.StartAsync();
        Fill(site.Cluster);
        var answer = await site.Json("/api/v1/smells");
        Assert.Empty(new Described(await site.Json("/openapi/v1.json"), "SmellFacts", "SmellSummary").Compare("/api/v1/smells", answer));
        Assert.Equal((true, JsonValueKind.Null), (answer.GetProperty("available").GetBoolean(), answer.GetProperty("reason").ValueKind));
        var privileged = Of(answer, "SEC-001");
        Assert.Equal(
            ["CronJob jobs/nightly main", "DaemonSet shop/agent main", "Deployment shop/web main", "Pod shop/bare main"],
            privileged.Select(static one => $"{Text(one, "kind")} {Text(one, "namespace")}/{Text(one, "objectName")} {Text(one, "container")}").Order(StringComparer.Ordinal));
        Assert.All(privileged, static one =>
        {
            Assert.Equal(("critical", "cluster"), (Text(one, "severity"), Text(one, "file")));
            Assert.NotEmpty(Text(one, "message"));
            Assert.NotEmpty(Text(one, "remediation"));
        });
        var severities = answer.GetProperty("findings").EnumerateArray().Select(static one => Text(one, "severity")).ToList();
        Assert.Equal(severities.OrderBy(static one => Array.IndexOf(["critical", "high", "medium", "low", "info"], one)), severities);
        Assert.Equal(4, answer.GetProperty("summary").GetProperty("critical").GetInt32());
        Assert.InRange((DateTime.UtcNow - answer.GetProperty("scannedAt").GetDateTime().ToUniversalTime()).TotalMinutes, -1, 5);
        // Nobody has to be allowed to read secrets.
        Assert.DoesNotContain(site.Cluster.Faults.Requests.Keys, static key => key.Contains("secrets", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_namespace_and_a_severity_narrow_it_down()
    {
        await using var site = await Site.StartAsync();
        Fill(site.Cluster);
        var jobs = (await site.Json("/api/v1/smells?namespace=jobs")).GetProperty("findings").EnumerateArray().ToList();
        Assert.NotEmpty(jobs);
        Assert.All(jobs, static one => Assert.Equal("jobs", Text(one, "namespace")));
        var critical = (await site.Json("/api/v1/smells?severity=critical")).GetProperty("findings").EnumerateArray().ToList();
        Assert.Equal(4, critical.Count);
        Assert.All(critical, static one => Assert.Equal("critical", Text(one, "severity")));
        Assert.Empty((await site.Json("/api/v1/smells?namespace=nowhere-at-all")).GetProperty("findings").EnumerateArray());
        foreach (var wrong in (string[])["severity=worst", "severity=3", "namespace=..%2Fsecrets", "namespace=A", "namespace=a%0ab"])
        {
            using var refused = await site.Http.GetAsync(new Uri($"/api/v1/smells?{wrong}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task What_is_expected_is_shown_apart_with_its_reason()
    {
        await using var site = await Site.StartAsync();
        site.Cluster.Put("daemonsets", Workload("shop", "agent", ("weir.io/ignore", "SEC-001=reads the disks")));
        site.Cluster.Put("daemonsets", Workload("shop", "other", ("weir.io/ignore", "SEC-001")));
        var answer = await site.Json("/api/v1/smells");
        Assert.Equal("other", Text(Assert.Single(Of(answer, "SEC-001")), "objectName"));
        var expected = answer.GetProperty("suppressed").EnumerateArray().Single(static one => Text(one, "id") == "SEC-001");
        Assert.Equal(("agent", "reads the disks"), (Text(expected, "objectName"), Text(expected, "suppressed")));
        Assert.Contains(answer.GetProperty("notes").EnumerateArray(), static note => note.GetString()!.Contains("without a reason", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kinds_that_are_not_shown_or_not_served_are_told_and_the_rest_is_checked()
    {
        await using var site = await Site.StartAsync(cluster: new ApiServerOptions { Missing = ["daemonsets"] });
        site.Cluster.Put("deployments", Workload("shop", "web"));
        site.Cluster.Access.Forbid("list", "cronjobs");
        var answer = await site.Json("/api/v1/smells");
        Assert.NotEmpty(Of(answer, "SEC-001"));
        var notes = answer.GetProperty("notes").EnumerateArray().Select(static one => one.GetString()!).ToList();
        Assert.Contains(notes, static note => note.StartsWith("cronjobs were not looked at", StringComparison.Ordinal));
        Assert.Contains(notes, static note => note.StartsWith("daemonsets were not looked at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_cluster_or_any_right_it_is_not_available_and_says_why()
    {
        await using var site = await Site.StartAsync(withCluster: false);
        var answer = await site.Json("/api/v1/smells");
        Assert.Equal((false, 0), (answer.GetProperty("available").GetBoolean(), answer.GetProperty("findings").GetArrayLength()));
        Assert.Contains("no cluster is configured", Text(answer, "reason"), StringComparison.Ordinal);
        await using var closed = await Site.StartAsync();
        foreach (var type in closed.Cluster.Types) closed.Cluster.Access.Forbid("list", type.Plural);
        answer = await closed.Json("/api/v1/smells");
        Assert.False(answer.GetProperty("available").GetBoolean());
        Assert.Contains("not looked at", Text(answer, "reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_of_the_cluster_holds_for_a_time()
    {
        await using var lab = await Lab.StartAsync();
        var first = await lab.Smells.ReadAsync("", CancellationToken.None);
        lab.Cluster.Put("deployments", Workload("shop", "web"));
        Assert.Same(first, await lab.Smells.ReadAsync("", CancellationToken.None));
        lab.Time.Now += new ClusterSmellLimits().MaxAge;
        Assert.NotSame(first, await lab.Smells.ReadAsync("", CancellationToken.None));
    }

    [Fact]
    public async Task Only_so_many_scans_of_namespaces_are_kept()
    {
        await using var lab = await Lab.StartAsync(new ClusterSmellLimits { MaxKept = 2 });
        var first = await lab.Smells.ReadAsync("shop", CancellationToken.None);
        lab.Time.Now += TimeSpan.FromSeconds(1);
        await lab.Smells.ReadAsync("", CancellationToken.None);
        Assert.Same(first, await lab.Smells.ReadAsync("shop", CancellationToken.None));
        await lab.Smells.ReadAsync("jobs", CancellationToken.None);
        Assert.NotSame(first, await lab.Smells.ReadAsync("shop", CancellationToken.None));
    }

    [Fact]
    public async Task An_answer_has_so_many_findings_and_counts_the_others()
    {
        await using var lab = await Lab.StartAsync();
        lab.Cluster.Put("deployments", Workload("shop", "web"));
        await using var small = await TestCenter.Start(o => o with { Smells = new ClusterSmellLimits { MaxFindings = 2 }, Respond = o.Respond with { Cluster = lab.Open } });
        var answer = await small.Json("/api/v1/smells");
        Assert.Equal(2, answer.GetProperty("findings").GetArrayLength());
        var summary = answer.GetProperty("summary");
        Assert.Equal(new[] { "critical", "high", "medium", "low", "info" }.Sum(one => summary.GetProperty(one).GetInt32()) - 2, summary.GetProperty("omitted").GetInt32());
    }

    private static void Fill(ApiServer cluster)
    {
        cluster.Put("deployments", Workload("shop", "web"));
        cluster.Put("daemonsets", Workload("shop", "agent"));
        var job = Workload("jobs", "nightly");
        job["spec"] = new JsonObject { ["schedule"] = "0 3 * * *", ["jobTemplate"] = new JsonObject { ["spec"] = job["spec"]!.DeepClone() } };
        cluster.Put("cronjobs", job);
        // What a controller made of the Deployment, and a pod that nobody made.
        var set = Workload("shop", "web-7d");
        set["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = "web", ["uid"] = Made.Uid("shop", "web"), ["controller"] = true });
        cluster.Put("replicasets", set);
        var made = Made.Pod("shop", "web-7d-x", "10.0.0.9", DateTimeOffset.UtcNow, "ReplicaSet/web-7d");
        made["spec"]!["containers"]![0]!["securityContext"] = new JsonObject { ["privileged"] = true };
        cluster.Put("pods", made);
        var bare = Made.Pod("shop", "bare", "10.0.0.8", DateTimeOffset.UtcNow);
        bare["spec"]!["containers"]![0]!["securityContext"] = new JsonObject { ["privileged"] = true };
        cluster.Put("pods", bare);
    }

    private static JsonObject Workload(string space, string name, params (string Key, string Value)[] annotations)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = space, ["annotations"] = new JsonObject(annotations.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))) };
        return new JsonObject
        {
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = name } },
                    ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "registry.example/app:1", ["securityContext"] = new JsonObject { ["privileged"] = true } }) },
                },
            },
        };
    }

    private static List<JsonElement> Of(JsonElement answer, string check) => [.. answer.GetProperty("findings").EnumerateArray().Where(one => Text(one, "id") == check)];

    private static string Text(JsonElement one, string name) => one.GetProperty(name).GetString()!;

    /// <summary>The scans themselves, under a clock that the test moves.</summary>
    private sealed class Lab : IAsyncDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("weir-smells-").FullName;
        private readonly ClusterLink _link;

        private Lab(ApiServer cluster, ClusterSmellLimits limits)
        {
            Cluster = cluster;
            _link = new ClusterLink(Open);
            Smells = new ClusterSmells(_link, limits, Time);
        }

        public ApiServer Cluster { get; }

        public SetTime Time { get; } = new();

        public ClusterSmells Smells { get; }

        public static async Task<Lab> StartAsync(ClusterSmellLimits? limits = null)
        {
            var lab = new Lab(await ApiServer.StartAsync(), limits ?? new ClusterSmellLimits());
            lab.Cluster.Put("namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "shop" } });
            lab.Cluster.Put("services", Made.Service("shop", "web", "10.96.0.1"));
            lab.Cluster.Put("services", Made.Service("jobs", "web", "10.96.0.2"));
            return lab;
        }

        public KubernetesClient Open()
        {
            var file = Path.Combine(_directory, "kubeconfig");
            File.WriteAllText(file, Cluster.Kubeconfig());
            return new KubernetesClient(ClusterAccess.FromKubeconfig(file));
        }

        public async ValueTask DisposeAsync()
        {
            Smells.Dispose();
            _link.Dispose();
            await Cluster.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }
    }
}
