namespace Weir.Records;

/// <summary>
/// Takes finished exchanges. The exchange and its buffers are pooled: they are valid only during the call, so a sink that
/// keeps anything copies or encodes it first.
/// </summary>
public interface IExchangeSink
{
    void Write(Exchange exchange);
}
