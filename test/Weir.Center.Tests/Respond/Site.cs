using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Center.Hosting;
using Weir.Center.Respond;
using Weir.Detection.Baseline;
using Weir.Kubernetes;
using Weir.Kubernetes.Access;
using Weir.Kubernetes.RateLimits;
using Weir.Kubernetes.TestServer;
using Weir.Records;
using Weir.Storage;

namespace Weir.Center.Tests.Respond;

/// <summary>A center with a cluster: Ingress <c>shop/web</c> of ingress-nginx leads to service <c>orders</c>. It can be stopped and started on the same data.</summary>
internal sealed class Site : IAsyncDisposable
{
    public const string Nginx = "nginx.ingress.kubernetes.io/";
    public static readonly RateLimitTarget Ingress = new("Ingress", "shop", "web");
    private static readonly ResourceType s_ingresses = RateLimiter.Ingresses;

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-respond-").FullName;
    private readonly ExchangeIdGenerator _ids = new();
    private readonly KubernetesLimits _limits = KubernetesLimits.Default with { RequestTimeout = TimeSpan.FromSeconds(20) };
    private readonly bool _isBeside;
    private CenterHost? _host;

    private Site(ApiServer cluster, ClickHouseStoreOptions? store, bool isBeside = false) => (Cluster, Store, _isBeside) = (cluster, store, isBeside);

    public ApiServer Cluster { get; }

    /// <summary>The store that centers share; null for one of its own.</summary>
    public ClickHouseStoreOptions? Store { get; }

    public HttpClient Http { get; private set; } = new();

    public Responder Responder => _host!.Responder;

    /// <summary>What the first start said once.</summary>
    public string FirstPassword => _host!.FirstPassword!;

    /// <summary>Learns for a second of traffic, and is told of an incident's end a second after its last finding.</summary>
    public static RespondOptions Quick => new()
    {
        Baseline = BaselineOptions.Default with { Learning = TimeSpan.FromSeconds(1) }, Incidents = new Weir.Detection.Findings.IncidentOptions { Quiet = TimeSpan.FromHours(1) },
    };

    public static async Task<Site> StartAsync(
        Func<RespondOptions, RespondOptions>? change = null, ApiServerOptions? cluster = null, bool withCluster = true, ClickHouseStoreOptions? store = null)
    {
        var site = new Site(await ApiServer.StartAsync(cluster), store);
        site.Cluster.Put("ingressclasses", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "edge" }, ["spec"] = new JsonObject { ["controller"] = "k8s.io/ingress-nginx" } });
        site.AddIngress("web", "orders");
        await site.StartCenterAsync(change, withCluster);
        return site;
    }

    /// <summary>Another center over the same store and cluster, to be disposed of before this one.</summary>
    public async Task<Site> StartBesideAsync(Func<RespondOptions, RespondOptions>? change = null)
    {
        var site = new Site(Cluster, Store, isBeside: true);
        await site.StartCenterAsync(change);
        return site;
    }

    public void AddIngress(string name, string service) => Cluster.Put("ingresses", new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop" },
        ["spec"] = new JsonObject
        {
            ["ingressClassName"] = "edge",
            ["rules"] = new JsonArray(new JsonObject { ["http"] = new JsonObject { ["paths"] = new JsonArray(new JsonObject { ["path"] = "/", ["backend"] = new JsonObject { ["service"] = new JsonObject { ["name"] = service } } }) } }),
        },
    });

    public async Task StartCenterAsync(Func<RespondOptions, RespondOptions>? change = null, bool withCluster = true)
    {
        var options = Quick with { Cluster = withCluster ? Open : null, RateLimits = new RateLimitOptions { Default = Ingress } };
        _host = CenterHost.Create(TestCenter.Options(_directory) with { ClickHouse = Store, Respond = change is null ? options : change(options) });
        await _host.StartAsync(CancellationToken.None);
        Http = new HttpClient { BaseAddress = new Uri(_host.Address) };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", TestCenter.Token(_host));
    }

    public async Task StopCenterAsync()
    {
        Http.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        _host = null;
    }

    /// <summary>A call to service <c>shop/orders</c>.</summary>
    /// <param name="at">When.</param>
    /// <param name="status">The answer.</param>
    /// <param name="client">Last number of the caller's address.</param>
    /// <param name="port">Of the caller: another one is another connection.</param>
    /// <param name="service">Null for a server of which nothing is known.</param>
    /// <param name="from">Service of the caller.</param>
    public void Call(DateTimeOffset at, int status = 200, byte client = 7, ushort port = 40_000, string? service = "orders", string? from = null)
    {
        var exchange = Make(at, status, client, port, service, from);
        exchange.Id = _ids.Next(exchange.StartedAtNs);
        _host!.Ingest.Write(exchange);
    }

    /// <summary>As <see cref="Call"/>, for those who want to keep it.</summary>
    public static Exchange Make(DateTimeOffset at, int status = 200, byte client = 7, ushort port = 40_000, string? service = "orders", string? from = null)
    {
        var ns = at.ToUnixTimeMilliseconds() * 1_000_000;
        var exchange = Calls.Make(0, status);
        exchange.Client.Ip = Weir.Packets.IpAddress.FromV4([10, 0, 0, client]);
        exchange.Client.Port = port;
        (exchange.Server.Namespace, exchange.Server.Service) = (service is null ? null : "shop", service);
        if (from is not null) (exchange.Client.Namespace, exchange.Client.Service) = ("shop", from);
        (exchange.Request.FirstByteNs, exchange.Request.LastByteNs) = (ns, ns + 1000);
        (exchange.Response.FirstByteNs, exchange.Response.LastByteNs) = (ns + 2000, ns + 3000);
        return exchange;
    }

    /// <summary>Two minutes of quiet traffic that ended some seconds ago, and then somebody who guesses passwords.</summary>
    public void Attack(string? service = "orders", byte client = 66)
    {
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 60; i++) Call(now.AddSeconds(-130 + (i * 2)), service: service);
        for (var i = 0; i < 40; i++) Call(now.AddMilliseconds(-5000 + (i * 50)), 401, client, service: service);
    }

    public async Task<JsonElement> Json(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return JsonElement.Parse(await response.Content.ReadAsStringAsync());
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, object body)
    {
        using var content = body as HttpContent ?? (body is string text ? new StringContent(text, Encoding.UTF8, "application/json") : JsonContent.Create(body));
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return (response.StatusCode, Parse(await response.Content.ReadAsStringAsync()));
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> Delete(string path)
    {
        using var response = await Http.DeleteAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, Parse(await response.Content.ReadAsStringAsync()));
    }

    public string? Annotation(string name, string ingress = "web") =>
        (string?)Cluster.Store.Get(Cluster.Type("ingresses"), "shop", ingress)!["metadata"]!["annotations"]?[name];

    /// <summary>Sets an annotation as somebody else, so that it has an owner.</summary>
    public async Task Annotate(string manager, string name, string value)
    {
        using var client = Open();
        await client.PatchAsync(s_ingresses, "shop", "web", PatchType.Merge, Encoding.UTF8.GetBytes(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } }.ToJsonString()), new ChangeOptions { FieldManager = manager });
    }

    public async ValueTask DisposeAsync()
    {
        await StopCenterAsync();
        if (!_isBeside) await Cluster.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static JsonElement Parse(string text) => text.Length == 0 ? default : JsonElement.Parse(text);

    private KubernetesClient Open()
    {
        var file = Path.Combine(_directory, "kubeconfig");
        File.WriteAllText(file, Cluster.Kubeconfig());
        return new KubernetesClient(ClusterAccess.FromKubeconfig(file, limits: _limits), _limits);
    }
}
