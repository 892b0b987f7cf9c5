using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Weir.Kubernetes.TestServer;

/// <summary>One change, as watches tell it.</summary>
public sealed record StoredEvent(long Version, string Type, ApiType Kind, JsonObject Object);

/// <summary>
/// Objects with their resource versions and the history of changes, as etcd keeps them: one counter for all kinds, compaction forgets
/// what was. Objects are never changed in place. Thread-safe.
/// </summary>
public sealed class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SortedDictionary<string, JsonObject>> _objects = new(StringComparer.Ordinal);
    private readonly List<StoredEvent> _history = [];
    private readonly List<Channel<StoredEvent>> _watchers = [];
    private long _version = 1;
    private long _compacted;

    public long Version
    {
        get
        {
            lock (_gate) return _version;
        }
    }

    public long Compacted
    {
        get
        {
            lock (_gate) return _compacted;
        }
    }

    public int Watchers
    {
        get
        {
            lock (_gate) return _watchers.Count;
        }
    }

    /// <summary>All objects of a kind, in the order of their keys, and as of which version.</summary>
    public (IReadOnlyList<JsonObject> Objects, long Version) List(ApiType type, string? space)
    {
        lock (_gate)
        {
            var all = _objects.GetValueOrDefault(type.Resource)?.Where(one => space is null || one.Key.StartsWith($"{space}/", StringComparison.Ordinal)).Select(one => one.Value);
            return ([.. all ?? []], _version);
        }
    }

    public JsonObject? Get(ApiType type, string? space, string name)
    {
        lock (_gate) return _objects.GetValueOrDefault(type.Resource)?.GetValueOrDefault($"{space}/{name}");
    }

    /// <summary>Stores an object: new, or in place of the one of its name. Nothing happens when nothing changed.</summary>
    /// <param name="type">Kind.</param>
    /// <param name="one">What to store; it is the store's from now on.</param>
    /// <param name="before">What it was made from; null for a new one. A mismatch is a conflict.</param>
    public JsonObject Put(ApiType type, JsonObject one, JsonObject? before)
    {
        lock (_gate)
        {
            var metadata = one["metadata"]!.AsObject();
            var (space, name) = ((string?)metadata["namespace"], (string)metadata["name"]!);
            var key = $"{space}/{name}";
            if (!_objects.TryGetValue(type.Resource, out var objects)) _objects[type.Resource] = objects = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
            objects.TryGetValue(key, out var stored);
            if (stored is null && before is not null) throw ApiException.NotFound(type, name);
            if (stored is not null && before is null) throw new ApiException(409, "AlreadyExists", $"{type.Resource} \"{name}\" already exists");
            if (stored is not null && !ReferenceEquals(stored, before))
                throw new ApiException(409, "Conflict", $"Operation cannot be fulfilled on {type.Resource} \"{name}\": the object has been modified; please apply your changes to the latest version and try again");
            metadata["resourceVersion"] = before?["metadata"]!["resourceVersion"]?.DeepClone();
            if (before is not null && JsonNode.DeepEquals(one, before)) return before;
            metadata["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            Materialise(one);
            objects[key] = one;
            Tell(new StoredEvent(_version, before is null ? "ADDED" : "MODIFIED", type, one));
            return one;
        }
    }

    public JsonObject Delete(ApiType type, string? space, string name)
    {
        lock (_gate)
        {
            if (_objects.GetValueOrDefault(type.Resource) is not { } objects || !objects.Remove($"{space}/{name}", out var last)) throw ApiException.NotFound(type, name);
            var gone = (JsonObject)last.DeepClone();
            gone["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            Materialise(gone);
            Tell(new StoredEvent(_version, "DELETED", type, gone));
            return gone;
        }
    }

    /// <summary>Forgets all history: older versions can no longer be watched from.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _history.Clear();
            _compacted = _version;
        }
    }

    /// <summary>Changes after a version; null when that is forgotten.</summary>
    public (IReadOnlyList<StoredEvent> Missed, Channel<StoredEvent> Channel)? Watch(long after)
    {
        lock (_gate)
        {
            if (after < _compacted) return null;
            var channel = Channel.CreateUnbounded<StoredEvent>();
            _watchers.Add(channel);
            return ([.. _history.Where(one => one.Version > after)], channel);
        }
    }

    public void Leave(Channel<StoredEvent> channel)
    {
        lock (_gate) _watchers.Remove(channel);
    }

    /// <summary>Nodes are made when they are first looked at, which several readers must not do at once.</summary>
    private static void Materialise(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach (var (_, value) in map) Materialise(value);
        }
        else if (node is JsonArray list)
        {
            foreach (var value in list) Materialise(value);
        }
    }

    private void Tell(StoredEvent change)
    {
        _history.Add(change);
        foreach (var watcher in _watchers) watcher.Writer.TryWrite(change);
    }
}
