using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api.Described;
using Weir.Center.Auth;
using Weir.Center.Cluster;
using Weir.Center.Hosting;
using Weir.Center.Respond;
using Weir.Kubernetes;
using Weir.Manifests;
using Weir.Manifests.Checks;
using Weir.Manifests.Scanning;
using Weir.Storage;

namespace Weir.Center.Api;

/// <summary>What the cluster is made of, and what is wrong with manifests, on the paths and in the shapes of an older dashboard.</summary>
internal static class ClusterRoutes
{
    /// <summary>Bytes of a manifest that is sent here; <c>weir smells</c> reads larger ones.</summary>
    private const int MaxManifestBytes = 4 << 20;

    private static readonly ManifestLimits s_limits = ManifestLimits.Default with { MaxFileBytes = MaxManifestBytes, MaxNodes = 200_000, MaxFindings = 10_000 };

    public static void MapCluster(this IEndpointRouteBuilder routes, Responder responder, RespondLimits limits)
    {
        routes.MapGet("/cluster-info", (CancellationToken cancellation) => Guard(async () => Results.Json(await ClusterOverview.ReadAsync(responder.Cluster.Client(), cancellation))))
            .WithName("getClusterInfo").WithSummary("Nodes, pods, load by the metrics API, deployments, latest events, and pods by namespace").Produces<ClusterAnswer>().ProducesProblem(502).ProducesProblem(503);
        routes.MapGet("/api/service-map", (IExchangeStore store, TimeProvider time, CancellationToken cancellation) => Guard(async () =>
            {
                var now = time.GetUtcNow();
                return Results.Json(await ServiceMap.ReadAsync(responder.Cluster.Client(), store, now.AddHours(-1), now, limits.MaxPreviewCalls, cancellation));
            }))
            .WithName("getServiceMap").WithSummary("Services, pods, deployments, ingresses, and what ties them: selectors, mounts, routes, and the calls of the last hour").Produces<object>().ProducesProblem(502).ProducesProblem(503);
        routes.MapPost("/api/detect-smells", (Delegate)((HttpContext context) => Smells(context)))
            .RequireRole(Role.Viewer).WithName("detectSmells").WithSummary("What is wrong with the manifests in the form's file (.yaml or .yml)")
            .Accepts<IFormFile>("multipart/form-data", "*/*").Produces<object>().ProducesProblem(400).ProducesProblem(413);
    }

    private static async Task<IResult> Guard(Func<Task<IResult>> work)
    {
        try
        {
            return await work();
        }
        catch (KubernetesException e)
        {
            return e.Fault is KubernetesFault.Forbidden or KubernetesFault.Unauthorized
                ? Results.Problem(e.Message, statusCode: StatusCodes.Status502BadGateway, title: "The cluster does not let Weir do that")
                : Problem.Unavailable(e.Message);
        }
    }

    private static async Task<IResult> Smells(HttpContext context)
    {
        // Of any kind: what is no form is told as that, to those who may ask.
        if (!context.Request.HasFormContentType) return Problem.BadParameter("body", "is no form with a file");
        if (context.Request.ContentLength > MaxManifestBytes + 4096) return RequestBody.TooLarge(MaxManifestBytes);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MaxManifestBytes + 4096;
        IFormFile? file;
        try
        {
            // In memory, never in a file.
            var form = await context.Request.ReadFormAsync(
                new FormOptions { MultipartBodyLengthLimit = MaxManifestBytes, MemoryBufferThreshold = MaxManifestBytes + 1, ValueCountLimit = 16, ValueLengthLimit = 1024 }, context.RequestAborted);
            context.MarkBodyRead();
            file = form.Files["file"];
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return RequestBody.TooLarge(MaxManifestBytes);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return Problem.BadParameter("body", $"is no form with a file of at most {MaxManifestBytes >> 20} MiB");
        }

        if (file is null) return Problem.BadParameter("file", "is missing");
        if (!file.FileName.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) && !file.FileName.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
            return Problem.BadParameter("file", "must be a .yaml or .yml file");
        using var content = new MemoryStream((int)file.Length);
        await file.CopyToAsync(content, context.RequestAborted);
        var scanner = new SmellScanner(limits: s_limits);
        scanner.Add(file.FileName, content.ToArray(), onlyObjects: true);
        var report = scanner.Scan();
        return Results.Json(new JsonObject
        {
            ["smells"] = new JsonArray([.. report.Findings.Select(static one => JsonValue.Create(Sentence(one)))]), ["objects"] = report.Objects, ["score"] = report.Score, ["omitted"] = report.Omitted,
        });
    }

    private static string Sentence(SmellFinding one)
    {
        var text = new StringBuilder($"[{CheckCatalog.Families.First(family => family.Prefix == one.Check.Family).Title}] ");
        if (one.Kind is null) text.Append("file");
        else text.Append(one.Kind).Append('/').Append(one.Name).Append(" in namespace ").Append(string.IsNullOrEmpty(one.Namespace) ? "default" : one.Namespace);
        if (one.Container is not null) text.Append(", container ").Append(one.Container);
        return text.Append(": ").Append(one.Message).Append(" (").Append(one.Check.Id).Append(", ").Append(one.Severity.ToString().ToLowerInvariant()).Append(')').ToString();
    }
}
