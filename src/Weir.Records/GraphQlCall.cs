namespace Weir.Records;

/// <summary>One operation of a GraphQL document.</summary>
/// <param name="Type">What it does.</param>
/// <param name="Name">Operation name in <see cref="GraphQlCall.Text"/>; empty when it has none.</param>
/// <param name="Field">First field asked for, which names an operation that has no name.</param>
public readonly record struct GraphQlOperation(GraphQlType Type, Slice Name, Slice Field);

/// <summary>GraphQL operation types (GraphQL specification, §2.3).</summary>
public enum GraphQlType : byte
{
    Query,
    Mutation,
    Subscription,
}

/// <summary>The GraphQL operations of a request: on the record as <c>"graphql":{"operations":[{"type","name","field"}]}</c>.</summary>
public sealed class GraphQlCall
{
    public bool Present => Operations.Count > 0;

    public ByteBuffer Text { get; } = new();

    /// <summary>One, or several for a batch.</summary>
    public List<GraphQlOperation> Operations { get; } = [];

    public ReadOnlySpan<byte> this[Slice slice] => Text[slice];

    public void Clear()
    {
        if (!Present) return;
        Text.Clear();
        Operations.Clear();
    }
}
