using Weir.Records;

namespace Weir.Export;

/// <summary>A sink that takes exchanges from several threads by itself, as an output. The sink is not owned.</summary>
public sealed class SharedSinkOutput(IExchangeSink sink) : IExchangeOutput
{
    public bool IsOpen => true;

    public long Lost => 0;

    public IExchangeLane OpenLane() => new Lane(sink);

    public void Dispose()
    {
        // Nothing is owned.
    }

    private sealed class Lane(IExchangeSink sink) : IExchangeLane
    {
        public bool TakesInProgress => sink.TakesInProgress;

        public void Write(Exchange exchange) => sink.Write(exchange);

        public void Flush()
        {
            // Nothing is held.
        }
    }
}
