using System.Text;
using Weir.Export;
using Weir.Records;

namespace Weir.Kernel.Tests;

/// <summary>Keeps the paths of the calls that any worker finds.</summary>
internal sealed class CallList : IExchangeOutput, IExchangeLane
{
    private readonly Lock _gate = new();
    private readonly List<string> _paths = [];
    private int _incomplete;

    public bool IsOpen => true;

    public long Lost => 0;

    /// <summary>Paths of the complete exchanges without anomalies, as they came.</summary>
    public IReadOnlyList<string> Paths
    {
        get
        {
            lock (_gate) return [.. _paths];
        }
    }

    public int Incomplete => Volatile.Read(ref _incomplete);

    public IExchangeLane OpenLane() => this;

    public void Write(Exchange exchange)
    {
        var request = exchange.Request;
        if (exchange.Complete && exchange.Anomalies.IsEmpty)
            lock (_gate) _paths.Add(Encoding.Latin1.GetString(request.Text[request.Path]));
        else Interlocked.Increment(ref _incomplete);
    }

    public void Flush()
    {
        // Nothing is held back.
    }

    public void Dispose()
    {
        // Nothing is held open.
    }
}
