namespace Weir.Specs;

/// <summary>What reading a specification may cost. It may come from anywhere, and YAML can name one part a thousand times.</summary>
public sealed record SpecLimits
{
    public static SpecLimits Default { get; } = new();

    /// <summary>Bytes of the document. 16 MiB: the largest published specifications have twelve.</summary>
    public int MaxBytes { get; init; } = 16 << 20;

    /// <summary>Values of the document, aliases counted each time. 1,000,000: several times what the largest have.</summary>
    public int MaxValues { get; init; } = 1_000_000;

    /// <summary>Levels of nesting. 128: schemas nest a few levels for each of theirs.</summary>
    public int MaxDepth { get; init; } = 128;
}
