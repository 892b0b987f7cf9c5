using Weir.Records.Filter;

namespace Weir.Cli;

/// <summary>What was wrong with a filter, with carets under the place; of a long filter the part around it.</summary>
internal static class FilterExcerpt
{
    /// <summary>Characters shown: what a terminal has in a line, and some.</summary>
    private const int MaxShown = 160;

    private const int Before = 60;

    public static string Render(FilterError error, string filter)
    {
        if (filter.Length <= MaxShown) return error.Render(filter);
        var start = Math.Clamp(error.Column - 1 - Before, 0, filter.Length - 1);
        var shown = filter.Substring(start, Math.Min(MaxShown, filter.Length - start));
        var (head, tail) = (start > 0 ? "…" : "", start + shown.Length < filter.Length ? "…" : "");
        var column = error.Column - start + head.Length;
        var length = Math.Clamp(error.Length, 1, Math.Max(1, head.Length + shown.Length - column + 1));
        return new FilterError(error.Message, column, length).Render(head + shown + tail);
    }
}
