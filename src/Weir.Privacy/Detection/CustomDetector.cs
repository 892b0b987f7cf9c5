using System.Text.RegularExpressions;

namespace Weir.Privacy.Detection;

/// <summary>An additional check on what a pattern found.</summary>
public enum CustomCheck : byte
{
    None,
    /// <summary>Its digits pass the Luhn formula.</summary>
    Luhn,
    /// <summary>It looks made by a machine to be unguessable.</summary>
    Entropy,
}

/// <summary>A kind of data that the configuration adds: by key names, by a pattern, or both.</summary>
/// <param name="Class">Its name and severity.</param>
/// <param name="Keys">Names whose values are sensitive; compared without case and separators.</param>
/// <param name="Pattern">Finds it anywhere; runs in time linear in the text. Null for none.</param>
/// <param name="Check">What a match has to pass.</param>
public sealed record CustomDetector(SensitiveClass Class, IReadOnlyList<string> Keys, Regex? Pattern, CustomCheck Check);
