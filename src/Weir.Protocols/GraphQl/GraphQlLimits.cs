namespace Weir.Protocols.GraphQl;

/// <summary>What looking for GraphQL may cost.</summary>
public sealed record GraphQlLimits
{
    public static GraphQlLimits Default { get; } = new();

    /// <summary>Operations named per exchange. 16: clients batch a handful; a WebSocket may start many.</summary>
    public int MaxOperations { get; init; } = 16;

    /// <summary>Bytes of an operation or field name that are kept. 256: longer ones name nothing a person reads.</summary>
    public int MaxNameBytes { get; init; } = 256;
}
