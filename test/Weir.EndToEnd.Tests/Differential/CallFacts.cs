namespace Weir.EndToEnd.Tests.Differential;

/// <summary>
/// What two programs that read the same capture must agree on, for one call. A null is "this side does not say": it
/// agrees with anything.
/// </summary>
internal sealed record CallFacts(
    string? Client, string? Method, string? Target, string? Host, int? Status, long? RequestBody, long? ResponseBody)
{
    public bool Agrees(CallFacts other) =>
        Same(Client, other.Client) && Method == other.Method && Same(Target, other.Target) && Same(Host, other.Host)
        && Status == other.Status && Same(RequestBody, other.RequestBody) && Same(ResponseBody, other.ResponseBody);

    /// <summary>Pairs off the calls that agree and returns what is left on either side, one readable line each.</summary>
    public static IReadOnlyList<string> Differences(
        string leftName, IEnumerable<CallFacts> left, string rightName, IEnumerable<CallFacts> right)
    {
        var rest = right.ToList();
        var lines = new List<string>();
        foreach (var call in left)
        {
            var match = rest.FindIndex(call.Agrees);
            if (match >= 0) rest.RemoveAt(match);
            else lines.Add($"only {leftName}: {call}");
        }

        lines.AddRange(rest.Select(call => $"only {rightName}: {call}"));
        return lines;
    }

    private static bool Same<T>(T? left, T? right) => left is null || right is null || Equals(left, right);

    public override string ToString() =>
        $"{Client ?? "?"} {Method ?? "-"} {Target ?? "-"} host={Host ?? "-"} status={Status?.ToString() ?? "-"} "
        + $"request={RequestBody?.ToString() ?? "?"} response={ResponseBody?.ToString() ?? "?"}";
}
