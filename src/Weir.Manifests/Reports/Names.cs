namespace Weir.Manifests.Reports;

/// <summary>Severities as they are written in outputs: <c>high</c>.</summary>
public static class Names
{
    /// <summary>The worst first.</summary>
    public static IReadOnlyList<Severity> Severities { get; } = [Severity.Critical, Severity.High, Severity.Medium, Severity.Low, Severity.Info];

    public static string Of(Severity severity) => severity.ToString().ToLowerInvariant();
}
