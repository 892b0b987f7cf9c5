using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary><c>/api/v1/audit</c>: who did what, when, and from where.</summary>
internal static class AuditRoutes
{
    private const int MostLines = 1000;

    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/audit", List).RequireRole(Role.Admin).WithName("listAudit")
            .WithSummary("The audit log, newest first: logins, all that was changed, and raw packets that were read").Produces<AuditPage>().ProducesProblem(400);

    private static IResult List(
        Accounts accounts,
        [Description("login, change or read (of raw packets); all where nothing is said")] string? kind = null,
        [Description("Only lines of this user")] string? actor = null,
        [Description("next of the page before")] string? before = null,
        [Description("Lines of a page")][Range(1, MostLines)] int limit = 100)
    {
        if (limit is < 1 or > MostLines) return Problem.BadParameter("limit", $"is not between 1 and {MostLines}");
        if (kind is not (null or "" or AuditLog.Login or AuditLog.Change or AuditLog.Reading)) return Problem.BadParameter("kind", "is neither login, change nor read");
        var beforeId = long.MaxValue;
        if (!string.IsNullOrEmpty(before) && !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out beforeId))
            return Problem.BadParameter("before", "is not the next of a page");
        var lines = accounts.Audit.Read(new AuditQuery
        {
            Limit = limit,
            BeforeId = beforeId,
            Kind = string.IsNullOrEmpty(kind) ? null : kind,
            Actor = string.IsNullOrEmpty(actor) ? null : Credentials.Fold(actor),
        });
        var next = lines.Count == limit ? lines[^1].Id.ToString(CultureInfo.InvariantCulture) : null;
        return Results.Json(new AuditPage([.. lines.Select(AuditLine.Of)], next), ApiJson.Options);
    }
}

/// <param name="At">When the answer was known.</param>
/// <param name="Kind"><c>login</c>, <c>change</c> or <c>read</c>.</param>
/// <param name="Actor">User; of a login, the name that was tried.</param>
/// <param name="Via">How that was shown: password, link, session, access_token, api_token NAME, console, none.</param>
/// <param name="Address">From where.</param>
/// <param name="Action">Name of the operation in the OpenAPI document.</param>
/// <param name="Target">What it was done to.</param>
/// <param name="Status">HTTP status of the answer.</param>
/// <param name="Detail">What changed.</param>
internal sealed record AuditLine(DateTime At, string Kind, string Actor, string Via, string Address, string Action, string Target, int Status, string Detail)
{
    public static AuditLine Of(AuditRecord line) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(line.AtMs).UtcDateTime, line.Kind, line.Actor, line.Via, line.Address, line.Action, line.Target, line.Status, line.Detail);
}

/// <param name="Items">Newest first.</param>
/// <param name="Next">The parameter <c>before</c> of the next page; null at the end.</param>
internal sealed record AuditPage(IReadOnlyList<AuditLine> Items, string? Next);
