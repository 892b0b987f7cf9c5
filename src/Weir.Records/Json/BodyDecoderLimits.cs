namespace Weir.Records.Json;

/// <summary>What decoding one body may cost.</summary>
public sealed record BodyDecoderLimits
{
    public static BodyDecoderLimits Default { get; } = new();

    /// <summary>
    /// Bytes of output after each coding; more is cut and the body marked truncated. 1 MiB: larger than the API bodies people
    /// read, and the bound on a compression bomb, since deflate expands up to a thousandfold.
    /// </summary>
    public int MaxDecodedBytes { get; init; } = 1024 * 1024;

    /// <summary>Codings applied one on another. 4: two is already rare; each costs a pass over the data.</summary>
    public int MaxCodings { get; init; } = 4;
}
