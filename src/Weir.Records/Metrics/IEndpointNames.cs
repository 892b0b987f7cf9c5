namespace Weir.Records.Metrics;

/// <summary>
/// Names the endpoint of an exchange for metrics. A name is a template with few values, such as <c>/orders/{order_id}</c>: a path as
/// it was sent holds what must not be in a label, and has no bound.
/// </summary>
public interface IEndpointNames
{
    /// <summary>Null where the endpoint is not known.</summary>
    string? NameOf(Exchange exchange);
}

/// <summary>The template on the record.</summary>
internal sealed class RecordedEndpoints : IEndpointNames
{
    public static RecordedEndpoints Instance { get; } = new();

    public string? NameOf(Exchange exchange) => exchange.Endpoint;
}

/// <summary>
/// The template where somebody has accepted all of it. A catalogue that learns from what clients ask for may still have a value where a
/// parameter will be, and a label is kept and shown for longer than a record: what was only learned is not named.
/// </summary>
public sealed class DecidedEndpoints : IEndpointNames
{
    public static DecidedEndpoints Instance { get; } = new();

    public string? NameOf(Exchange exchange) => exchange.EndpointIsDecided ? exchange.Endpoint : null;
}
