using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api.Described;
using Weir.Center.Auth;
using Weir.Center.Scans;
using Weir.Manifests.Images;
using Weir.Manifests.Reports;
using Weir.Storage.Scans;

namespace Weir.Center.Api;

/// <summary>Scans of images: asked for, listed, shown. docs/guides/image-scans.md shows them at work.</summary>
internal static class ScanRoutes
{
    private const string Path = "/api/v1/scans";

    private static readonly List<string> s_severities = [.. ImageJson.Severities.Select(ImageJson.NameOf)];

    public static void MapScans(this IEndpointRouteBuilder routes, ImageScans scans, ScanLimits limits)
    {
        routes.MapGet(Path, async (CancellationToken cancellation) => Results.Json(new ScanList(
                ScannerView.Of(await scans.StatusAsync(cancellation)), [.. scans.All.Select(one => ScanView.Of(one, scans.Ahead(one.Id)))]), ApiJson.Options))
            .WithName("listScans").WithSummary("Scans of images, newest first, and whether the scanner is there").Produces<ScanList>().ProducesProblem(503);
        routes.MapPost(Path, (Delegate)((HttpContext context) => Begin(context, scans)))
            .WithName("beginScan").WithSummary("Scan an image; the answer does not wait for the end").Accepts<ScanBody>("application/json")
            .Produces<ScanView>(202).ProducesProblem(400).ProducesProblem(413).ProducesProblem(503);
        routes.MapGet(Path + "/{id}", ([Description("Id of the scan")] string id) => Show(scans, id, limits))
            .WithName("getScan").WithSummary("One scan with what was found, the worst first").Produces<ScanReport>().ProducesProblem(404).ProducesProblem(503);
        routes.MapPost("/api/scan-image", (Delegate)((HttpContext context) => ScanNow(context, scans)))
            .WithName("scanImage").WithSummary("Scan the image image_name (a form, or JSON) and wait for the report of Trivy: message, data, error")
            .Accepts<ImageNameBody>("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
            .Produces<object>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(408).ProducesProblem(413).ProducesProblem(500).ProducesProblem(502).ProducesProblem(503);
    }

    private static async Task<IResult> Begin(HttpContext context, ImageScans scans)
    {
        var (body, problem) = await RequestBody.Json<ScanBody>(context, RequestForm.MaxBytes);
        if (problem is not null) return problem;
        if (!ImageScanner.IsName(body!.Image)) return Problem.BadParameter("image", "is no name of an image");
        context.Describe(body.Image);
        return scans.Begin(body.Image, RespondRoutes.Who(context)) is { } begun
            ? Results.Json(ScanView.Of(begun.Record, scans.Ahead(begun.Record.Id)), ApiJson.Options, statusCode: StatusCodes.Status202Accepted)
            : Full();
    }

    private static IResult Show(ImageScans scans, string id, ScanLimits limits)
    {
        if (scans.All.FirstOrDefault(one => one.Id == id) is not { } record) return Problem.NotFound("There is no scan of this id; the oldest are forgotten.");
        var answer = JsonSerializer.SerializeToNode(ScanView.Of(record, scans.Ahead(id)), ApiJson.Options)!.AsObject();
        var report = scans.Report(id) is { } document ? JsonNode.Parse(document)!.AsObject() : [];
        var found = report["vulnerabilities"]?.AsArray() ?? [];
        var worst = found.OrderBy(static one => Rank((string?)one!["severity"])).Take(limits.MaxVulnerabilities).ToList();
        answer["omitted"] = found.Count - worst.Count;
        found.Clear();
        answer["vulnerabilities"] = new JsonArray([.. worst]);
        foreach (var name in (string[])["operatingSystem", "endOfLife", "scannerVersion", "misconfigurations", "secrets", "licenses"])
        {
            if (!report.Remove(name, out var value)) continue;
            answer[name] = value;
        }

        return Results.Json(answer);
    }

    private static async Task<IResult> ScanNow(HttpContext context, ImageScans scans)
    {
        var (name, problem) = await RequestForm.FieldAsync(context, "image_name");
        if (problem is not null) return problem;
        if (!ImageScanner.IsName(name)) return Problem.BadParameter("image_name", "is no name of an image");
        context.Describe(name!);
        if (scans.Begin(name!, RespondRoutes.Who(context)) is not { } begun) return Full();
        var (record, scan) = await begun.End.WaitAsync(context.RequestAborted);
        if (scan is { Report: not null })
            return Results.Json(new JsonObject { ["message"] = $"Scan of {name} completed", ["data"] = JsonNode.Parse(scan.Document.Span), ["error"] = null, ["id"] = record.Id });
        return Results.Problem(
            record.Error, statusCode: StatusOf(scan?.Failure), title: "The image was not scanned",
            extensions: new Dictionary<string, object?> { ["message"] = $"Scan of {name} failed", ["data"] = null, ["error"] = record.Error, ["failure"] = record.Failure, ["id"] = record.Id });
    }

    /// <summary>401 and 403 are about who asks here; what a registry refuses to Weir is another matter.</summary>
    private static int StatusOf(ScanFailure? failure) => failure switch
    {
        ScanFailure.BadName => StatusCodes.Status400BadRequest,
        ScanFailure.ImageNotFound => StatusCodes.Status404NotFound,
        ScanFailure.Timeout => StatusCodes.Status408RequestTimeout,
        ScanFailure.AccessDenied or ScanFailure.DatabaseDownload => StatusCodes.Status502BadGateway,
        null or ScanFailure.ScannerMissing or ScanFailure.DatabaseMissing or ScanFailure.DatabaseVersion or ScanFailure.ScannerTooOld => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static int Rank(string? severity) => s_severities.IndexOf(severity ?? "");

    private static IResult Full() => Problem.Unavailable("So many scans wait that another one would wait for too long; try again later.");
}

/// <param name="Image">Reference such as <c>ghcr.io/acme/orders:1.4.2</c>.</param>
internal sealed record ScanBody(string? Image);

/// <summary>The form of an older dashboard.</summary>
internal sealed record ImageNameBody([property: System.Text.Json.Serialization.JsonPropertyName("image_name")] string? ImageName);

/// <param name="Available">Trivy can be started.</param>
/// <param name="Version">Its version.</param>
/// <param name="DatabaseUpdatedAt">Of the vulnerability database in its cache; null when there is none.</param>
/// <param name="Reason">Why not, or what is missing; null when all is well.</param>
internal sealed record ScannerView(bool Available, string? Version, DateTime? DatabaseUpdatedAt, string? Reason)
{
    public static ScannerView Of(ImageScannerStatus status) =>
        new(status.IsAvailable, status.Version, status.DatabaseUpdatedAt?.UtcDateTime, status.Reason.Length > 0 ? status.Reason : null);
}

/// <param name="Critical">Findings of this severity.</param>
/// <param name="High">Findings of this severity.</param>
/// <param name="Medium">Findings of this severity.</param>
/// <param name="Low">Findings of this severity.</param>
/// <param name="Unknown">Findings without a severity.</param>
internal sealed record ScanCounts(int Critical, int High, int Medium, int Low, int Unknown);

/// <param name="Id">Names it in addresses.</param>
/// <param name="Image">As it was named.</param>
/// <param name="StartedAt">When it was asked for.</param>
/// <param name="FinishedAt">Null while it runs.</param>
/// <param name="State">running, done or failed.</param>
/// <param name="Error">Why it failed; null otherwise.</param>
/// <param name="Failure">The same in a word.</param>
/// <param name="Counts">What was found; null until it is done.</param>
/// <param name="By">Who asked.</param>
/// <param name="Ahead">Of a running one, the scans that are made before it.</param>
internal sealed record ScanView(
    string Id, string Image, DateTime StartedAt, DateTime? FinishedAt, string State, string? Error, string? Failure, ScanCounts? Counts, string By, int? Ahead)
{
    public static ScanView Of(ScanRecord scan, int? ahead) => new(
        scan.Id, scan.Image, DateTimeOffset.FromUnixTimeMilliseconds(scan.StartedMs).UtcDateTime,
        scan.FinishedMs is { } finished ? DateTimeOffset.FromUnixTimeMilliseconds(finished).UtcDateTime : null, scan.State, scan.Error, scan.Failure,
        scan.Counts is [var critical, var high, var medium, var low, var unknown] ? new ScanCounts(critical, high, medium, low, unknown) : null, scan.By, ahead);
}

/// <param name="Scanner">Whether images can be scanned.</param>
/// <param name="Scans">Newest first.</param>
internal sealed record ScanList(ScannerView Scanner, IReadOnlyList<ScanView> Scans);
