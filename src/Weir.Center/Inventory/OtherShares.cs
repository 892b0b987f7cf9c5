using Weir.Inventory.State;
using Weir.Storage;

namespace Weir.Center.Inventory;

/// <summary>
/// What other centers over one store learned of services, as they wrote it down last, and what people decided at any of them. Only what has
/// changed is read, by one thread; what was read may be looked at by others meanwhile, who never wait for the store.
/// </summary>
internal sealed class OtherShares(ISharedDocuments store, CatalogueOptions options)
{
    /// <summary>Documents that are read at once.</summary>
    private const int DocumentsAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Kind, string Name), ulong> _seen = [];
    private readonly Dictionary<(string Kind, string Name), byte[]> _bodies = [];
    private readonly Dictionary<string, long> _changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceDecision> _decisions = new(StringComparer.Ordinal);
    private long _bytes;
    private long _refused;

    /// <summary>Kinds of documents that there are.</summary>
    public IEnumerable<string> Kinds => _seen.Keys.Select(static one => one.Kind).Distinct();

    /// <summary>Everything that was decided.</summary>
    public IReadOnlyCollection<ServiceDecision> Decisions => _decisions.Values;

    /// <summary>Services of which others learned something, as often as there are shares that did.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _bodies.Count;
        }
    }

    /// <summary>Documents for which there was no room.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>A number for each service that others wrote of, which counts up with every change.</summary>
    public Dictionary<string, long> Changes
    {
        get
        {
            lock (_gate) return new Dictionary<string, long>(_changes, StringComparer.Ordinal);
        }
    }

    /// <summary>What others wrote of a service, in an order that stays the same.</summary>
    public List<byte[]> Of(string service)
    {
        lock (_gate) return [.. _bodies.Where(one => one.Key.Name == service).OrderBy(static one => one.Key.Kind, StringComparer.Ordinal).Select(static one => one.Value)];
    }

    /// <summary>Reads what has changed.</summary>
    /// <param name="own">Kind of this center's share, which it knows better; null while it has none.</param>
    /// <param name="cancellation">Ends the questions.</param>
    /// <returns>What was decided since the last look.</returns>
    /// <exception cref="StoreException">The store can't be read; the next look finds the rest.</exception>
    public List<ServiceDecision> Follow(string? own, CancellationToken cancellation)
    {
        var decided = new List<ServiceDecision>();
        var changed = store.DocumentMarks(ServiceState.DocumentKind, cancellation).Where(mark => _seen.GetValueOrDefault((mark.Kind, mark.Name)) != mark.Version);
        foreach (var kind in changed.GroupBy(static mark => mark.Kind).ToList())
        {
            var isDecision = kind.Key == ServiceDecision.DocumentKind;
            if (!isDecision && CatalogueShare.NumberOf(kind.Key) is null) continue;
            foreach (var some in kind.Chunk(DocumentsAtOnce))
            {
                if (kind.Key != own)
                {
                    foreach (var (name, body) in store.LoadDocuments(kind.Key, [.. some.Select(static mark => mark.Name)], cancellation))
                    {
                        if (!isDecision) Put(kind.Key, name, body);
                        else if (ServiceDecision.Read(body) is { } decision) decided.Add(_decisions[name] = decision);
                    }
                }

                // After it was read: what fails is read again.
                foreach (var mark in some) _seen[(mark.Kind, mark.Name)] = mark.Version;
            }
        }

        return decided;
    }

    /// <summary>Hands a share over to the one whose it is now.</summary>
    public List<(string Name, byte[] Body)> Take(string kind)
    {
        lock (_gate)
        {
            var taken = _bodies.Where(one => one.Key.Kind == kind).Select(static one => (one.Key.Name, one.Value)).ToList();
            foreach (var (name, _) in taken) Remove(kind, name);
            return taken;
        }
    }

    /// <summary>A share is somebody else's: all of it is read at the next look.</summary>
    public void Reread(string kind)
    {
        foreach (var key in _seen.Keys.Where(one => one.Kind == kind).ToList()) _seen.Remove(key);
    }

    private void Put(string kind, string name, byte[] body)
    {
        lock (_gate)
        {
            Remove(kind, name);
            if (_bytes + body.Length > options.MaxSharedBytes)
            {
                Interlocked.Increment(ref _refused);
                return;
            }

            _bodies[(kind, name)] = body;
            _bytes += body.Length;
        }
    }

    private void Remove(string kind, string name)
    {
        _changes[name] = _changes.GetValueOrDefault(name) + 1;
        if (_bodies.Remove((kind, name), out var before)) _bytes -= before.Length;
    }
}
