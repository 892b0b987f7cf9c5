namespace Weir.Privacy.Detection;

/// <summary>How a match is overwritten.</summary>
internal enum MaskForm : byte
{
    /// <summary><c>***class***</c>.</summary>
    Placeholder,
    /// <summary>First six and last four digits stay (PCI DSS 4.0, requirement 3.4.1).</summary>
    Card,
    /// <summary>A bare JSON number: <c>0</c>, so that its type stays what it was.</summary>
    Number,
}

/// <summary>Sensitive bytes within a text.</summary>
/// <param name="Class">What they are.</param>
/// <param name="Offset">Where they begin.</param>
/// <param name="Length">How many bytes they are.</param>
/// <param name="Form">What the mask looks like.</param>
/// <param name="Where">Place for the record.</param>
internal readonly record struct Match(SensitiveClass Class, int Offset, int Length, MaskForm Form, string Where)
{
    public int End => Offset + Length;
}
