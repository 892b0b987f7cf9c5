using Weir.Storage;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>
/// Follows what other centers do to the accounts of a store that they share: looks once a second, and at once when somebody shows what is not known
/// here. While the store is away, what was known last holds.
/// </summary>
/// <param name="store">Asked for its revision.</param>
/// <param name="load">Reads all of it.</param>
/// <param name="time">Clock.</param>
internal sealed class SharedAccounts(IAccountStore store, Action load, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Looks a second for those who show what is not known: more than people make tokens, and little to ask of the store.</summary>
    private const int LooksPerSecond = 20;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private long _revision = store.Revision();
    private long _lookedAt;
    private int _looksLeft;
    private volatile string? _trouble;
    private Task? _following;

    public void Start()
    {
        if (store.IsShared) _following = Task.Run(Follow);
    }

    /// <summary>Looks once more for what somebody shows; many who ask at once share a look.</summary>
    /// <returns>True when it may be known now.</returns>
    public bool Refresh()
    {
        if (!store.IsShared || _trouble is not null) return false;
        var asked = time.GetTimestamp();
        if (!_gate.TryEnter(s_interval)) return false;
        try
        {
            if (_lookedAt >= asked) return true;
            if (_looksLeft == 0) return false;
            _looksLeft--;
            return Look();
        }
        finally
        {
            _gate.Exit();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        if (_following is not null) await _following;
        _stop.Dispose();
    }

    private async Task Follow()
    {
        using var timer = new PeriodicTimer(s_interval);
        try
        {
            do
            {
                lock (_gate)
                {
                    _looksLeft = LooksPerSecond;
                    Look();
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The center stops.
        }
    }

    /// <summary>False when the store is away.</summary>
    private bool Look()
    {
        _lookedAt = time.GetTimestamp();
        try
        {
            // Read before what it stands for: what comes in between is taken over next time.
            var revision = store.Revision();
            if (revision != _revision) load();
            (_revision, _trouble) = (revision, null);
            return true;
        }
        catch (StoreException failure)
        {
            if (_trouble != failure.Message) Console.Error.WriteLine($"weir: accounts are those of before: {failure.Message}");
            _trouble = failure.Message;
            return false;
        }
    }
}
