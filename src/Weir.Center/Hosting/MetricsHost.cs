using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Center.Api;
using Weir.Records.Status;

namespace Weir.Center.Hosting;

/// <summary>
/// Serves <c>/metrics</c> and <c>/healthz</c> and nothing else, for a scraper and a supervisor. Other than the page it may listen on any
/// address: no call can be read here, only how many there were, of which service.
/// </summary>
public sealed class MetricsHost : IAsyncDisposable
{
    /// <summary>A scraper or two, and a supervisor.</summary>
    private const int MaxConnections = 32;

    private readonly WebApplication _application;
    private readonly StatusSources _sources = new(DateTimeOffset.UtcNow);

    /// <param name="listen">Port 0 takes a free one.</param>
    /// <param name="sources">Whose counters are shown; those of the process are added where they are not among them.</param>
    public MetricsHost(IPEndPoint listen, IEnumerable<IStatusSource> sources)
    {
        foreach (var source in WithProcess(sources)) _sources.Add(source);
        _application = Build(listen, _sources);
    }

    /// <summary>The same sources, and that of the process where it is not among them.</summary>
    public static IReadOnlyList<IStatusSource> WithProcess(IEnumerable<IStatusSource> sources)
    {
        List<IStatusSource> all = [.. sources];
        if (!all.Exists(source => source is ProcessStatus)) all.Add(new ProcessStatus());
        return all;
    }

    /// <summary>Such as <c>http://127.0.0.1:7375</c>; known after <see cref="StartAsync"/>.</summary>
    public string Address => _application.Urls.First();

    /// <exception cref="IOException">The port is taken, or the address is not one of this machine's.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _application.StartAsync(cancellation);
        }
        catch (SocketException e)
        {
            throw new IOException($"Failed to listen for scrapers: {e.Message}.", e);
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static WebApplication Build(IPEndPoint listen, StatusSources sources)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "weir", EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddSingleton<IHostLifetime, ProcessLifetime>();
        builder.Services.AddSingleton(sources);
        builder.Services.AddRouting();
        var application = builder.Build();
        application.UseRouting();
        application.MapMetrics();
        application.MapGet("/healthz", () => Results.Text("ok"));
        return application;
    }
}
