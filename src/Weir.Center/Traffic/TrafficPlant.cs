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

    private readonly SqliteTrafficStore? _points;

    private TrafficPlant(ITrafficStore store, SqliteTrafficStore? points, TrafficIngest ingest, InfluxWriter? influx, RpcService? delivery, RpcServer? wakizashi)
    {
        (Store, _points, Ingest, _influx, Delivery, _wakizashi) = (store, points, ingest, influx, delivery, wakizashi);
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
        // Points for InfluxDB wait in the file also where the counters themselves are shared.
        var file = options.ClickHouse is null || chosen.Influx is not null
            ? new SqliteTrafficStore(Path.Combine(options.DataDirectory, "traffic.db"), chosen.Interval, chosen.Influx is not null, chosen.Limits)
            : null;
        ITrafficStore store = options.ClickHouse is { } server ? new ClickHouseTrafficStore(server, chosen.Interval, chosen.Limits) : file!;
        var points = options.ClickHouse is null ? null : file;
        var ingest = new TrafficIngest(store, points, options.Probes?.Limits ?? ProbeLimits.Default);
        var service = options.Probes is null ? null : delivery(ingest);
        var wakizashi = chosen.Wakizashi is { } port
            ? WakizashiServer.Create(port, options.Probes, new TransmitService(ingest, port.Limits, TimeProvider.System).Service, service)
            : null;
        return new TrafficPlant(store, points, ingest, chosen.Influx is { } influx ? new InfluxWriter(file!, influx) : null, service, wakizashi);
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
        _points?.Dispose();
        Store.Dispose();
    }
}
