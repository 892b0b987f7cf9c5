using Weir.Flows;
using Weir.Records;

namespace Weir.Export;

/// <summary>
/// A place that exchanges are delivered to, by several capture workers at once: each opens a lane of its own and shares
/// nothing else. <see cref="BatchingOutput"/> and <see cref="StreamOutput"/> are what to build one on.
/// </summary>
/// <remarks>
/// The exchanges of one worker, and so of one connection, come in order. Those of several workers mix as their batches
/// come: an output is not sorted by time.
/// </remarks>
public interface IExchangeOutput : IDisposable
{
    /// <summary>
    /// False once nothing more can be delivered: after a failure, or when the reader of a pipe has gone (<c>| head</c>), which
    /// is no failure. The caller may then stop.
    /// </summary>
    bool IsOpen { get; }

    /// <summary>
    /// Exchanges that were written but not delivered: those of the batch that failed, some of which may have got through, and
    /// all that came after the output had closed.
    /// </summary>
    long Lost { get; }

    /// <summary>Whether its lanes make anything of flows; else they need not be told.</summary>
    bool TakesFlows => false;

    /// <summary>A way in for one worker. Any thread may open one; what it hands over leaves whole, never mixed with another's.</summary>
    IExchangeLane OpenLane();
}

/// <summary>
/// One worker's way into an output; not thread-safe. A failed delivery throws <see cref="OutputException"/> in the lane that
/// met it, once for the whole output; what any lane is given after that is counted in <see cref="IExchangeOutput.Lost"/>.
/// </summary>
public interface IExchangeLane : IExchangeSink, IFlowSink, IMeteredFlowSink
{
    /// <inheritdoc/>
    void IFlowSink.Write(FlowRecord flow)
    {
        // Most outputs are of exchanges alone.
    }

    /// <inheritdoc/>
    void IMeteredFlowSink.OnFlow(MeteredFlow flow)
    {
        // As above.
    }

    /// <summary>
    /// Delivers what the lane holds. Called when the worker has nothing to do, at least every 100 ms of a live capture, and at
    /// the end.
    /// </summary>
    void Flush();
}

/// <summary>An output can no longer be written to; the message says which and why.</summary>
public sealed class OutputException : IOException
{
    public OutputException()
    {
    }

    public OutputException(string message)
        : base(message)
    {
    }

    public OutputException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
