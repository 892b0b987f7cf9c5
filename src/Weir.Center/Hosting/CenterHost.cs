using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Center.Api;
using Weir.Center.Ingest;
using Weir.Center.Live;
using Weir.Records;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Hosting;

/// <summary>A center in this process: takes exchanges, stores them, serves the API and the page.</summary>
public sealed class CenterHost : IAsyncDisposable
{
    /// <summary>Requests served at once. A browser holds a handful; scripts and scrapers a few more.</summary>
    private const int MaxConnections = 512;

    private readonly WebApplication _application;
    private readonly SqliteExchangeStore _store;
    private readonly StoreWriter _writer;
    private readonly ExchangeIngest _ingest;
    private readonly StatusSources _sources;
    private readonly CancellationTokenSource _stopping;
    private bool _stopped;

    private CenterHost(
        WebApplication application, SqliteExchangeStore store, StoreWriter writer, ExchangeIngest ingest,
        StatusSources sources, CancellationTokenSource stopping)
    {
        (_application, _store, _writer) = (application, store, writer);
        (_ingest, _sources, _stopping) = (ingest, sources, stopping);
    }

    /// <summary>Takes exchanges; thread-safe, never waits.</summary>
    public IExchangeSink Ingest => _ingest;

    /// <summary>Where the page is, such as <c>http://127.0.0.1:7373</c>; known after <see cref="StartAsync"/>.</summary>
    public string Address => _application.Urls.First();

    /// <exception cref="IOException">It must not listen there.</exception>
    /// <exception cref="StoreException">The store can't be opened.</exception>
    public static CenterHost Create(CenterOptions options)
    {
        var loopback = IPAddress.IsLoopback(options.Listen.Address);
        if (!loopback && !options.AllowRemote)
        {
            throw new IOException(
                $"listening on {options.Listen} would show all captured traffic to whoever reaches it, because there is no "
                + "authentication yet: listen on 127.0.0.1 and reach it through an SSH tunnel or kubectl port-forward");
        }

        var store = new SqliteExchangeStore(new SqliteStoreOptions
        {
            Path = Path.Combine(options.DataDirectory, "weir.db"),
            MaxBytes = options.MaxBytes,
            MaxAge = options.MaxAge,
        });
        var live = new LiveHub(options.Live);
        var queue = new IngestQueue(options.Ingest);
        var writer = new StoreWriter(queue, store, options.Ingest);
        var ingest = new ExchangeIngest(queue, live) { Writer = writer };
        var sources = new StatusSources(DateTimeOffset.UtcNow);
        foreach (var source in new IStatusSource[] { ingest, new StorageStatus(store, writer), live }) sources.Add(source);
        var stopping = new CancellationTokenSource();
        var application = Build(options, store, live, sources, stopping, loopback);
        return new CenterHost(application, store, writer, ingest, sources, stopping);
    }

    /// <summary>Shows another part's counters in status and metrics.</summary>
    public void Add(IStatusSource source) => _sources.Add(source);

    /// <exception cref="IOException">The port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _application.StartAsync(cancellation);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new IOException($"{e.Message} Another weir may be running: choose another port with --listen.", e);
        }

        _writer.Start();
    }

    /// <summary>Ends the streams and stores what is queued.</summary>
    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        await _stopping.CancelAsync();
        await _application.StopAsync(CancellationToken.None);
        await _writer.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _application.DisposeAsync();
        _writer.Dispose();
        _ingest.Dispose();
        _store.Dispose();
        _stopping.Dispose();
    }

    private static WebApplication Build(
        CenterOptions options, SqliteExchangeStore store, LiveHub live, StatusSources sources,
        CancellationTokenSource stopping, bool loopback)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "weir" });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        // Bind and start failures reach the user as one line of the command, not as a stack trace of the host.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(options.Listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var services = builder.Services;
        services.AddSingleton(store).AddSingleton(live).AddSingleton(sources).AddSingleton(TimeProvider.System)
            .AddSingleton(new Stopping(stopping.Token));
        services.AddProblemDetails();
        services.AddExceptionHandler<StoreFailureHandler>();
        services.AddOpenApi();
        var application = builder.Build();
        application.UseExceptionHandler();
        application.UseSecurityHeaders(loopback);
        application.MapStream();
        application.MapExchanges();
        application.MapStatus();
        application.MapOpenApi();
        new WebAssets().Map(application);
        return application;
    }
}
