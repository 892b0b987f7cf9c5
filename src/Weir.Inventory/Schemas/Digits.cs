namespace Weir.Inventory.Schemas;

/// <summary>Decimal digits of ASCII.</summary>
internal static class Digits
{
    /// <summary>A loop: the framework's search over a range boxes its bounds until it is compiled a second time.</summary>
    public static bool All(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiDigit(c)) return false;
        return text.Length > 0;
    }
}
