using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Kubernetes.Model;
using Weir.Kubernetes.TestServer;
using Weir.Kubernetes.Watching;

namespace Weir.Kubernetes.Tests.Client;

/// <summary>Lists and watches, whatever the network does to them.</summary>
public class ListAndWatchTests
{
    private const string Wide = "zürich–東京-🌊";

    private static readonly DateTimeOffset s_start = DateTimeOffset.UtcNow.AddHours(-1);

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        await using var lab = await Lab.StartAsync();
        for (var i = 0; i < 1203; i++) lab.Server.Put("pods", Manifests.Pod("shop", $"web-{i:0000}", $"10.1.{i / 250}.{i % 250}", s_start));
        var pods = await lab.Client.ListAsync(ResourceKind.Pods);
        Assert.Equal(Enumerable.Range(0, 1203).Select(i => $"web-{i:0000}"), pods.Items!.Select(pod => pod.Metadata.Name));
        Assert.Equal(3, lab.Server.Faults.Requests["list pods"]);
        Assert.Equal(lab.Server.Store.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), pods.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_list_is_of_one_moment_though_objects_come_and_go_between_its_pages()
    {
        await using var lab = await Lab.StartAsync(limits: Lab.Limits with { PageSize = 2 });
        foreach (var name in (string[])["a", "b", "c", "d"]) lab.Server.Put("pods", Manifests.Pod("shop", name, null, s_start));
        var seen = new List<string>();
        await foreach (var page in lab.Client.ListPagesAsync(ResourceKind.Pods))
        {
            seen.AddRange(page.Items!.Select(pod => pod.Metadata.Name));
            if (seen.Count == 2) lab.Server.Delete("pods", "shop", "c");
        }

        Assert.Equal(["a", "b", "c", "d"], seen);
    }

    [Fact]
    public async Task A_continue_token_that_expired_is_told_as_gone()
    {
        await using var lab = await Lab.StartAsync(limits: Lab.Limits with { PageSize = 1 });
        foreach (var name in (string[])["a", "b"]) lab.Server.Put("pods", Manifests.Pod("shop", name, null, s_start));
        await using var pages = lab.Client.ListPagesAsync(ResourceKind.Pods).GetAsyncEnumerator();
        Assert.True(await pages.MoveNextAsync());
        lab.Server.Put("pods", Manifests.Pod("shop", "c", null, s_start));
        lab.Server.Store.Compact();
        var gone = await Assert.ThrowsAsync<KubernetesException>(async () => await pages.MoveNextAsync());
        Assert.Equal((KubernetesFault.Gone, "Expired"), (gone.Fault, gone.Reason));
    }

    [Fact]
    public async Task Selectors_and_namespaces_choose()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Put("pods", Manifests.Pod("shop", "a", null, s_start, labels: "app=web"));
        lab.Server.Put("pods", Manifests.Pod("shop", "b", null, s_start, labels: "app=db"));
        lab.Server.Put("pods", Manifests.Pod("bank", "c", null, s_start, node: "node-2", labels: "app=web"));
        Assert.Equal(["c", "a"], (await lab.Client.ListAsync(ResourceKind.Pods, new ListOptions { LabelSelector = "app=web" })).Items!.Select(pod => pod.Metadata.Name));
        Assert.Equal(["a", "b"], (await lab.Client.ListAsync(ResourceKind.Pods, new ListOptions { Namespace = "shop" })).Items!.Select(pod => pod.Metadata.Name));
        Assert.Equal(["c"], (await lab.Client.ListAsync(ResourceKind.Pods, new ListOptions { FieldSelector = "spec.nodeName=node-2" })).Items!.Select(pod => pod.Metadata.Name));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task A_watch_tells_changes_and_bookmarks_in_whatever_pieces_they_come(int pieceBytes)
    {
        await using var lab = await Lab.StartAsync();
        var version = lab.Server.Store.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        lab.Server.Faults.PieceBytes = pieceBytes;
        lab.Server.Put("pods", Manifests.Pod("shop", "a", null, s_start, labels: $"where={Wide}"));
        lab.Server.Put("pods", Manifests.Pod("shop", "a", "10.0.0.1", s_start, labels: $"where={Wide}"));
        lab.Server.Delete("pods", "shop", "a");
        var events = new List<WatchEvent<Pod>>();
        using var end = new CancellationTokenSource(Lab.Patience);
        await foreach (var change in lab.Client.WatchAsync(ResourceKind.Pods, version, cancellation: end.Token))
        {
            events.Add(change);
            if (change.Type == WatchEventType.Bookmark) break;
        }

        Assert.Equal([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Deleted, WatchEventType.Bookmark], events.Select(one => one.Type));
        Assert.All(events.Take(3), one => Assert.Equal(Wide, one.Object!.Metadata.Labels!["where"]));
        Assert.Equal(["", "10.0.0.1"], events.Take(2).Select(one => one.Object!.Status!.PodIP ?? ""));
        Assert.Equal(lab.Server.Store.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), events[3].ResourceVersion);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_version_that_is_too_old_is_gone_as_an_event_or_as_a_status(bool asStatus)
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Put("pods", Manifests.Pod("shop", "a", null, s_start));
        lab.Server.Store.Compact();
        lab.Server.Faults.GoneAsStatus = asStatus;
        var gone = await Assert.ThrowsAsync<KubernetesException>(() => First(lab, "1"));
        Assert.Equal((KubernetesFault.Gone, 410), (gone.Fault, (int)gone.StatusCode));
    }

    [Fact]
    public async Task An_event_beyond_the_limit_ends_the_watch()
    {
        await using var lab = await Lab.StartAsync(limits: Lab.Limits with { MaxEventBytes = 2000 });
        lab.Server.Put("pods", Manifests.Pod("shop", "a", null, s_start, labels: $"long={new string('x', 3000)}"));
        var failure = await Assert.ThrowsAsync<KubernetesException>(() => First(lab, "1"));
        Assert.Contains("longer than 2000 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_beyond_the_limit_is_not_read()
    {
        await using var lab = await Lab.StartAsync(limits: Lab.Limits with { MaxAnswerBytes = 2000 });
        for (var i = 0; i < 50; i++) lab.Server.Put("pods", Manifests.Pod("shop", $"web-{i}", "10.0.0.1", s_start));
        var failure = await Assert.ThrowsAsync<KubernetesException>(() => lab.Client.ListAsync(ResourceKind.Pods));
        Assert.Contains("longer than 2000 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_unreachable_after_a_time()
    {
        await using var lab = await Lab.StartAsync(limits: Lab.Limits with { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        lab.Server.Faults.StallWatches = true;
        var failure = await Assert.ThrowsAsync<KubernetesException>(() => First(lab, "1"));
        Assert.Equal(KubernetesFault.Unreachable, failure.Fault);
        lab.Server.Faults.StallWatches = false;
    }

    [Fact]
    public async Task A_watch_ends_when_its_time_is_over()
    {
        await using var lab = await Lab.StartAsync(new ApiServerOptions { BookmarkInterval = TimeSpan.FromMinutes(5) }, Lab.Limits with { WatchTime = TimeSpan.FromSeconds(0.5) });
        var count = 0;
        await foreach (var _ in lab.Client.WatchAsync(ResourceKind.Pods, "1")) count++;
        Assert.Equal(0, count);
    }

    [Fact]
    public async Task A_broken_watch_says_so()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Put("pods", Manifests.Pod("shop", "a", null, s_start));
        lab.Server.Faults.CutWatches(1);
        var failure = await Assert.ThrowsAsync<KubernetesException>(() => First(lab, "1"));
        Assert.Equal(KubernetesFault.Unreachable, failure.Fault);
    }

    [Fact]
    public async Task Of_kinds_whose_metadata_suffices_nothing_else_is_sent()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Put("replicasets", new JsonObject
        {
            ["metadata"] = Manifests.Owner("shop", "web-5c", "Deployment/web")["metadata"]!.DeepClone(), ["spec"] = new JsonObject { ["replicas"] = 3 },
        });
        var kind = ResourceKind.Json(ResourceTypes.ReplicaSets) with { MetadataOnly = true };
        var one = Assert.Single((await lab.Client.ListAsync(kind)).Items!);
        Assert.Equal("PartialObjectMetadata", one.GetProperty("kind").GetString());
        Assert.False(one.TryGetProperty("spec", out _));
        var owners = await lab.Client.ListAsync(ResourceKind.MetadataOf(ResourceTypes.ReplicaSets));
        Assert.Equal("web", owners.Items!.Single().Metadata.Controller!.Name);
    }

    [Theory]
    [InlineData("""{"object":{"metadata":{"name":"a","uid":"1","resourceVersion":"7"}},"type":"ADDED"}""", "a 7")]
    [InlineData("""{"type":"MODIFIED","extra":[{"object":1}],"object":{"kind":"Pod","spec":{"new":{"field":[1,2]}},"metadata":{"name":"b","uid":"1","resourceVersion":"8","labels":null}}}""", "b 8")]
    public void Events_are_read_in_any_order_of_their_parts_and_with_fields_that_nobody_knows(string line, string expected)
    {
        var one = WatchEventReader.Read(new System.Buffers.ReadOnlySequence<byte>(System.Text.Encoding.UTF8.GetBytes(line)), ResourceKind.Pods);
        Assert.Equal(expected, $"{one.Object!.Metadata.Name} {one.ResourceVersion}");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"type\":\"ADDED\"}")]
    [InlineData("{\"type\":\"NEWS\",\"object\":{}}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":1}}}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{\"metadata\":")]
    [InlineData("<html>")]
    public void What_is_no_event_is_malformed(string line)
    {
        var failure = Assert.Throws<KubernetesException>(() => WatchEventReader.Read(new System.Buffers.ReadOnlySequence<byte>(System.Text.Encoding.UTF8.GetBytes(line)), ResourceKind.Pods));
        Assert.Equal(KubernetesFault.Malformed, failure.Fault);
    }

    [Fact]
    public void A_pod_as_a_server_writes_it_is_read()
    {
        var list = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "podlist-1.32.json")), ResourceKind.Pods.List)!;
        Assert.Equal(2, list.Items!.Count);
        var pod = list.Items[0];
        Assert.Equal(("orders-5c9f8b7d64-x2x9k", "shop", "10.244.1.17", "worker-1"), (pod.Metadata.Name, pod.Metadata.Namespace, pod.Status!.PodIP, pod.Spec!.NodeName));
        Assert.Equal(("ReplicaSet", "orders-5c9f8b7d64"), (pod.Metadata.Controller!.Kind, pod.Metadata.Controller.Name));
        Assert.Equal(8080, pod.Spec.Containers![0].Ports![0].Number);
        Assert.Equal(["10.244.1.17", "fd00:10:244:1::11"], pod.Status.PodIPs!.Select(one => one.Ip));
        Assert.True(list.Items[1].Spec!.HostNetwork);
    }

    private static async Task<WatchEvent<Pod>> First(Lab lab, string version)
    {
        await foreach (var one in lab.Client.WatchAsync(ResourceKind.Pods, version)) return one;
        throw new InvalidOperationException("the watch ended");
    }
}
