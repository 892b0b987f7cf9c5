namespace Weir.Storage.Scans;

/// <summary>A scan of an image, as it is stored; times are Unix milliseconds.</summary>
/// <param name="Id">Sorts by the time it was asked for.</param>
/// <param name="Image">As it was named.</param>
/// <param name="By">Who asked.</param>
/// <param name="StartedMs">When it was asked for.</param>
/// <param name="FinishedMs">Null while it runs.</param>
/// <param name="State"><c>running</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Failure">Why it failed, in a word; null otherwise.</param>
/// <param name="Error">The same in a sentence; null otherwise.</param>
/// <param name="Counts">What was found, the worst first: critical, high, medium, low, unknown; null until it is done.</param>
public sealed record ScanRecord(
    string Id, string Image, string By, long StartedMs, long? FinishedMs, string State, string? Failure, string? Error, IReadOnlyList<int>? Counts);
