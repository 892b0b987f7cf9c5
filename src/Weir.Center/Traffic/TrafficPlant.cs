using System.Net;
using Weir.Center.Hosting;
using Weir.Center.Influx;
using Weir.Center.Probes;
using Weir.Center.Wakizashi;
using Weir.Records.Status;
using Weir.Rpc.Server;
using Weir.Storage.Traffic;

namespace Weir.Center.Traffic;

/// <summary>Everything of a center that is about byte counters: their store, who brings them, and where they go from here.</summary>
internal sealed class TrafficPlant : IAsyncDisposable
{
    private readonly InfluxWriter? _influx;
    private readonly RpcServer? _wakizashi;

    private TrafficPlant(ITrafficStore store, TrafficIngest ingest, InfluxWriter? influx, RpcService? delivery, RpcServer? wakizashi)
    {
        (Store, Ingest, _influx, Delivery, _wakizashi) = (store, ingest, influx, delivery, wakizashi);
        if (influx is not null) ingest.Changed = influx.Wake;
    }

    public ITrafficStore Store { get; }

    public TrafficIngest Ingest { get; }

    /// <summary>The service for Weir's own probes; null where none are taken.</summary>
    public RpcService? Delivery { get; }

    public IPEndPoint? Endpoint => _wakizashi?.Endpoint;

    public IEnumerable<IStatusSource> Sources => _influx is null ? [Ingest] : [Ingest, _influx];

    /// <param name="options">Of the center.</param>
    /// <param name="delivery">Makes the service for Weir's own probes, which brings counters here.</param>
    /// <exception cref="Storage.StoreException">The store can't be opened.</exception>
    public static TrafficPlant Create(CenterOptions options, Func<TrafficIngest, RpcService> delivery)
    {
        var chosen = options.Traffic;
        var (store, points) = Open(options);
        var ingest = new TrafficIngest(store, options.Probes?.Limits ?? ProbeLimits.Default);
        var service = options.Probes is null ? null : delivery(ingest);
        var wakizashi = chosen.Wakizashi is { } port
            ? WakizashiServer.Create(port, options.Probes, new TransmitService(ingest, port.Limits, TimeProvider.System).Service, service)
            : null;
        return new TrafficPlant(store, ingest, chosen.Influx is { } influx ? new InfluxWriter(points!, influx) : null, service, wakizashi);
    }

    /// <exception cref="IOException">The port is taken, or the address is not one of this machine's.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        Ingest.Start();
        _influx?.Start();
        if (_wakizashi is not null) await _wakizashi.Start(cancellation);
    }

    /// <summary>Takes no more.</summary>
    public async Task Stop()
    {
        if (_wakizashi is not null) await _wakizashi.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        if (_wakizashi is not null) await _wakizashi.DisposeAsync();
        if (_influx is not null) await _influx.DisposeAsync();
        await Ingest.DisposeAsync();
        Store.Dispose();
    }

    /// <summary>Points for InfluxDB wait where the counters are: over a shared store any center writes what any took.</summary>
    private static (ITrafficStore Store, ITrafficPoints? Points) Open(CenterOptions options)
    {
        var (chosen, points) = (options.Traffic, options.Traffic.Influx is not null);
        if (options.ClickHouse is { } server)
        {
            var shared = new ClickHouseTrafficStore(server, chosen.Interval, chosen.Limits, points);
            return (shared, shared.Points);
        }

        var file = new SqliteTrafficStore(Path.Combine(options.DataDirectory, "traffic.db"), chosen.Interval, points, chosen.Limits);
        return (file, file);
    }
}
