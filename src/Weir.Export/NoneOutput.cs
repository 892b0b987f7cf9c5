using Weir.Records;

namespace Weir.Export;

/// <summary>Takes exchanges and forgets them: for measuring, and for runs that only want statistics.</summary>
public sealed class NoneOutput : IExchangeOutput
{
    public bool IsOpen => true;

    public long Lost => 0;

    public void Write(Exchange exchange) => Count++;

    public long Count { get; private set; }

    public void Flush()
    {
        // Nothing is held.
    }

    public void Dispose()
    {
        // Nothing is owned.
    }
}
