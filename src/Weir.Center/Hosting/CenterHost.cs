using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Weir.Center.Api;
using Weir.Center.Api.Described;
using Weir.Center.Auth;
using Weir.Center.Auth.Oidc;
using Weir.Center.Ingest;
using Weir.Center.Inventory;
using Weir.Center.Live;
using Weir.Center.Mcp;
using Weir.Center.Packets;
using Weir.Center.Probes;
using Weir.Center.Respond;
using Weir.Center.Traffic;
using Weir.Records;
using Weir.Records.Metrics;
using Weir.Records.Status;
using Weir.Rpc.Server;
using Weir.Storage;
using Weir.Storage.Accounts;

namespace Weir.Center.Hosting;

/// <summary>A center in this process: takes exchanges, stores them, serves the API and the page.</summary>
public sealed class CenterHost : IAsyncDisposable
{
    /// <summary>Requests served at once. A browser holds a handful; scripts and scrapers a few more.</summary>
    private const int MaxConnections = 512;

    /// <summary>Bytes of a request body that are read and thrown away, so that the answer (405) arrives before the connection ends.</summary>
    private const long MaxRequestBodyBytes = 1 << 20;

    /// <summary>How long answers under way may take once the center stops.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly WebApplication _application;
    private readonly IExchangeStore _store;
    private readonly StoreWriter _writer;
    private readonly ExchangeIngest _ingest;
    private readonly LiveCatalogue _catalogue;
    private readonly MessageRoutes _messages;
    private readonly Responder _responder;
    private readonly Accounts _accounts;
    private readonly OtherCenters? _others;
    private readonly StatusSources _sources;
    private readonly CancellationTokenSource _stopping;
    private readonly IPEndPoint _listen;
    private readonly RpcServer? _probes;
    private readonly TrafficPlant _traffic;
    private readonly DefencePlant _defence;
    private bool _stopped;

    private CenterHost(
        IPEndPoint listen, WebApplication application, IExchangeStore store, StoreWriter writer, ExchangeIngest ingest, LiveCatalogue catalogue,
        MessageRoutes messages, Accounts accounts, Responder responder, StatusSources sources, RpcServer? probes, TrafficPlant traffic, DefencePlant defence,
        OtherCenters? others, CancellationTokenSource stopping)
    {
        (_listen, _application, _store, _writer, _probes, _traffic, _responder, _defence) = (listen, application, store, writer, probes, traffic, responder, defence);
        (_ingest, _catalogue, _messages, _accounts, _sources, _others, _stopping) = (ingest, catalogue, messages, accounts, sources, others, stopping);
    }

    /// <summary>Takes exchanges; thread-safe, never waits.</summary>
    public IExchangeSink Ingest => _ingest;

    /// <summary>Takes byte counters of a capture in this process.</summary>
    public Records.Traffic.ITrafficSink Traffic => _traffic.Ingest;

    /// <summary>Lets raw packets be had that a capture in this process keeps.</summary>
    /// <param name="node">Name on the record of its calls.</param>
    /// <param name="kept">Not disposed of.</param>
    public void Keep(string node, Export.Retention.KeptPackets kept) => Packets.Join(new LocalPacketNode(node, kept));

    /// <summary>Who keeps raw packets.</summary>
    internal PacketDesk Packets { get; private init; } = new();

    /// <summary>Where probes of wakizashi report; known after <see cref="StartAsync"/>, null where none are taken.</summary>
    public IPEndPoint? WakizashiEndpoint => _traffic.Endpoint;

    /// <summary>Lets tests look at what was decided.</summary>
    internal Responder Responder => _responder;

    /// <summary>The embedded store: lets tests fill the disk.</summary>
    internal SqliteExchangeStore Store => (SqliteExchangeStore)_store;

    internal Storage.Traffic.SqliteTrafficStore TrafficStore => (Storage.Traffic.SqliteTrafficStore)_traffic.Store;

    /// <summary>Lets tests log in without the network.</summary>
    internal Accounts Accounts => _accounts;

    /// <summary>Lets tests see every route.</summary>
    internal IServiceProvider Services => _application.Services;

    /// <summary>The password that the first start made up for <c>admin</c>, to be told once; null when none was; known after <see cref="StartAsync"/>.</summary>
    public string? FirstPassword { get; private set; }

    /// <summary>Where the page is, such as <c>http://127.0.0.1:7373</c>; known after <see cref="StartAsync"/>.</summary>
    public string Address => _application.Urls.First();

    /// <summary>Where probes deliver; known after <see cref="StartAsync"/>, null where none are taken.</summary>
    public IPEndPoint? ProbeEndpoint => _probes?.Endpoint;

    /// <exception cref="IOException">It must not listen there.</exception>
    /// <exception cref="StoreException">The store can't be opened.</exception>
    public static CenterHost Create(CenterOptions options)
    {
        options.Auth.Check(options.Listen);
        options.Probes?.Check();
        DataDirectory.Create(options.DataDirectory);
        var accounts = new Accounts(OpenAccounts(options), options.Auth);
        var store = OpenStore(options);
        if (store.IsShared) options = options with { Ingest = options.Ingest.Shared() };
        var live = new LiveHub(options.Live);
        var queue = new IngestQueue(options.Ingest);
        var writer = new StoreWriter(queue, store, options.Ingest);
        var catalogue = new LiveCatalogue(store, options.Catalogue);
        var metrics = new ExchangeMetrics(options.Metrics);
        var responder = new Responder(options.Respond, options.DataDirectory, store, TimeProvider.System, static text => Console.Error.WriteLine($"weir: {text}"));
        var ingest = new ExchangeIngest(queue, live, catalogue, metrics, responder.Watch) { Writer = writer };
        var sources = new StatusSources(DateTimeOffset.UtcNow);
        var storage = new StorageStatus(store, writer, store.IsShared ? null : options.DataDirectory, options.ClickHouse?.MaxBytes ?? options.MaxBytes);
        foreach (var source in new IStatusSource[] { ingest, storage, live, catalogue, metrics, accounts, new ProcessStatus() }) sources.Add(source);
        var stopping = new CancellationTokenSource();
        var messages = new MessageRoutes(ingest, options.Redact);
        sources.Add(messages);
        foreach (var source in responder.Sources) sources.Add(source);
        var registry = new ProbeRegistry(options.Probes?.Limits ?? ProbeLimits.Default, TimeProvider.System);
        sources.Add(registry);
        var packets = new PacketDesk();
        var traffic = TrafficPlant.Create(
            options, counters => new ProbeDelivery(ingest, counters, registry, packets, options.Probes!.Limits, StoreIdentity.Of(store, options.DataDirectory)).Service);
        foreach (var source in traffic.Sources) sources.Add(source);
        var defence = new DefencePlant(options, responder);
        var application = Build(options, store, writer, live, catalogue, sources, messages, registry, packets, traffic, accounts, responder, defence, stopping);
        var probes = options.Probes is { } port ? ProbeServer.Create(port, traffic.Delivery!) : null;
        var others = store is ISharedFeed feed ? new OtherCenters(feed, live, TimeProvider.System) : null;
        return new CenterHost(options.Listen, application, store, writer, ingest, catalogue, messages, accounts, responder, sources, probes, traffic, defence, others, stopping) { Packets = packets };
    }

    /// <summary>The parts whose counters status and metrics show, those that were added before included.</summary>
    public IReadOnlyList<IStatusSource> StatusSources => _sources.All;

    /// <summary>Shows another part's counters in status and metrics.</summary>
    public void Add(IStatusSource source) => _sources.Add(source);

    /// <summary>
    /// Address of a page that logs its first visitor in as <c>admin</c>: good once and for a quarter of an hour, for the console alone. Null when
    /// nobody has to log in.
    /// </summary>
    public string? CreateLoginLink() =>
        _accounts.Options.Enabled ? $"{Address}/login#code={_accounts.Links.Create(Accounts.FirstUser)}" : null;

    /// <exception cref="IOException">The port is taken, or the address is not one of this machine's.</exception>
    /// <exception cref="StoreException">The store can't be written.</exception>
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
        catch (SocketException e)
        {
            throw new IOException($"Failed to listen on {_listen}: {e.Message}.", e);
        }

        // Not before the port is ours: another Weir may run on these data, and its running calls are no remains.
        _ = _store.EndRunning();
        FirstPassword = await _accounts.Begin(cancellation);
        _catalogue.Start();
        _writer.Start();
        _responder.Start();
        _defence.Start();
        _others?.Start();
        if (_probes is not null) await _probes.Start(cancellation);
        await _traffic.Start(cancellation);
    }

    /// <summary>Ends the streams and stores what is queued.</summary>
    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        await _stopping.CancelAsync();
        try
        {
            // Probes first: what they are told is stored is stored below.
            if (_probes is not null) await _probes.Stop();
            await _traffic.Stop();
            await _application.StopAsync(CancellationToken.None);
        }
        finally
        {
            await _defence.Stop();
            if (_others is not null) await _others.Stop();
            await _responder.Stop();
            await _writer.Stop();
            await _catalogue.Stop();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_probes is not null) await _probes.DisposeAsync();
        await _application.DisposeAsync();
        await _traffic.DisposeAsync();
        _writer.Dispose();
        _ingest.Dispose();
        _catalogue.Dispose();
        _messages.Dispose();
        _defence.Dispose();
        _responder.Dispose();
        _others?.Dispose();
        await _accounts.DisposeAsync();
        _store.Dispose();
        _stopping.Dispose();
    }

    private static IAccountStore OpenAccounts(CenterOptions options)
    {
        var file = Path.Combine(options.DataDirectory, "accounts.db");
        if (options.ClickHouse is not { } server) return new SqliteAccountStore(file);
        var shared = new ClickHouseAccountStore(server);
        if (!File.Exists(file) || shared.LoadUsers().Count > 0) return shared;
        // A center that had its accounts to itself until now.
        using var own = new SqliteAccountStore(file);
        AccountCopy.Run(own, shared);
        Console.Error.WriteLine($"weir: the accounts of {file} are in {server.Database} now; of its audit log nothing is copied");
        return shared;
    }

    private static IExchangeStore OpenStore(CenterOptions options) => options.ClickHouse is { } server
        ? new ClickHouseExchangeStore(server)
        : new SqliteExchangeStore(new SqliteStoreOptions
        {
            Path = Path.Combine(options.DataDirectory, "weir.db"),
            MaxBytes = options.MaxBytes,
            MaxAge = options.MaxAge,
        });

    /// <summary>The options alone decide: no settings file, environment variable or signal changes what is served, and where.</summary>
    private static WebApplication Build(
        CenterOptions options, IExchangeStore store, StoreWriter writer, LiveHub live, LiveCatalogue catalogue, StatusSources sources,
        MessageRoutes messages, ProbeRegistry registry, PacketDesk packets, TrafficPlant traffic, Accounts accounts, Responder responder, DefencePlant defence, CancellationTokenSource stopping)
    {
        var loopback = IPAddress.IsLoopback(options.Listen.Address);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "weir",
            EnvironmentName = Environments.Production,
        });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        // Bind and start failures reach the user as one line of the command, not as a stack trace of the host.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.Listen(options.Listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var services = builder.Services;
        services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        services.AddSingleton<IHostLifetime, ProcessLifetime>();
        services.AddSingleton(store).AddSingleton(writer).AddSingleton(live).AddSingleton(catalogue).AddSingleton(sources).AddSingleton(TimeProvider.System)
            .AddSingleton(new Stopping(stopping.Token)).AddSingleton(traffic.Store);
        services.AddRouting();
        services.AddProblemDetails();
        services.AddExceptionHandler<StoreFailureHandler>();
        services.AddAccessControl(accounts);
        // For what describes the answers: numbers are numbers, and names of enums are as RespondJson writes them.
        services.ConfigureHttpJsonOptions(static json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        });
        services.AddOpenApi(static document =>
        {
            document.AddSecurity();
            document.AddShape();
        });
        var application = builder.Build();
        application.UseProxies(options.Auth);
        application.UseSecurityHeaders(loopback);
        application.UseExceptionHandler();
        application.UseRouting();
        application.UseAccessControl(accounts);
        application.MapLogin();
        application.MapOidc(accounts);
        application.MapUsers();
        application.MapTokens();
        application.MapAudit();
        application.MapStream();
        application.MapOverview();
        application.MapCallFiles();
        application.MapCallMap();
        application.MapExchanges();
        application.MapCatalogue();
        application.MapStatus(options);
        application.MapTraffic();
        application.MapPackets(packets, options.Packets);
        application.MapGet("/api/v1/probes", () => Results.Json(registry.ToJson()))
            .WithName("getProbes").WithSummary("The probes that deliver here: version, last seen, clock, spool and losses").Produces<ProbeList>();
        messages.Map(application, open: loopback || options.Auth.OpenMessages);
        application.MapRespond(responder);
        application.MapCluster(responder, options.Respond.Limits);
        application.MapMcp();
        defence.Map(application);
        application.MapOpenApi();
        new WebAssets(options.Assets).Map(application);
        return application;
    }
}
