using Weir.Inventory;
using Weir.Inventory.Catalogue;
using Weir.Inventory.State;
using Weir.Records;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Inventory;

/// <summary>
/// The catalogue of endpoints that ingest feeds: shared by capture threads and the API under one lock, and kept in the store, so that a
/// restart forgets neither what was learned nor what people decided. All changed services are written in one transaction. Over a store that
/// several centers share, each writes its own share and shows all of them together (docs/decisions/0024-what-centers-share.md).
/// </summary>
internal sealed class LiveCatalogue : IStatusSource, IDisposable
{
    /// <summary>What a change of decisions is worth in calls, in the number that tells whether a service has changed: more than may come in its place.</summary>
    private const long OfDecisions = 1L << 40;

    private readonly Lock _lock = new();
    private readonly IExchangeStore _store;
    private readonly CatalogueOptions _options;
    private readonly SharedCatalogue? _shared;
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _news = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private EndpointCatalogue _catalogue;
    private Task? _saving;
    private long _saved;
    private long _pins;
    private long _saveFailures;
    private string? _lastError;

    public LiveCatalogue(IExchangeStore store, CatalogueOptions options)
    {
        (_store, _options) = (store, options);
        _catalogue = Empty();
        _shared = store is ISharedDocuments documents ? new SharedCatalogue(documents, store, options, TimeProvider.System) : null;
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

    /// <summary>Reads the catalogue, that of all centers together, while nobody changes it. Nothing of it may be kept.</summary>
    public T Read<T>(Func<EndpointCatalogue, T> read)
    {
        if (_shared is { HasOthers: true }) return _shared.Read(Own, Names(), read);
        lock (_lock) return read(_catalogue);
    }

    /// <summary>Changes a service by the word of a person, and writes that down before it returns.</summary>
    /// <exception cref="StoreException">It holds, but could not be written down.</exception>
    public T Decide<T>(string service, Func<EndpointCatalogue, T> decide)
    {
        if (_shared is not null) return _shared.Decide(Own, Names(), service, decide, Apply);
        T result;
        lock (_lock)
        {
            result = decide(_catalogue);
            _changed.Add(service);
        }

        Save();
        return result;
    }

    /// <summary>Takes up what an earlier run learned, or what all centers know, and begins to save now and then.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public void Start()
    {
        if (_shared is null) Take(_store.LoadDocuments(ServiceState.DocumentKind));
        else Apply(_shared.Follow(CancellationToken.None));
        _saving = Task.Run(SaveNowAndThen);
    }

    /// <summary>Writes what has changed and ends.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        if (_saving is null) return;
        await _saving;
        Try(() =>
        {
            // What a center learned that ends before it has a share has none to go to.
            for (var look = 0; look < 2 && _shared is { IsHeld: false }; look++) Turn(hurry: true, CancellationToken.None);
            Save();
            _shared?.Release();
        });
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
        _shared?.Report(report);
        (report as Api.StatusSection)?.Text("last_error", Volatile.Read(ref _lastError));
    }

    public void Dispose() => _stop.Dispose();

    private bool AllIsDue => Environment.TickCount64 - _saved >= _options.SaveInterval.TotalMilliseconds;

    private EndpointCatalogue Empty()
    {
        var empty = new EndpointCatalogue(_options.Limits);
        empty.EndpointFirstSeen += seen => _news.Add(seen.Service);
        return empty;
    }

    private string[] Names()
    {
        lock (_lock) return [.. _catalogue.Services.Keys];
    }

    /// <summary>A service as it is, with a number that changes with it; null when the number is the known one.</summary>
    private (byte[]? State, long Stamp)? Own(string name, long known)
    {
        lock (_lock)
        {
            if (!_catalogue.Services.TryGetValue(name, out var service)) return known == 0 ? null : (null, 0);
            var stamp = service.Calls + _pins + 1;
            return stamp == known ? null : (ServiceState.Write(service), stamp);
        }
    }

    private void Take(IEnumerable<(string Name, byte[] State)> documents)
    {
        foreach (var (name, state) in documents)
        {
            lock (_lock)
            {
                if (!ServiceState.TryMerge(state, _catalogue, out var error)) Console.Error.WriteLine($"weir: the catalogue of {name} is learned anew: {error}");
            }
        }
    }

    private void Apply(IReadOnlyCollection<ServiceDecision> decisions)
    {
        if (decisions.Count == 0) return;
        lock (_lock)
        {
            foreach (var decision in decisions)
            {
                if (_catalogue.Apply(decision)) _changed.Add(decision.Service);
            }

            _pins += OfDecisions;
        }
    }

    private async Task SaveNowAndThen()
    {
        _saved = Environment.TickCount64;
        try
        {
            while (true)
            {
                await Task.Delay(_shared is null ? _options.SaveInterval : _options.FollowInterval, _stop.Token);
                Try(() => Turn(hurry: false, _stop.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // The center stops; the last save follows.
        }
    }

    private void Turn(bool hurry, CancellationToken cancellation)
    {
        if (_shared is null)
        {
            Save();
            return;
        }

        // First: what others wrote may be much, and others wait for a sign of life.
        switch (_shared.Look(hurry))
        {
            case ShareChange.Taken:
                Take(_shared.Take(cancellation));
                List<ServiceDecision> decided;
                lock (_lock) decided = [.. _catalogue.Services.Values.SelectMany(static service => service.Decisions)];
                _shared.KeepDecisions(decided);
                Apply(_shared.Decisions);
                break;
            case ShareChange.Lost:
                // What was written of it is the other's now, and would be counted twice.
                lock (_lock)
                {
                    _catalogue = Empty();
                    _changed.Clear();
                    _news.Clear();
                    _pins += OfDecisions;
                }

                Apply(_shared.Decisions);
                break;
        }

        Apply(_shared.Follow(cancellation));
        _shared.SaveDecisions();
        bool isDue;
        lock (_lock) isDue = _news.Count > 0 || AllIsDue;
        if (isDue) Save();
    }

    private void Try(Action save)
    {
        try
        {
            save();
            Volatile.Write(ref _lastError, null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The center stops; the last save follows.
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
        var kind = _shared is null ? ServiceState.DocumentKind : _shared.WritableKind;
        if (kind is null) return;
        List<string> names;
        lock (_lock)
        {
            var all = _shared is null || AllIsDue || _stop.IsCancellationRequested;
            names = [.. all ? _changed : _news];
            if (all) _saved = Environment.TickCount64;
            _changed.ExceptWith(names);
            _news.Clear();
        }

        if (names.Count == 0) return;
        // One service at a time under the lock: capture waits for the largest, not for all.
        var documents = new List<(string, byte[])>(names.Count);
        foreach (var name in names)
            lock (_lock)
                if (_catalogue.Services.TryGetValue(name, out var service)) documents.Add((name, ServiceState.Write(service)));
        try
        {
            _store.SaveDocuments(kind, documents);
            Volatile.Write(ref _lastError, null);
        }
        catch (StoreException)
        {
            lock (_lock) _changed.UnionWith(names);
            throw;
        }
    }
}
