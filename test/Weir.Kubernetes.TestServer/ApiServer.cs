using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Weir.Kubernetes.TestServer;

/// <summary>How a server behaves.</summary>
public sealed record ApiServerOptions
{
    /// <summary>Serves HTTPS, and asks clients for a certificate.</summary>
    public bool Tls { get; init; }

    /// <summary>Name in the server's certificate, beside 127.0.0.1.</summary>
    public string DnsName { get; init; } = "localhost";

    /// <summary>As Kubernetes 1.20: EndpointSlice in v1beta1 only.</summary>
    public bool Old { get; init; }

    /// <summary>Without EndpointSlices, as before 1.17.</summary>
    public bool NoSlices { get; init; }

    /// <summary>Kinds, by plural, whose definitions nobody installed.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>A socket file to listen at, for clients of another network, which find it where <see cref="Advertised"/> says.</summary>
    public string? Socket { get; init; }

    /// <summary>The address in kubeconfigs, where it is not the one that is listened at.</summary>
    public Uri? Advertised { get; init; }

    /// <summary>Time between bookmarks; a real server sends them about each minute.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>
/// An API server for tests, strict about what clients send: unknown query parameters, media types and bodies that a real one would refuse
/// or misread are refused. It lists with limit and continue, watches with bookmarks and compaction, merges, patches and applies, and
/// speaks discovery and tables well enough for kubectl.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    public const string Token = "test-token-of-nobody";

    private readonly WebApplication _app;
    private readonly ApiServerOptions _options;

    private ApiServer(WebApplication app, ApiServerOptions options, TestAuthority authority, ObjectStore store, Faults faults, Access access)
    {
        (_app, _options, Authority, Store, Faults, Access) = (app, options, authority, store, faults, access);
        Types = [.. ApiType.All(options.Old).Where(type => (!options.NoSlices || type.Plural != "endpointslices") && !options.Missing.Contains(type.Plural))];
    }

    public ObjectStore Store { get; }

    public Faults Faults { get; }

    public Access Access { get; }

    public TestAuthority Authority { get; }

    public IReadOnlyList<ApiType> Types { get; }

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    internal ApiServerOptions Options => _options;

    public static async Task<ApiServer> StartAsync(ApiServerOptions? options = null)
    {
        options ??= new ApiServerOptions();
        var authority = new TestAuthority();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (options.Socket is { } path) kestrel.ListenUnixSocket(path, Secure);
            else kestrel.Listen(IPAddress.Loopback, 0, Secure);
        });

        void Secure(ListenOptions listen)
        {
            if (!options.Tls) return;
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            var (certificate, key) = authority.Issue("kube-apiserver", isServer: true, options.DnsName);
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                // Through PKCS 12: Schannel and older OpenSSL bindings take no ephemeral key.
                ServerCertificate = X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPem(certificate, key).Export(X509ContentType.Pkcs12), null),
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = (client, _, _) => authority.Signed(client),
            });
        }

        var app = builder.Build();
        var server = new ApiServer(app, options, authority, new ObjectStore(), new Faults(), new Access());
        server.Access.Accept(Token, "test-user");
        var routes = new ApiRoutes(server);
        app.Run(routes.HandleAsync);
        await app.StartAsync().ConfigureAwait(false);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        server.Address = options.Advertised ?? new Uri(address);
        return server;
    }

    public ApiType Type(string plural) => Types.First(type => type.Plural == plural);

    /// <summary>Stores an object, new or changed, as a controller would.</summary>
    public JsonObject Put(string plural, JsonObject one) => Put(Type(plural), one);

    /// <summary>The same where two groups have a kind of this plural.</summary>
    public JsonObject Put(ApiType type, JsonObject one)
    {
        one = (JsonObject)one.DeepClone();
        var metadata = one["metadata"]!.AsObject();
        var before = Store.Get(type, (string?)metadata["namespace"], (string)metadata["name"]!);
        ApiRoutes.Complete(type, one, before);
        return Store.Put(type, one, before);
    }

    public void Delete(string plural, string? space, string name) => Store.Delete(Type(plural), space, name);

    /// <summary>A kubeconfig that leads here with a token. kubectl sends none without <see cref="ApiServerOptions.Tls"/>.</summary>
    public string Kubeconfig(string? user = null) => $"""
        apiVersion: v1
        kind: Config
        current-context: test
        contexts:
        - name: test
          context: {"{"}cluster: test, user: test, namespace: shop{"}"}
        clusters:
        - name: test
          cluster:
            server: {Address}
            {(_options.Tls ? "certificate-authority-data: " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Authority.Pem)) : "")}
        users:
        - name: test
          user:
            {user ?? $"token: {Token}"}

        """;

    public async ValueTask DisposeAsync()
    {
        using (var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100)))
        {
            // Watches would be waited for.
            await _app.StopAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _app.DisposeAsync().ConfigureAwait(false);
        Authority.Dispose();
    }
}
