using Weir.Kubernetes.Model;

namespace Weir.Kubernetes.Watching;

/// <summary>Is told of every object of a kind. Calls come one after the other, and must not wait for anything nor throw.</summary>
public interface IResourceHandler<in T>
{
    /// <summary>The object is new or has changed; on subscribing it is called for all that are known.</summary>
    void OnChanged(T resource);

    /// <summary>The object is gone; this is the last that was seen of it.</summary>
    void OnDeleted(T resource);
}

/// <summary>How it stands with what an <see cref="Informer{T}"/> follows. Read from any thread.</summary>
public interface IInformerState
{
    ResourceType Type { get; }

    /// <summary>All objects were listed once; changes since are followed, or will be.</summary>
    bool HasSynced { get; }

    /// <summary>What failed last, until something succeeds again; null while all is well.</summary>
    KubernetesException? Failure { get; }

    /// <summary>Objects known now.</summary>
    int Count { get; }

    /// <summary>Changes seen.</summary>
    long Events { get; }

    /// <summary>Times all objects were listed.</summary>
    long Lists { get; }

    /// <summary>Watches begun.</summary>
    long Watches { get; }

    /// <summary>Attempts that failed.</summary>
    long Failures { get; }

    /// <summary>Objects beyond <see cref="KubernetesLimits.MaxObjects"/>, which nobody is told of.</summary>
    long LeftOut { get; }

    /// <summary>Ends when the objects were listed once.</summary>
    Task WhenSyncedAsync(CancellationToken cancellation);
}

/// <summary>
/// Follows all objects of a kind by one list and one watch, whoever asks for them. The watch goes on where it ended; when that version
/// is gone (410) everything is listed again, and what is missing from the list was deleted. Never polls.
/// </summary>
public sealed class Informer<T> : IInformerState
{
    private readonly KubernetesClient _client;
    private readonly ResourceKind<T> _kind;
    private readonly ListOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, T> _objects = new(StringComparer.Ordinal);
    private readonly List<IResourceHandler<T>> _handlers = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KubernetesException? _failure;
    private int _count;
    private long _events, _lists, _watches, _failures, _leftOut;

    /// <summary>Where the next watch begins; null to list first.</summary>
    private string? _version;

    internal Informer(KubernetesClient client, ResourceKind<T> kind, string? @namespace) =>
        (_client, _kind, _options) = (client, kind, new ListOptions { Namespace = @namespace });

    public ResourceType Type => _kind.Type;

    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    public KubernetesException? Failure => Volatile.Read(ref _failure);

    public int Count => Volatile.Read(ref _count);

    public long Events => Volatile.Read(ref _events);

    public long Lists => Volatile.Read(ref _lists);

    public long Watches => Volatile.Read(ref _watches);

    public long Failures => Volatile.Read(ref _failures);

    public long LeftOut => Volatile.Read(ref _leftOut);

    public Task WhenSyncedAsync(CancellationToken cancellation) => _synced.Task.WaitAsync(cancellation);

    /// <summary>All objects as they are now.</summary>
    public IReadOnlyList<T> Snapshot()
    {
        lock (_gate) return [.. _objects.Values];
    }

    /// <summary>Tells a handler of all objects, then of every change until the result is disposed.</summary>
    public IDisposable Subscribe(IResourceHandler<T> handler)
    {
        lock (_gate)
        {
            foreach (var one in _objects.Values) handler.OnChanged(one);
            _handlers.Add(handler);
        }

        return new Subscription(this, handler);
    }

    /// <summary>Lists and watches until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        var backoff = new Backoff(_client.Limits.MinBackoff, _client.Limits.MaxBackoff);
        while (!cancellation.IsCancellationRequested)
        {
            var wait = TimeSpan.Zero;
            try
            {
                if (_version is null) await ListAsync(cancellation).ConfigureAwait(false);
                // A server that ends every watch at once must not be asked without pause.
                if (await WatchAsync(cancellation).ConfigureAwait(false)) backoff.Reset();
                else wait = backoff.Next();
            }
            catch (KubernetesException e)
            {
                if (e.Fault == KubernetesFault.Gone) _version = null;
                else Fail(e);
                wait = backoff.Next();
                if (e.RetryAfter is { } asked && asked > wait) wait = asked < _client.Limits.MaxBackoff ? asked : _client.Limits.MaxBackoff;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // An object that nobody foresaw must not end the watch for good: it is told, and everything is listed anew.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _version = null;
                Fail(new KubernetesException(KubernetesFault.Malformed, $"{_kind.Type}: {e.Message}", e));
                wait = backoff.Next();
            }

            await Task.Delay(wait, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListAsync(CancellationToken cancellation)
    {
        // The first list may be some seconds old, which spares the server's store when all nodes start at once. After an expired
        // version it must not be older than what is known.
        var options = _options with { ResourceVersion = _lists == 0 ? "0" : null };
        var listed = new HashSet<string>(StringComparer.Ordinal);
        var version = "";
        Volatile.Write(ref _leftOut, 0);
        await foreach (var page in _client.ListPagesAsync(_kind, options, cancellation).ConfigureAwait(false))
        {
            version = page.Metadata?.ResourceVersion ?? version;
            lock (_gate)
            {
                foreach (var one in page.Items ?? [])
                {
                    listed.Add(Key(_kind.Metadata(one)));
                    Change(one);
                }
            }
        }

        lock (_gate)
        {
            foreach (var key in _objects.Keys.Where(key => !listed.Contains(key)).ToList()) Delete(key, _objects[key]);
        }

        _version = version;
        Volatile.Write(ref _lists, _lists + 1);
        Volatile.Write(ref _failure, null);
        _synced.TrySetResult();
    }

    /// <summary>False when the watch brought nothing at all.</summary>
    private async Task<bool> WatchAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref _watches, _watches + 1);
        var alive = false;
        await foreach (var change in _client.WatchAsync(_kind, _version!, _options, cancellation).ConfigureAwait(false))
        {
            alive = true;
            if (_failure is not null) Volatile.Write(ref _failure, null);
            if (change.Type != WatchEventType.Bookmark) Apply(change);
            _version = change.ResourceVersion;
        }

        if (_failure is not null) Volatile.Write(ref _failure, null);
        return alive;
    }

    private void Apply(in WatchEvent<T> change)
    {
        lock (_gate)
        {
            Volatile.Write(ref _events, _events + 1);
            if (change.Type == WatchEventType.Deleted) Delete(Key(_kind.Metadata(change.Object!)), change.Object!);
            else Change(change.Object!);
        }
    }

    private void Change(T one)
    {
        var metadata = _kind.Metadata(one);
        var key = Key(metadata);
        if (_objects.TryGetValue(key, out var known))
        {
            var before = _kind.Metadata(known);
            // Listed again, and nothing happened meanwhile.
            if (before.ResourceVersion == metadata.ResourceVersion && metadata.ResourceVersion is not null) return;
            // Another object took the name while nobody watched.
            if (before.Uid != metadata.Uid) Delete(key, known);
        }
        else if (_objects.Count >= _client.Limits.MaxObjects)
        {
            Volatile.Write(ref _leftOut, _leftOut + 1);
            return;
        }

        _objects[key] = one;
        Volatile.Write(ref _count, _objects.Count);
        foreach (var handler in _handlers) handler.OnChanged(one);
    }

    private void Delete(string key, T last)
    {
        if (!_objects.Remove(key)) return;
        Volatile.Write(ref _count, _objects.Count);
        foreach (var handler in _handlers) handler.OnDeleted(last);
    }

    private void Fail(KubernetesException failure)
    {
        Volatile.Write(ref _failure, failure);
        Volatile.Write(ref _failures, _failures + 1);
    }

    private static string Key(ObjectMeta metadata) => $"{metadata.Namespace}/{metadata.Name}";

    private sealed class Subscription(Informer<T> informer, IResourceHandler<T> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (informer._gate) informer._handlers.Remove(handler);
        }
    }
}
