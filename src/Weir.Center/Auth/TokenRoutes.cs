using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>API tokens: everybody has own ones, administrators see and end all. docs/guides/accounts.md shows the calls.</summary>
internal static class TokenRoutes
{
    private const string Path = "/api/v1/tokens";
    private const int DefaultDays = 90;
    private const int MostDays = 3650;

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, List).RequireRole(Role.Viewer).WithName("listTokens").WithSummary("One's API tokens; an administrator's list holds all").Produces<TokenList>();
        routes.MapPost(Path, (Delegate)Create).RequireRole(Role.Viewer).WithName("createToken")
            .WithSummary("Another API token, shown in this answer and never again")
            .Accepts<NewToken>("application/json").Produces<CreatedToken>(201).ProducesProblem(400).ProducesProblem(409).ProducesProblem(413);
        routes.MapDelete(Path + "/{id}", Delete).RequireRole(Role.Viewer).WithName("deleteToken")
            .WithSummary("Take an API token back").Produces(204).ProducesProblem(404);
    }

    private static IResult List(HttpContext context, Accounts accounts)
    {
        var caller = context.Caller()!;
        return Results.Json(new TokenList([.. accounts.Tokens.All.Where(token => IsFor(caller, token)).Select(TokenAnswer.Of)]), ApiJson.Options);
    }

    private static async Task<IResult> Create(HttpContext context, Accounts accounts)
    {
        var caller = context.Caller()!;
        var (asked, problem) = await RequestBody.Json<NewToken>(context, accounts.Options.Limits.MaxBodyBytes);
        if (asked is null) return problem!;
        context.Describe(asked.Name ?? "", $"role {asked.Role}");
        // A token that makes tokens could not be taken back.
        if (caller.Kind is CallerKind.ApiToken or CallerKind.Open)
            return Results.Problem("A token is made by who has logged in.", statusCode: StatusCodes.Status409Conflict, title: "Not done");
        if (Credentials.LabelTrouble(asked.Name ?? "") is { } trouble) return Problem.BadParameter("name", trouble);
        if (Roles.Parse(asked.Role) is not { } role) return Problem.BadParameter("role", "is none of logger, viewer, operator and admin");
        if (!caller.Role.Includes(role)) return Problem.BadParameter("role", $"is more than {caller.Name} has");
        if (asked.Days is < 0 or > MostDays) return Problem.BadParameter("days", $"is not between 0 (does not end) and {MostDays}");
        var days = asked.Days ?? DefaultDays;
        DateTimeOffset? endsAt = days == 0 ? null : accounts.Options.Time.GetUtcNow().AddDays(days);
        return accounts.Tokens.Create(asked.Name!, caller.Name, role, endsAt) is var (token, record)
            ? Results.Json(new CreatedToken(record.Id, record.Name, record.Role, token, endsAt?.UtcDateTime), ApiJson.Options, statusCode: 201)
            : Results.Problem($"There are {accounts.Options.Limits.MaxTokens} tokens, the most there may be.", statusCode: StatusCodes.Status409Conflict, title: "Not done");
    }

    private static IResult Delete([Description("Id of the token, as the list shows it")] string id, HttpContext context, Accounts accounts)
    {
        var caller = context.Caller()!;
        var gone = accounts.Tokens.Delete(token => token.Id == id && IsFor(caller, token));
        if (gone.Count == 0) return Problem.NotFound("There is no token of this id.");
        context.Describe(gone[0].Name, $"of {gone[0].Owner}");
        return Results.NoContent();
    }

    private static bool IsFor(Caller caller, TokenRecord token) => token.Owner == caller.Name || caller.Role == Role.Admin;
}

/// <param name="Name">What it is for.</param>
/// <param name="Role">At most that of its maker; <c>logger</c> sends calls and reads nothing.</param>
/// <param name="Days">Until it ends; 90 where nothing is said, 0 for one that does not end.</param>
internal sealed record NewToken(string? Name, string? Role, int? Days);

internal sealed record CreatedToken(string Id, string Name, string Role, string Token, DateTime? ExpiresAt);

internal sealed record TokenAnswer(string Id, string Name, string Owner, string Role, DateTime CreatedAt, DateTime? ExpiresAt, DateTime? UsedAt)
{
    public static TokenAnswer Of(TokenRecord token) =>
        new(token.Id, token.Name, token.Owner, token.Role, Time(token.CreatedMs)!.Value, Time(token.ExpiresMs), Time(token.UsedMs));

    private static DateTime? Time(long? ms) => ms is { } some ? DateTimeOffset.FromUnixTimeMilliseconds(some).UtcDateTime : null;
}

internal sealed record TokenList(IReadOnlyList<TokenAnswer> Items);
