namespace Weir.Privacy.Detection;

/// <summary>What surrounds a text that is scanned.</summary>
internal readonly ref struct ScanPlace
{
    /// <summary>Name that the text is the value of; may support weak candidates.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The text was cut off at its end: half a secret may stand there.</summary>
    public bool Cut { get; init; }

    /// <summary>Binary: a length byte that happens to be a letter may stand right before a secret.</summary>
    public bool Glued { get; init; }

    /// <summary>Decodings that this text came out of.</summary>
    public int Depth { get; init; }
}
