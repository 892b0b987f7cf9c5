namespace Weir.Records;

/// <summary>
/// Takes finished exchanges. The exchange and its buffers are pooled: they are valid only during the call, so a sink that
/// keeps anything copies or encodes it first. It must not change them: an exchange in progress goes on after the call.
/// </summary>
public interface IExchangeSink
{
    /// <summary>
    /// Whether it also wants exchanges that are not over (<see cref="Exchange.InProgress"/>), each of which comes again under
    /// the same id. Whoever feeds several sinks asks this.
    /// </summary>
    bool TakesInProgress => false;

    void Write(Exchange exchange);
}
