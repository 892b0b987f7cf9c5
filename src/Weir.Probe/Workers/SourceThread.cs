using System.Runtime.ExceptionServices;

namespace Weir.Probe;

/// <summary>A worker with a source of its own, on a thread of its own.</summary>
internal sealed class SourceThread
{
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    /// <param name="run">Returns when the source has ended.</param>
    /// <param name="number">For the thread's name.</param>
    /// <param name="failed">Called on that thread when it can't go on: the run should end.</param>
    public SourceThread(Action run, int number, Action failed)
    {
        _thread = new Thread(() =>
        {
            try
            {
                run();
            }
#pragma warning disable CA1031 // Whatever it is, it is thrown again on the thread that runs the capture.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _failure = ExceptionDispatchInfo.Capture(failure);
                failed();
            }
        }) { Name = $"weir-worker-{number}", IsBackground = true };
        _thread.Start();
    }

    public void Wait() => _thread.Join();

    /// <summary>Waits for the end; throws what made it fail.</summary>
    public void Join()
    {
        _thread.Join();
        _failure?.Throw();
    }
}
