using Weir.Records;

namespace Weir.Export;

/// <summary>Takes exchanges and forgets them: for measuring, and for runs that only want statistics.</summary>
public sealed class NoneOutput : IExchangeOutput, IExchangeLane
{
    public bool IsOpen => true;

    public long Lost => 0;

    public IExchangeLane OpenLane() => this;

    public void Write(Exchange exchange)
    {
        // Not even counted: the run counts what matched, and workers share nothing here.
    }

    public void Flush()
    {
        // Nothing is held.
    }

    public void Dispose()
    {
        // Nothing is owned.
    }
}
