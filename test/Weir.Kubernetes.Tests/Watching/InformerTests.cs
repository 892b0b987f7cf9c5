using System.Collections.Concurrent;
using Weir.Kubernetes.Model;
using Weir.Kubernetes.TestServer;
using Weir.Kubernetes.Watching;

namespace Weir.Kubernetes.Tests.Watching;

/// <summary>What an informer knows is what the server has, whatever happens on the way, and by one watch.</summary>
public class InformerTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UtcNow.AddHours(-1);

    [Fact]
    public async Task All_who_ask_for_a_kind_share_one_list_and_one_watch()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Put("pods", Manifests.Pod("shop", "a", null, s_start));
        await using var hub = new InformerHub(lab.Client);
        var (first, late) = (new Seen(), new Seen());
        using var one = hub.Get(ResourceKind.Pods).Subscribe(first);
        await hub.Get(ResourceKind.Pods).WhenSyncedAsync(default);
        using var other = hub.Get(ResourceKind.Pods).Subscribe(late);
        lab.Server.Put("pods", Manifests.Pod("shop", "b", null, s_start));
        await Lab.Until(() => late.Names.SetEquals(["a", "b"]) && first.Names.SetEquals(["a", "b"]));
        Assert.Equal((1, 1), (lab.Server.Faults.Requests["list pods"], lab.Server.Faults.Requests["watch pods"]));
        Assert.Throws<InvalidOperationException>(() => hub.Get(ResourceKind.Json(ResourceTypes.Pods)));
        Assert.Equal(2, hub.Get(ResourceKind.Pods).Snapshot().Count);
    }

    [Fact]
    public async Task Any_kind_can_be_followed_as_JSON()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Put("configmaps", new System.Text.Json.Nodes.JsonObject { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "c", ["namespace"] = "shop" }, ["data"] = new System.Text.Json.Nodes.JsonObject { ["k"] = "v" } });
        await using var hub = new InformerHub(lab.Client);
        var informer = hub.Get(ResourceKind.Json((await lab.Client.DiscoverAsync()).Find("", "configmaps")!), "shop");
        await informer.WhenSyncedAsync(default);
        Assert.Equal("v", informer.Snapshot().Single().GetProperty("data").GetProperty("k").GetString());
    }

    [Fact]
    public async Task A_watch_that_breaks_goes_on_where_it_was_without_a_list()
    {
        await using var lab = await Lab.StartAsync();
        await using var hub = new InformerHub(lab.Client);
        var seen = new Seen();
        using var one = hub.Get(ResourceKind.Pods).Subscribe(seen);
        await hub.Get(ResourceKind.Pods).WhenSyncedAsync(default);
        lab.Server.Faults.CutWatches(3);
        for (var i = 0; i < 20; i++) lab.Server.Put("pods", Manifests.Pod("shop", $"p{i}", $"10.0.0.{i}", s_start));
        await Lab.Until(() => seen.Names.Count == 20);
        Assert.Equal(1, lab.Server.Faults.Requests["list pods"]);
        // A cut that meets a watch which is going away already shows as none.
        var watches = lab.Server.Faults.Requests["watch pods"];
        Assert.InRange(watches, 2, 4);
        Assert.Equal(watches - 1, hub.States.Single().Failures);
        // None twice: it went on behind the last that was whole.
        Assert.Equal(20, seen.Changes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_version_that_is_gone_leads_to_a_list_which_finds_what_was_deleted_meanwhile(bool asStatus)
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Faults.GoneAsStatus = asStatus;
        foreach (var name in (string[])["a", "b"]) lab.Server.Put("pods", Manifests.Pod("shop", name, null, s_start));
        await using var hub = new InformerHub(lab.Client);
        var seen = new Seen();
        using var one = hub.Get(ResourceKind.Pods).Subscribe(seen);
        await Lab.Until(() => lab.Server.Store.Watchers == 1);
        // While nobody watches, one goes, one changes, one comes, and the history is forgotten.
        lab.Server.Faults.StallWatches = true;
        lab.Server.Faults.CutWatches(1);
        lab.Server.Put("pods", Manifests.Pod("shop", "cut", null, s_start));
        await Lab.Until(() => lab.Server.Store.Watchers == 0);
        lab.Server.Delete("pods", "shop", "a");
        lab.Server.Put("pods", Manifests.Pod("shop", "c", null, s_start));
        lab.Server.Store.Compact();
        lab.Server.Faults.StallWatches = false;
        await Lab.Until(() => seen.Names.SetEquals(["b", "c", "cut"]), () => string.Join(",", seen.Names));
        Assert.Equal(2, lab.Server.Faults.Requests["list pods"]);
        Assert.Contains("a", seen.Deleted);
    }

    [Fact]
    public async Task A_pod_that_was_made_anew_under_its_name_is_another()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Put("pods", Manifests.Pod("shop", "web-0", "10.0.0.1", s_start));
        await using var hub = new InformerHub(lab.Client);
        var seen = new Seen();
        using var one = hub.Get(ResourceKind.Pods).Subscribe(seen);
        await Lab.Until(() => lab.Server.Store.Watchers == 1);
        lab.Server.Faults.StallWatches = true;
        lab.Server.Faults.CutWatches(1);
        lab.Server.Put("pods", Manifests.Pod("shop", "cut", null, s_start));
        await Lab.Until(() => lab.Server.Store.Watchers == 0);
        lab.Server.Delete("pods", "shop", "web-0");
        var again = Manifests.Pod("shop", "web-0", "10.0.0.2", s_start);
        again["metadata"]!["uid"] = "another";
        lab.Server.Put("pods", again);
        lab.Server.Store.Compact();
        lab.Server.Faults.StallWatches = false;
        await Lab.Until(() => seen.Uids.Contains("another"));
        Assert.Contains("web-0", seen.Deleted);
    }

    [Fact]
    public async Task What_is_forbidden_is_told_and_followed_once_it_is_allowed()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Put("pods", Manifests.Pod("shop", "a", null, s_start));
        lab.Server.Access.Forbid("list", "pods");
        await using var hub = new InformerHub(lab.Client);
        var informer = hub.Get(ResourceKind.Pods);
        await Lab.Until(() => informer.Failure is { Fault: KubernetesFault.Forbidden });
        Assert.False(informer.HasSynced);
        lab.Server.Access.Allow("list", "pods");
        await informer.WhenSyncedAsync(default);
        Assert.Equal((1, true), (informer.Count, informer.Failure is null));
    }

    [Fact]
    public async Task A_token_that_expired_and_was_renewed_does_not_end_it()
    {
        await using var lab = await Lab.StartAsync();
        var file = Path.Combine(lab.Folder, "token");
        await File.WriteAllTextAsync(file, ApiServer.Token);
        using var access = lab.FromText(lab.Server.Kubeconfig("tokenFile: token"));
        using var client = new KubernetesClient(access, Lab.Limits);
        await using var hub = new InformerHub(client);
        var informer = hub.Get(ResourceKind.Pods);
        await informer.WhenSyncedAsync(default);
        await Lab.Until(() => lab.Server.Store.Watchers == 1);
        lab.Server.Access.Revoke(ApiServer.Token);
        lab.Server.Faults.CutWatches(1);
        lab.Server.Put("pods", Manifests.Pod("shop", "a", null, s_start));
        await Lab.Until(() => informer.Failure is { Fault: KubernetesFault.Unauthorized });
        lab.Server.Access.Accept("renewed-token-of-nobody", "test-user");
        await File.WriteAllTextAsync(file, "renewed-token-of-nobody");
        await Lab.Until(() => informer is { Count: 1, Failure: null });
        Assert.Equal(1, informer.Lists);
    }

    [Fact]
    public async Task Objects_beyond_the_limit_are_left_out_and_counted()
    {
        await using var lab = await Lab.StartAsync(limits: Lab.Limits with { MaxObjects = 3 });
        for (var i = 0; i < 5; i++) lab.Server.Put("pods", Manifests.Pod("shop", $"p{i}", null, s_start));
        await using var hub = new InformerHub(lab.Client);
        var informer = hub.Get(ResourceKind.Pods);
        await informer.WhenSyncedAsync(default);
        Assert.Equal((3, 2L), (informer.Count, informer.LeftOut));
    }

    [Fact]
    public async Task A_failing_server_is_asked_again_after_waits()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Faults.Fail(6, new ApiException(500, "InternalError", "etcdserver: request timed out"));
        await using var hub = new InformerHub(lab.Client);
        await hub.Get(ResourceKind.Pods).WhenSyncedAsync(default);
        Assert.Equal(7, lab.Server.Faults.Requests["list pods"]);
        Assert.Equal(6, hub.States.Single().Failures);
    }

    [Fact]
    public async Task A_handler_or_an_object_that_fails_does_not_end_the_watch()
    {
        await using var lab = await Lab.StartAsync();
        await using var hub = new InformerHub(lab.Client);
        var informer = hub.Get(ResourceKind.Pods);
        await informer.WhenSyncedAsync(default);
        using var one = informer.Subscribe(new Failing());
        lab.Server.Put("pods", Manifests.Pod("shop", "bad", null, s_start));
        await Lab.Until(() => informer.Failures > 0);
        lab.Server.Put("pods", Manifests.Pod("shop", "good", null, s_start));
        await Lab.Until(() => informer is { Count: 2, Failure: null, HasSynced: true });
    }

    [Fact]
    public void Waits_double_up_to_the_longest_and_begin_anew_after_a_success()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
        foreach (var most in (double[])[1, 2, 4, 6, 6]) Assert.InRange(backoff.Next().TotalSeconds, most / 2, most);
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalSeconds, 0.5, 1);
    }

    [Fact]
    public async Task Disposing_the_hub_ends_its_watches()
    {
        await using var lab = await Lab.StartAsync();
        var hub = new InformerHub(lab.Client);
        await hub.Get(ResourceKind.Pods).WhenSyncedAsync(default);
        await Lab.Until(() => lab.Server.Store.Watchers == 1);
        await hub.DisposeAsync();
        await Lab.Until(() => lab.Server.Store.Watchers == 0);
    }

    private sealed class Failing : IResourceHandler<Pod>
    {
        private bool _failed;

        public void OnChanged(Pod resource)
        {
            if (_failed) return;
            _failed = true;
            throw new InvalidOperationException("unforeseen");
        }

        public void OnDeleted(Pod resource) => throw new InvalidOperationException("unforeseen");
    }

    private sealed class Seen : IResourceHandler<Pod>
    {
        private readonly ConcurrentDictionary<string, string> _pods = new();
        private int _changes;

        public HashSet<string> Names => [.. _pods.Keys];

        public HashSet<string> Uids => [.. _pods.Values];

        public ConcurrentBag<string> Deleted { get; } = [];

        public int Changes => Volatile.Read(ref _changes);

        public void OnChanged(Pod resource)
        {
            _pods[resource.Metadata.Name] = resource.Metadata.Uid;
            Interlocked.Increment(ref _changes);
        }

        public void OnDeleted(Pod resource)
        {
            _pods.TryRemove(resource.Metadata.Name, out _);
            Deleted.Add(resource.Metadata.Name);
        }
    }
}
