namespace Weir.Inventory.Drift;

/// <summary>How traffic and specification differ. Names in snake_case leave Weir.</summary>
public enum DriftKind : byte
{
    /// <summary>A path that the specification does not have is answered.</summary>
    ShadowEndpoint,

    /// <summary>The path is described, this method of it is not.</summary>
    ShadowMethod,

    /// <summary>A deprecated operation is still called.</summary>
    Zombie,

    /// <summary>A status code that the operation does not describe.</summary>
    UndocumentedStatus,

    /// <summary>A media type that the message does not describe.</summary>
    UndocumentedContentType,

    /// <summary>A query parameter or header that the operation does not describe.</summary>
    UndocumentedParameter,

    /// <summary>A property that the schema does not describe.</summary>
    UndocumentedField,

    /// <summary>A value whose type the schema does not allow.</summary>
    TypeDrift,

    /// <summary>A required property that some bodies lack.</summary>
    MissingField,
}

/// <summary>One difference.</summary>
/// <param name="Kind">What.</param>
/// <param name="Method">Of the operation.</param>
/// <param name="Path">Template of the specification where it has one, else what was observed.</param>
/// <param name="Where">Place within the operation: <c>response 200 application/json $.items[].price</c>; empty for the whole.</param>
/// <param name="Detail">In words.</param>
/// <param name="Count">Calls or values that show it.</param>
public sealed record DriftItem(DriftKind Kind, string Method, string Path, string Where, string Detail, long Count)
{
    private static readonly string[] s_names = Array.ConvertAll(
        Enum.GetNames<DriftKind>(), static name => string.Concat(name.Select(static (c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")));

    /// <summary>Name on the wire: <c>shadow_endpoint</c>.</summary>
    public static string NameOf(DriftKind kind) => s_names[(int)kind];
}

/// <summary>All differences between a service and a specification.</summary>
/// <param name="Items">By path and method.</param>
/// <param name="Unused">Operations that were not called: <c>GET /x</c>. No drift: the watch may have been short.</param>
/// <param name="Matched">Observed endpoints that the specification describes.</param>
/// <param name="Observed">Observed endpoints.</param>
public sealed record DriftReport(IReadOnlyList<DriftItem> Items, IReadOnlyList<string> Unused, int Matched, int Observed);
