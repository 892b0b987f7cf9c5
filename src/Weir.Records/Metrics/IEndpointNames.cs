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

/// <summary>The template that the endpoint catalogue wrote on the record.</summary>
internal sealed class RecordedEndpoints : IEndpointNames
{
    public static RecordedEndpoints Instance { get; } = new();

    public string? NameOf(Exchange exchange) => exchange.Endpoint;
}
