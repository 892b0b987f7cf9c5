using System.Runtime.InteropServices;

namespace Weir.Cli;

/// <summary>
/// Turns Ctrl-C, SIGTERM and a time limit into one cancellation, so that every command stops the same way: it stops
/// capturing, writes what is pending and prints its summary. A second Ctrl-C ends the process at once.
/// </summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption(TimeSpan? limit)
    {
        _signals = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM)];
        if (limit is { } time) _source.CancelAfter(time);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>True when a signal asked to stop, rather than a limit.</summary>
    public bool BySignal { get; private set; }

    /// <summary>Completed once it is time to stop.</summary>
    public Task Stopped => Task.Delay(Timeout.Infinite, Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    public void Stop() => _source.Cancel();

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        if (BySignal) return;
        context.Cancel = true;
        BySignal = true;
        _source.Cancel();
    });
}
