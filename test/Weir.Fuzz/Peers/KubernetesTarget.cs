using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.Center.Cluster;
using Weir.Center.Tetragon;
using Weir.Kubernetes;
using Weir.Kubernetes.Access;
using Weir.Kubernetes.Identity;
using Weir.Kubernetes.Model;
using Weir.Kubernetes.RateLimits;
using Weir.Kubernetes.Watching;

namespace Weir.Fuzz.Peers;

/// <summary>Answers and watch streams of an API server, and what the tables make of the objects in them.</summary>
internal static class KubernetesTarget
{
    private const string Owner = "\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":\"web-1\",\"uid\":\"u2\",\"controller\":true}]";

    private const string Pod = "{\"metadata\":{\"name\":\"web-1-a\",\"namespace\":\"shop\",\"uid\":\"u1\",\"resourceVersion\":\"5\",\"creationTimestamp\":\"2026-01-31T12:00:00Z\",\"labels\":{\"app\":\"web\"}," + Owner
        + "},\"spec\":{\"nodeName\":\"n1\",\"hostNetwork\":false,\"containers\":[{\"name\":\"web\",\"ports\":[{\"containerPort\":80,\"hostPort\":8080}]}]},\"status\":{\"phase\":\"Running\",\"podIP\":\"10.0.0.1\",\"podIPs\":[{\"ip\":\"10.0.0.1\"},{\"ip\":\"fd00::1\"}],"
        + "\"hostIP\":\"192.168.0.1\",\"startTime\":\"2026-01-31T12:00:00Z\",\"containerStatuses\":[{\"name\":\"web\",\"containerID\":\"containerd://0123456789abcdef\",\"state\":{\"terminated\":{\"finishedAt\":\"2026-01-31T12:01:00Z\"}}}]}}";

    private const string Service = "{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"resourceVersion\":\"6\"},\"spec\":{\"clusterIP\":\"10.96.0.1\",\"clusterIPs\":[\"10.96.0.1\",\"None\"],\"externalIPs\":[\"1.2.3.4\"],\"ports\":[{\"port\":80,\"nodePort\":30080}]},\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"5.6.7.8\"}]}}}";

    private static readonly Lazy<(RawServer Server, KubernetesClient Client)> s_answering = new(static () =>
    {
        var server = new RawServer();
        return (server, new KubernetesClient(new ClusterAccess(server.Address, new Nobody(), "made up"), KubernetesLimits.Default with { RequestTimeout = TimeSpan.FromSeconds(10), MaxAnswerBytes = 1 << 18 }));
    });

    public static FuzzTarget Watches { get; } = new("kubernetes-watch", SeedWatches, Watch) { Words = JsonWords.All };

    public static FuzzTarget Answers { get; } = new("kubernetes-answers", SeedAnswers, Ask) { Words = JsonWords.All, ShortRun = 200 };

    /// <summary>What anybody who may write annotations can leave at an object.</summary>
    public static FuzzTarget Marks { get; } = new(
        "rate-limit-marks", static () =>
        [
            """{"id":"01JC0000000000000000000000","expiresAt":"2026-01-31T12:00:00Z","previous":{"nginx.ingress.kubernetes.io/limit-rps":{"value":"5","manager":"kubectl"},"x":{"value":"y"}}}"""u8.ToArray(), """{"id":"a"}"""u8.ToArray(),
        ],
        ReadMark) { Words = JsonWords.All };

    private static void ReadMark(byte[] bytes)
    {
        var one = JsonSerializer.SerializeToElement(new { metadata = new { annotations = new Dictionary<string, string> { [RateLimitPlan.MarkAnnotation] = Encoding.UTF8.GetString(bytes) } } });
        if (RateLimitMark.Read(one) is not { } mark) return;
        var again = JsonSerializer.SerializeToElement(new { metadata = new { annotations = new Dictionary<string, string> { [RateLimitPlan.MarkAnnotation] = mark.ToString() } } });
        if (RateLimitMark.Read(again)?.ToString() != mark.ToString()) throw new InvalidOperationException($"{mark} comes back as another");
    }

    private static List<byte[]> SeedWatches() =>
    [
        .. new[]
        {
            $"{{\"type\":\"ADDED\",\"object\":{Pod}}}\n{{\"type\":\"MODIFIED\",\"object\":{Pod}}}\n{{\"type\":\"BOOKMARK\",\"object\":{{\"kind\":\"Pod\",\"metadata\":{{\"resourceVersion\":\"9\"}}}}}}\n{{\"type\":\"DELETED\",\"object\":{Pod}}}\n",
            $"{{\"object\":{Service},\"type\":\"ADDED\"}}\n\n{{\"type\":\"ERROR\",\"object\":{{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"too old\",\"details\":{{\"retryAfterSeconds\":3,\"causes\":[{{\"reason\":\"FieldManagerConflict\",\"field\":\"a\",\"message\":\"b\"}}]}}}}}}\n",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static List<byte[]> SeedAnswers() =>
    [
        .. new[]
        {
            $"{{\"kind\":\"PodList\",\"metadata\":{{\"resourceVersion\":\"7\"}},\"items\":[{Pod}]}}", $"{{\"metadata\":{{\"resourceVersion\":\"7\"}},\"items\":[{Service},{{\"metadata\":{{\"name\":\"x\",\"labels\":{{\"app\":\"y\"}}}},\"spec\":{{\"kprobes\":[{{\"call\":\"a\"}}]}}}}]}}",
            "{\"major\":\"1\",\"minor\":\"32\",\"gitVersion\":\"v1.32.0\",\"groups\":[{\"name\":\"apps\",\"versions\":[{\"groupVersion\":\"apps/v1\",\"version\":\"v1\"}]}],\"resources\":[{\"name\":\"pods\",\"kind\":\"Pod\",\"namespaced\":true,\"verbs\":[\"list\"]}],\"status\":{\"allowed\":true}}",
        }.Select(static text => RawServer.Http(Encoding.UTF8.GetBytes(text))),
        RawServer.Http("{\"kind\":\"Status\",\"code\":403,\"reason\":\"Forbidden\",\"message\":\"pods is forbidden: User \\\"system:serviceaccount:a:b\\\" cannot list resource \\\"pods\\\" in API group \\\"\\\" at the cluster scope: RBAC: x\"}"u8, 403),
        Encoding.ASCII.GetBytes("HTTP/1.1 429 Too Many\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}"),
    ];

    private static void Watch(byte[] bytes)
    {
        var tables = new ClusterTables(new IdentityLimits(), TimeProvider.System);
        var whole = Read(new MemoryStream(bytes), ResourceKind.Pods, pod =>
        {
            tables.SetPod(pod);
            if (bytes.Length % 2 == 0) tables.RemovePod(pod);
        });
        if (whole != Read(new Chunks(bytes, 1, 40, 5000, 3), ResourceKind.Pods, static _ => { })) throw new InvalidOperationException("in pieces it is read otherwise");
        Read(new MemoryStream(bytes), ResourceKind.Services, service =>
        {
            tables.SetService(service);
            if (bytes.Length % 2 == 0) tables.RemoveService(service);
        });
        Read(new MemoryStream(bytes), ResourceKind.Nodes, node =>
        {
            tables.SetNode(node);
            if (bytes.Length % 2 == 0) tables.RemoveNode(node);
        });
        Read(new MemoryStream(bytes), ResourceKind.MetadataOf(ResourceTypes.Pods), owner =>
        {
            tables.SetOwner(owner, "ReplicaSet");
            tables.RemoveOwner(owner);
        });
        Read(new MemoryStream(bytes), ResourceKind.Json(ResourceTypes.Pods), static _ => { });
    }

    private static string Read<T>(Stream stream, ResourceKind<T> kind, Action<T> take)
    {
        var (lines, read) = (new WatchLines(stream, 1 << 16), new StringBuilder());
        try
        {
            while (lines.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
            {
                var change = WatchEventReader.Read(lines.Current, kind);
                read.AppendLine($"{change.Type} {change.ResourceVersion}");
                if (change.Object is { } one) take(one);
            }
        }
        catch (KubernetesException told)
        {
            read.Append(told.Fault).Append(told.Message);
        }

        return read.ToString();
    }

    private static void Ask(byte[] bytes)
    {
        var (server, client) = s_answering.Value;
        // A list may have further pages; this server would have them for ever.
        server.Answer = line => line.Contains("continue=", StringComparison.Ordinal) ? RawServer.Http("{\"items\":[]}"u8) : bytes;
        Told(() => client.ListAsync(ResourceKind.Pods));
        Told(() => client.ListAsync(ResourceKind.Json(ResourceTypes.Services)));
        Told(() => client.GetAsync(ResourceTypes.Pods, "shop", "web"));
        Told(() => client.GetVersionAsync());
        Told(() => client.DiscoverAsync());
        Told(() => client.MayAsync("list", ResourceTypes.Pods));
        Told(() => new TracingPolicies(new ClusterLink(() => client)).ListAsync(CancellationToken.None));
        Told(async () =>
        {
            var seen = 0;
            await foreach (var unused in client.WatchAsync(ResourceKind.Pods, "1"))
                if (++seen > 1000) break;
        });
    }

    private static void Told(Func<Task> ask)
    {
        try
        {
            ask().GetAwaiter().GetResult();
        }
        catch (KubernetesException told)
        {
            if (told.Message.Length == 0) throw new InvalidOperationException("an error that says nothing", told);
        }
    }

    private sealed class Nobody : Credential
    {
        public override ValueTask<AuthenticationHeaderValue?> GetAsync(bool refused, CancellationToken cancellation) => default;
    }
}
