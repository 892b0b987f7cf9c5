using System.ComponentModel;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api.Described;
using Weir.Center.Cluster;
using Weir.Kubernetes;
using Weir.Manifests;
using Weir.Manifests.Reports;

namespace Weir.Center.Api;

/// <summary>What is wrong with what runs in the cluster. docs/smells.md has the checks.</summary>
internal static class SmellRoutes
{
    public static void MapSmells(this IEndpointRouteBuilder routes, ClusterSmells smells, ClusterSmellLimits limits) =>
        routes.MapGet("/api/v1/smells", (
                [Description("Only this namespace")] string? @namespace, [Description("Lowest severity: info, low, medium, high or critical")] string? severity,
                CancellationToken cancellation) => Show(smells, limits, @namespace, severity, cancellation))
            .WithName("getSmells").WithSummary("What is wrong with the workloads and other objects of the live cluster, as of at most a minute ago")
            .Produces<SmellAnswer>().ProducesProblem(400);

    private static async Task<IResult> Show(ClusterSmells smells, ClusterSmellLimits limits, string? space, string? severity, CancellationToken cancellation)
    {
        var least = Severity.Info;
        if (!string.IsNullOrEmpty(severity) && (!Enum.TryParse(severity, ignoreCase: true, out least) || !Enum.IsDefined(least) || char.IsAsciiDigit(severity[0])))
            return Problem.BadParameter("severity", "must be info, low, medium, high or critical");
        if (!string.IsNullOrEmpty(space) && !KubernetesName.IsLabel(space)) return Problem.BadParameter("namespace", "is no name of a namespace");
        try
        {
            var known = await smells.ReadAsync(space ?? "", cancellation);
            return Results.Json(Answer(known, least, limits));
        }
        catch (KubernetesException e)
        {
            return Results.Json(new JsonObject { ["available"] = false, ["reason"] = e.Message, ["scannedAt"] = null, ["findings"] = new JsonArray() });
        }
    }

    /// <summary>As <c>weir smells --json</c> writes it, with what is expected in a list of its own.</summary>
    private static JsonObject Answer(ClusterSmellReport known, Severity least, ClusterSmellLimits limits)
    {
        var report = known.Report.AtLeast(least);
        var omitted = Math.Max(0, report.Findings.Length - limits.MaxFindings);
        report = report with { Findings = [.. report.Findings.Take(limits.MaxFindings)], Suppressed = [.. report.Suppressed.Take(limits.MaxFindings)] };
        using var document = new MemoryStream();
        SmellJson.Write(report, document);
        var written = JsonNode.Parse(document.GetBuffer().AsSpan(0, (int)document.Length))!.AsObject();
        var all = written["findings"]!.AsArray().ToList();
        written["findings"]!.AsArray().Clear();
        var summary = written["summary"]!.DeepClone();
        // Of all, not only of those that are shown.
        foreach (var one in Names.Severities) summary[Names.Of(one)] = known.Report.Count(one);
        summary["suppressed"] = known.Report.Suppressed.Length;
        summary["omitted"] = known.Report.Omitted + omitted;
        summary["score"] = known.Report.Score;
        return new JsonObject
        {
            ["available"] = true, ["reason"] = null, ["scannedAt"] = known.At.UtcDateTime, ["summary"] = summary,
            ["findings"] = new JsonArray([.. all.Where(static one => one!["suppressed"] is null)]), ["suppressed"] = new JsonArray([.. all.Where(static one => one!["suppressed"] is not null)]),
            ["notes"] = written["notes"]!.DeepClone(),
        };
    }
}
