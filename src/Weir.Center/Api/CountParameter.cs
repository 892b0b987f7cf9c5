using System.Globalization;

namespace Weir.Center.Api;

/// <summary>How many of something, as a query parameter: digits alone.</summary>
internal static class CountParameter
{
    /// <param name="text">Null or empty takes <paramref name="otherwise"/>.</param>
    /// <param name="otherwise">When it is left out.</param>
    /// <param name="most">The largest number that is taken; the smallest is 1.</param>
    /// <param name="count">The number.</param>
    public static bool TryParse(string? text, int otherwise, int most, out int count)
    {
        count = otherwise;
        return string.IsNullOrEmpty(text)
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= 1 && count <= most);
    }
}
