using Weir.Inventory;
using Weir.Inventory.Catalogue;
using Weir.Inventory.State;
using Weir.Records;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Inventory;

/// <summary>
/// The catalogue of endpoints that ingest feeds: shared by capture threads and the API under one lock, and kept in the store, so that a
/// restart forgets neither what was learned nor what people decided. All changed services are written in one transaction.
/// </summary>
internal sealed class LiveCatalogue : IStatusSource, IDisposable
{
    private readonly Lock _lock = new();
    private readonly IExchangeStore _store;
    private readonly CatalogueOptions _options;
    private readonly EndpointCatalogue _catalogue;
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private Task? _saving;
    private long _saveFailures;
    private string? _lastError;

    public LiveCatalogue(IExchangeStore store, CatalogueOptions options)
    {
        (_store, _options, _catalogue) = (store, options, new EndpointCatalogue(options.Limits));
    }

    public string Name => "catalogue";

    /// <summary>Learns from an exchange and names its endpoint on it. Holds the lock for some microseconds.</summary>
    public void Observe(Exchange exchange)
    {
        if (exchange.InProgress) return;
        lock (_lock)
        {
            if (_catalogue.Observe(exchange) is not { } endpoint) return;
            exchange.Endpoint ??= endpoint.Template;
            exchange.EndpointIsDecided = endpoint.IsDecided && exchange.Endpoint == endpoint.Template;
            _changed.Add(endpoint.Service);
        }
    }

    /// <summary>Reads the catalogue while nobody changes it. Nothing of it may be kept.</summary>
    public T Read<T>(Func<EndpointCatalogue, T> read)
    {
        lock (_lock) return read(_catalogue);
    }

    /// <summary>Changes a service by the word of a person, and writes that down before it returns.</summary>
    /// <exception cref="StoreException">It holds, but could not be written down.</exception>
    public T Decide<T>(string service, Func<EndpointCatalogue, T> decide)
    {
        T result;
        lock (_lock)
        {
            result = decide(_catalogue);
            _changed.Add(service);
        }

        Save();
        return result;
    }

    /// <summary>Takes up what an earlier run learned, and begins to save now and then.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public void Start()
    {
        foreach (var (name, state) in _store.LoadDocuments(ServiceState.DocumentKind))
        {
            lock (_lock)
            {
                if (!ServiceState.TryRead(state, _catalogue, out var error)) Console.Error.WriteLine($"weir: the catalogue of {name} is learned anew: {error}");
            }
        }

        _saving = Task.Run(SaveNowAndThen);
    }

    /// <summary>Writes what has changed and ends.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        if (_saving is null) return;
        await _saving;
        TrySave();
    }

    public void Report(IStatusReport report)
    {
        lock (_lock)
        {
            report.Counter("observed", _catalogue.Observed);
            report.Counter("ignored", _catalogue.Ignored);
            report.Counter("paths_refused", _catalogue.PathsRefused);
            report.Counter("services_refused", _catalogue.ServicesRefused);
            report.Gauge("services", _catalogue.Services.Count);
            report.Gauge("endpoints", _catalogue.Services.Values.Sum(static service => service.Endpoints.LongCount(static one => one.Confirmed)));
        }

        report.Counter("save_failures", Interlocked.Read(ref _saveFailures));
        (report as Api.StatusSection)?.Text("last_error", Volatile.Read(ref _lastError));
    }

    public void Dispose() => _stop.Dispose();

    private async Task SaveNowAndThen()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.SaveInterval, _stop.Token);
                TrySave();
            }
        }
        catch (OperationCanceledException)
        {
            // The center stops; the last save follows.
        }
    }

    private void TrySave()
    {
        try
        {
            Save();
        }
        catch (Exception failure) when (failure is StoreException or InvalidOperationException)
        {
            // A store that is closed already, at the end, is the second kind. Tried again at the next interval: what changed is still marked.
            Interlocked.Increment(ref _saveFailures);
            if (_lastError != failure.Message) Console.Error.WriteLine($"weir: the catalogue could not be kept: {failure.Message}");
            Volatile.Write(ref _lastError, failure.Message);
        }
    }

    private void Save()
    {
        List<string> names;
        lock (_lock)
        {
            names = [.. _changed];
            _changed.Clear();
        }

        if (names.Count == 0) return;
        // One service at a time under the lock: capture waits for the largest, not for all.
        var documents = new List<(string, byte[])>(names.Count);
        foreach (var name in names)
            lock (_lock)
                if (_catalogue.Services.TryGetValue(name, out var service)) documents.Add((name, ServiceState.Write(service)));
        try
        {
            _store.SaveDocuments(ServiceState.DocumentKind, documents);
            Volatile.Write(ref _lastError, null);
        }
        catch (StoreException)
        {
            lock (_lock) _changed.UnionWith(names);
            throw;
        }
    }
}
