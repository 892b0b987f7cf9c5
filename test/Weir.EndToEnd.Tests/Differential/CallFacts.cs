namespace Weir.EndToEnd.Tests.Differential;

/// <summary>
/// What two programs that read the same capture must agree on, for one call. A null is "this side does not say": it
/// agrees with anything. That there is none is said with <see cref="NoRequest"/> and <see cref="NoResponse"/>.
/// </summary>
internal sealed record CallFacts(
    string? Client, string? Method, string? Target, string? Host, int? Status, long? RequestBody, long? ResponseBody)
{
    /// <summary>As the method: the call has no request.</summary>
    public const string NoRequest = "-";

    /// <summary>As the status: the call has no response. (The status of an HTTP/0.9 response is 0.)</summary>
    public const int NoResponse = -1;

    public bool Agrees(CallFacts other) =>
        Same(Client, other.Client) && Same(Method, other.Method) && Same(Target, other.Target) && Same(Host, other.Host)
        && Same(Status, other.Status) && Same(RequestBody, other.RequestBody) && Same(ResponseBody, other.ResponseBody);

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

    private static bool Same(string? left, string? right) => left is null || right is null || left == right;

    private static bool Same(long? left, long? right) => left is null || right is null || left == right;

    public override string ToString() =>
        $"{Client ?? "?"} {Method ?? "?"} {Target ?? "-"} host={Host ?? "-"} "
        + $"status={(Status == NoResponse ? "-" : Status?.ToString() ?? "?")} "
        + $"request={RequestBody?.ToString() ?? "?"} response={ResponseBody?.ToString() ?? "?"}";
}
