namespace Weir.Records;

/// <summary>
/// Says who the peers of records are, before any filter, rule or output sees them. Called by all workers at once on their hot path:
/// it takes no lock, waits for nothing and allocates nothing.
/// </summary>
public interface IPeerIdentifier
{
    /// <summary>Names both peers of an exchange; again for one that goes on, and then as of now.</summary>
    void Identify(Exchange exchange);

    /// <summary>Names both peers of a flow.</summary>
    void Identify(FlowRecord flow);
}
