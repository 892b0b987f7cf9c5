using Weir.Inventory;
using Weir.Inventory.State;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Inventory;

/// <summary>
/// What a catalogue has to do with those of other centers over the same store: which share is its own, what others learned and decided, and
/// all of it together. Thread-safe.
/// </summary>
internal sealed class SharedCatalogue(ISharedDocuments documents, IExchangeStore store, CatalogueOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly CatalogueShare _share = new(documents, options, time);
    private readonly OtherShares _others = new(documents, options);
    private readonly CatalogueView _view = new(options.Limits, time);
    private readonly Dictionary<string, ServiceDecision> _unsaved = new(StringComparer.Ordinal);
    private long _lost;

    /// <summary>Others learned something.</summary>
    public bool HasOthers => _others.Count > 0;

    /// <summary>This center has a share.</summary>
    public bool IsHeld => _share.IsHeld;

    /// <summary>Kind under which this center may write what it learned; null when it must not now.</summary>
    public string? WritableKind => _share.IsHeld ? _share.Kind : null;

    /// <summary>All that was decided anywhere.</summary>
    public IReadOnlyCollection<ServiceDecision> Decisions
    {
        get
        {
            lock (_lock) return [.. _others.Decisions, .. _unsaved.Values];
        }
    }

    /// <summary>Reads what others wrote since; what was decided anew is the answer. Of the one thread that looks.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public IReadOnlyCollection<ServiceDecision> Follow(CancellationToken cancellation)
    {
        var decided = _others.Follow(_share.Kind, cancellation);
        lock (_lock) return decided.FindAll(decision => !_unsaved.ContainsKey(decision.DocumentName));
    }

    /// <summary>Takes a share, or says that it is still held. Of the one thread that looks.</summary>
    /// <param name="hurry">The center ends.</param>
    /// <exception cref="StoreException">The store is away.</exception>
    public ShareChange Look(bool hurry)
    {
        var before = _share.Kind;
        _share.IsInHurry = hurry;
        var change = _share.Look(_others.Kinds);
        if (change != ShareChange.Lost) return change;
        Interlocked.Increment(ref _lost);
        _others.Reread(before!);
        return change;
    }

    /// <summary>What is in the share that is this center's by now. Of the one thread that looks.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public IReadOnlyList<(string Name, byte[] Body)> Take(CancellationToken cancellation)
    {
        // Its center may have written a last time before it gave the share back.
        var kind = _share.Kind!;
        _others.Reread(kind);
        _others.Follow(own: null, cancellation);
        return _others.Take(kind);
    }

    public T Read<T>(Func<string, long, (byte[]? State, long Stamp)?> own, IReadOnlyCollection<string> names, Func<EndpointCatalogue, T> read)
    {
        lock (_lock)
        {
            _view.Refresh(own, names, _others);
            return read(_view.Shown);
        }
    }

    /// <summary>Lets a person decide about what is shown, and writes what that changes down, so that it holds at every center.</summary>
    /// <exception cref="StoreException">It holds here, but could not be written down; it is tried again.</exception>
    public T Decide<T>(
        Func<string, long, (byte[]? State, long Stamp)?> own, IReadOnlyCollection<string> names, string service, Func<EndpointCatalogue, T> decide,
        Action<IReadOnlyCollection<ServiceDecision>> apply)
    {
        T result;
        lock (_lock)
        {
            _view.Refresh(own, names, _others);
            var before = Of(service).ToHashSet();
            result = decide(_view.Shown);
            var decided = Of(service).Where(decision => !before.Contains(decision)).ToList();
            apply(decided);
            foreach (var decision in decided) _unsaved[decision.DocumentName] = decision;
            _view.Invalidate();
        }

        SaveDecisions();
        return result;
    }

    /// <summary>Writes down those that an older Weir kept with what it learned alone.</summary>
    public void KeepDecisions(IEnumerable<ServiceDecision> decisions)
    {
        lock (_lock)
        {
            var known = _others.Decisions.Select(static one => one.DocumentName).ToHashSet(StringComparer.Ordinal);
            foreach (var decision in decisions.Where(one => !known.Contains(one.DocumentName))) _unsaved.TryAdd(decision.DocumentName, decision);
        }
    }

    /// <exception cref="StoreException">They could not be written down; they are kept.</exception>
    public void SaveDecisions()
    {
        List<ServiceDecision> decisions;
        lock (_lock) decisions = [.. _unsaved.Values];
        if (decisions.Count == 0) return;
        store.SaveDocuments(ServiceDecision.DocumentKind, [.. decisions.Select(static one => (one.DocumentName, one.Write()))]);
        lock (_lock)
        {
            foreach (var one in decisions)
                if (_unsaved.GetValueOrDefault(one.DocumentName) == one) _unsaved.Remove(one.DocumentName);
        }
    }

    /// <summary>Gives the share back: the center ends.</summary>
    /// <exception cref="StoreException">It will be taken for gone after a while.</exception>
    public void Release()
    {
        SaveDecisions();
        _share.Release();
    }

    public void Report(IStatusReport report)
    {
        report.Gauge("services_of_others", _others.Count);
        report.Counter("documents_refused", _others.Refused);
        report.Counter("shares_lost", Interlocked.Read(ref _lost));
        lock (_lock) report.Gauge("documents_unread", _view.Unread);
    }

    private IEnumerable<ServiceDecision> Of(string service) => _view.Shown.Services.TryGetValue(service, out var shown) ? shown.Decisions : [];
}
