namespace Weir.Kubernetes.Watching;

/// <summary>
/// The one place of a process that watches a cluster: each kind (and namespace, where one is named) is listed and watched once, however
/// many ask for it. Thread-safe. Disposing ends all watches.
/// </summary>
public sealed class InformerHub(KubernetesClient client) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (object Informer, Task Run)> _informers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new();

    public KubernetesClient Client => client;

    /// <summary>How it stands with each kind that somebody asked for.</summary>
    public IReadOnlyList<IInformerState> States
    {
        get
        {
            lock (_gate) return [.. _informers.Values.Select(static one => (IInformerState)one.Informer)];
        }
    }

    /// <summary>Who follows a kind; begins to when it is the first to ask.</summary>
    /// <param name="kind">Kind, and how it is read: the same for all who ask.</param>
    /// <param name="namespace">Null for all namespaces.</param>
    /// <exception cref="InvalidOperationException">The kind is followed already, read as something else.</exception>
    public Informer<T> Get<T>(ResourceKind<T> kind, string? @namespace = null)
    {
        var path = kind.Type.Path(@namespace);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_end.IsCancellationRequested, this);
            if (_informers.TryGetValue(path, out var known))
                return known.Informer as Informer<T> ?? throw new InvalidOperationException($"{path} is watched already, read as another type than {typeof(T).Name}");
            var informer = new Informer<T>(client, kind, @namespace);
            _informers[path] = (informer, Task.Run(() => informer.RunAsync(_end.Token)));
            return informer;
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Task> runs;
        lock (_gate)
        {
            if (_end.IsCancellationRequested) return;
            _end.Cancel();
            runs = [.. _informers.Values.Select(static one => one.Run)];
        }

        await Task.WhenAll(runs).ConfigureAwait(false);
        _end.Dispose();
    }
}
