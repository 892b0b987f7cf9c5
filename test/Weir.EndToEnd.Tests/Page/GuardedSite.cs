using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Weir.EndToEnd.Tests.Support;
using Weir.Export;
using Weir.Export.Center;
using Weir.Kubernetes.TestServer;
using Weir.Packets;
using Weir.Records;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>
/// <c>weir center</c> as a process of its own, with a cluster of two nodes whose Ingress <c>shop/web</c> leads to service <c>orders</c>, a receiver of
/// alerts, and a probe that delivers what it is given: what is an incident is for the center to find out.
/// </summary>
internal sealed class GuardedSite : IAsyncDisposable
{
    public const string Viewer = "vera";
    private const string ViewerPassword = "made-up-for-the-viewer";
    private const string ProbeToken = "made-up-probe-token";

    private readonly string _data = Directory.CreateTempSubdirectory("weir-site-").FullName;
    private readonly HttpListener _receiver = new();
    private readonly ExchangeIdGenerator _ids = new();
    private readonly Task _receiving;
    private Child? _child;
    private CenterOutput? _probe;
    private IExchangeLane? _lane;

    private GuardedSite(ApiServer cluster)
    {
        Cluster = cluster;
        ReceiverPort = RunningWeir.FreePort();
        _receiver.Prefixes.Add($"http://127.0.0.1:{ReceiverPort}/");
        _receiver.Start();
        _receiving = Receive();
        Address = $"http://127.0.0.1:{RunningWeir.FreePort()}";
    }

    public ApiServer Cluster { get; }

    public string Address { get; }

    public int ReceiverPort { get; }

    public HttpClient Http { get; private set; } = new();

    public static async Task<GuardedSite> Start()
    {
        var site = new GuardedSite(await ApiServer.StartAsync());
        site.Furnish();
        try
        {
            await site.StartCenter();
            await site.Attack();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>A browser that somebody has logged in with.</summary>
    public async Task<WatchedPage> Open(Chromium chromium, string user = "admin", int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Dark)
    {
        var page = await chromium.Open(width, height, scheme, login: false);
        var (name, value) = await Login.Session(Address, user, user == Viewer ? ViewerPassword : Login.Password);
        await page.Page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = name, Value = value, Domain = "127.0.0.1", Path = "/", HttpOnly = true, SameSite = SameSiteAttribute.Strict }]);
        return page;
    }

    /// <summary>Two minutes of quiet calls that ended a moment ago, and then somebody who guesses passwords, until it is told.</summary>
    public async Task Attack(string service = "orders", byte client = 66)
    {
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 60; i++) Call(now.AddSeconds(-130 + (i * 2)), 200, 7, service);
        for (var i = 0; i < 40; i++) Call(now.AddMilliseconds(-5000 + (i * 100)), 401, client, service);
        _lane!.Flush();
        await Until(async () => (await Json("/api/v1/incidents?severity=high")).GetProperty("items").EnumerateArray().Any(one => Source(one) == $"10.0.0.{client}"));
    }

    public async Task<JsonElement> Json(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Id of the incident of who guesses.</summary>
    public async Task<string> Incident(byte client = 66) =>
        (await Json("/api/v1/incidents?severity=high")).GetProperty("items").EnumerateArray().First(one => Source(one) == $"10.0.0.{client}").GetProperty("id").GetString()!;

    public string? Annotation(string name) => (string?)Cluster.Store.Get(Cluster.Type("ingresses"), "shop", "web")!["metadata"]!["annotations"]?[name];

    /// <summary>Names of the policies of Tetragon that the cluster has, of either kind.</summary>
    public IReadOnlyList<string> Policies =>
        [.. Cluster.Types.Where(type => type.Group == "cilium.io").SelectMany(type => Cluster.Store.List(type, null).Objects).Select(one => (string)one["metadata"]!["name"]!)];

    public async ValueTask DisposeAsync()
    {
        _probe?.Dispose();
        Http.Dispose();
        if (_child is not null)
        {
            using (_child)
            {
                _child.Signal("TERM");
                await _child.Finish(TimeSpan.FromSeconds(30));
            }
        }

        _receiver.Stop();
        await _receiving;
        _receiver.Close();
        await Cluster.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, "what the test waits for did not happen");
            await Task.Delay(50);
        }
    }

    private static string? Source(JsonElement one) => one.TryGetProperty("source", out var source) ? source.GetString() : null;

    private static JsonObject Named(string? space, string name)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (space is not null) metadata["namespace"] = space;
        return new JsonObject { ["metadata"] = metadata };
    }

    private void Furnish()
    {
        Cluster.Put("ingressclasses", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "edge" }, ["spec"] = new JsonObject { ["controller"] = "k8s.io/ingress-nginx" } });
        var ingress = Named("shop", "web");
        ingress["spec"] = new JsonObject
        {
            ["ingressClassName"] = "edge",
            ["rules"] = new JsonArray(new JsonObject { ["http"] = new JsonObject { ["paths"] = new JsonArray(new JsonObject { ["path"] = "/", ["backend"] = new JsonObject { ["service"] = new JsonObject { ["name"] = "orders" } } }) } }),
        };
        Cluster.Put("ingresses", ingress);
        foreach (var space in (string[])["pay", "shop"]) Cluster.Put("namespaces", Named(null, space));
        for (var i = 1; i <= 2; i++)
        {
            var node = Kubernetes.TestServer.Manifests.Node($"node-{i}", $"192.0.2.{i}", $"10.0.{i}.0/24");
            node["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" });
            node["status"]!["allocatable"] = new JsonObject { ["cpu"] = "2", ["memory"] = "2Gi" };
            Cluster.Put("nodes", node);
        }

        var now = DateTimeOffset.UtcNow;
        foreach (var (space, name, ip, node) in (ReadOnlySpan<(string, string, string, string)>)[("shop", "orders-5c9f", "10.0.1.9", "node-1"), ("shop", "web-7d4b", "10.0.2.4", "node-2"), ("pay", "ledger-0", "10.0.2.8", "node-2")])
            Cluster.Put("pods", Kubernetes.TestServer.Manifests.Pod(space, name, ip, now.AddHours(-3), null, node));
        var pending = Kubernetes.TestServer.Manifests.Pod("shop", "reports-1", null, now);
        pending["status"]!["phase"] = "Pending";
        Cluster.Put("pods", pending);
        Cluster.Put("deployments", Named("shop", "orders"));
        var happened = Named("shop", "reports-1.1");
        (happened["type"], happened["message"], happened["lastTimestamp"]) = ("Warning", "0/2 nodes are available: 2 Insufficient memory", Kubernetes.TestServer.Manifests.Time(now));
        happened["involvedObject"] = new JsonObject { ["kind"] = "Pod", ["name"] = "reports-1" };
        Cluster.Put("events", happened);
    }

    private async Task StartCenter()
    {
        var probes = RunningWeir.FreePort();
        var (kubeconfig, webhook, configuration) = (Path.Combine(_data, "kubeconfig"), Path.Combine(_data, "webhook"), Path.Combine(_data, "center.yaml"));
        await File.WriteAllTextAsync(kubeconfig, Cluster.Kubeconfig());
        await File.WriteAllTextAsync(webhook, $"http://127.0.0.1:{ReceiverPort}/services/made-up\n");
        await File.WriteAllTextAsync(configuration, $$"""
            listen: {{Address["http://".Length..]}}
            data: {{Path.Combine(_data, "data")}}
            probes:
              listen: "127.0.0.1:{{probes}}"
            detection: {learning: 1s, quiet: 1h}
            alerts:
              groupWait: 0
              to:
                ops:
                  slack:
                    urlFile: {{webhook}}
            cluster:
              enabled: true
              kubeconfig: {{kubeconfig}}
            rateLimits:
              auto: {enabled: true, dryRun: true, allow: ["pay/*"], rps: 5}
            """);
        _child = WeirCommand.Start(new Dictionary<string, string>(Login.Environment) { ["WEIR_PROBES_TOKEN"] = ProbeToken }, "center", "-c", configuration);
        using (var stranger = new HttpClient())
        {
            await Until(async () =>
            {
                Assert.False(_child.HasExited, _child.Errors);
                try
                {
                    using var answer = await stranger.GetAsync(new Uri($"{Address}/healthz"));
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            });
        }

        Http = await Login.Open(Address);
        using var made = await Http.PostAsJsonAsync("/api/v1/users", new { name = Viewer, role = "viewer", password = ViewerPassword });
        made.EnsureSuccessStatusCode();
        _probe = new CenterOutput(new CenterOutputOptions
        {
            Probe = "node-1", Centers = [new CenterAddress("127.0.0.1", probes)], Token = ProbeToken, SpoolRoot = Path.Combine(_data, "spool"), BundleTime = TimeSpan.FromMilliseconds(50),
        });
        _lane = _probe.OpenLane();
    }

    private void Call(DateTimeOffset at, int status, byte client, string service)
    {
        var ns = at.ToUnixTimeMilliseconds() * 1_000_000;
        var exchange = new Exchange { HasRequest = true, HasResponse = true, Complete = true, Id = _ids.Next(ns), Source = CaptureSourceKind.Ring };
        (exchange.Client.Ip, exchange.Client.Port) = (IpAddress.FromV4([10, 0, 0, client]), 40_000);
        (exchange.Server.Ip, exchange.Server.Port, exchange.Server.Namespace, exchange.Server.Service) = (IpAddress.FromV4([10, 0, 1, 9]), 8080, "shop", service);
        var (request, response) = (exchange.Request, exchange.Response);
        request.Method = Text(request, "POST");
        request.Path = Text(request, "/login");
        request.Host = Text(request, service);
        response.Status = status;
        (request.FirstByteNs, request.LastByteNs) = (ns, ns + 1000);
        (response.FirstByteNs, response.LastByteNs) = (ns + 2_000_000, ns + 2_100_000);
        _lane!.Write(exchange);

        static Slice Text(HttpMessage message, string text) => message.Text.Append(System.Text.Encoding.ASCII.GetBytes(text));
    }

    /// <summary>Takes whatever comes, as Slack does.</summary>
    private async Task Receive()
    {
        while (_receiver.IsListening)
        {
            try
            {
                var context = await _receiver.GetContextAsync();
                await context.Request.InputStream.CopyToAsync(Stream.Null);
                await context.Response.OutputStream.WriteAsync("ok"u8.ToArray());
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The site is over, or the center went away.
            }
        }
    }
}
