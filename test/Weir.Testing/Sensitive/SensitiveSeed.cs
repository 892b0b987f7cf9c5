namespace Weir.Testing.Sensitive;

/// <summary>A made-up secret or personal datum that tests hide in traffic and then look for in whatever Weir puts out.</summary>
/// <param name="Class">Class that has to be told.</param>
/// <param name="Value">The text.</param>
/// <param name="Key">A name under which it is found.</param>
/// <param name="Alone">It is found by its own form, under any name and in running text.</param>
public sealed record SensitiveSeed(string Class, string Value, string Key, bool Alone)
{
    /// <summary>Its check digits prove it where a word before it says what it may be.</summary>
    public bool Checked { get; init; }

    public override string ToString() => $"{Class}: {Value}";
}
