using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api;

namespace Weir.Center.Auth;

/// <summary>Users, for administrators, and one's own password. docs/guides/accounts.md shows the calls.</summary>
internal static class UserRoutes
{
    private const string Path = "/api/v1/users";

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (Accounts accounts) => Results.Json(new UserList([.. accounts.Users.All.Select(UserAnswer.Of)]), ApiJson.Options))
            .RequireRole(Role.Admin).WithName("listUsers").WithSummary("Who may log in").Produces<UserList>();
        routes.MapPost(Path, (Delegate)Create).RequireRole(Role.Admin).WithName("createUser")
            .WithSummary("Another user. Without a password one is made up and shown in the answer, once")
            .Accepts<NewUser>("application/json").Produces<CreatedUser>(201).ProducesProblem(400).ProducesProblem(409).ProducesProblem(413);
        routes.MapPatch(Path + "/{name}", (Delegate)Change).RequireRole(Role.Admin).WithName("changeUser")
            .WithSummary("Another role, a ban, or another password; ends the sessions of the user")
            .Accepts<UserChange>("application/json").Produces<UserAnswer>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413);
        routes.MapDelete(Path + "/{name}", Delete).RequireRole(Role.Admin).WithName("deleteUser")
            .WithSummary("A user less, with all tokens").Produces(204).ProducesProblem(404).ProducesProblem(409);
        routes.MapPost("/api/v1/password", (Delegate)ChangeOwn).RequireRole(Role.Viewer).WithName("changePassword")
            .WithSummary("Another password for oneself; ends one's other sessions")
            .Accepts<PasswordChange>("application/json").Produces(204).ProducesProblem(400).ProducesProblem(401).ProducesProblem(409).ProducesProblem(413).ProducesProblem(429);
        routes.MapGet("/api/v1/signing-keys", (Accounts accounts) =>
            {
                var current = accounts.Keys.Current().Id;
                return Results.Json(
                    new SigningKeyList([.. accounts.Keys.All.Reverse().Select(key => new SigningKeyAnswer(key.Id, DateTimeOffset.FromUnixTimeMilliseconds(key.CreatedMs).UtcDateTime, key.Id == current))]),
                    ApiJson.Options);
            })
            .RequireRole(Role.Admin).WithName("listSigningKeys").WithSummary("The keys of access tokens, newest first, without what is secret of them").Produces<SigningKeyList>();
        routes.MapPost("/api/v1/signing-keys", (HttpContext context, Accounts accounts) =>
            {
                var key = accounts.Keys.Rotate();
                context.Describe(key.Id);
                return Results.Json(new { id = key.Id, createdAt = DateTimeOffset.FromUnixTimeMilliseconds(key.CreatedMs).UtcDateTime }, ApiJson.Options, statusCode: 201);
            })
            .RequireRole(Role.Admin).WithName("rotateSigningKey").WithSummary("Another key signs access tokens from now on; those of the old one hold until they end").Produces<object>(201);
    }

    private static async Task<IResult> Create(HttpContext context, Accounts accounts)
    {
        var (asked, problem) = await RequestBody.Json<NewUser>(context, accounts.Options.Limits.MaxBodyBytes);
        if (asked is null) return problem!;
        var name = Credentials.Fold(asked.Name ?? "");
        context.Describe(name, $"role {asked.Role}");
        if (Credentials.NameTrouble(name) is { } nameTrouble) return Problem.BadParameter("name", nameTrouble);
        if (RoleOf(asked.Role) is not { } role) return BadRole();
        if (asked.Password is { } given && Credentials.PasswordTrouble(given, name) is { } passwordTrouble) return Problem.BadParameter("password", passwordTrouble);
        var made = asked.Password is null ? Credentials.NewPassword() : null;
        return accounts.Users.Create(name, role, asked.Password ?? made!) switch
        {
            UserOutcome.Done => Results.Json(new CreatedUser(name, role.Name(), made), ApiJson.Options, statusCode: 201),
            UserOutcome.Exists => Conflict($"There is a user {name} already."),
            _ => Conflict($"There are {accounts.Options.Limits.MaxUsers} users, the most there may be."),
        };
    }

    private static async Task<IResult> Change(string name, HttpContext context, Accounts accounts)
    {
        var (asked, problem) = await RequestBody.Json<UserChange>(context, accounts.Options.Limits.MaxBodyBytes);
        if (asked is null) return problem!;
        var folded = Credentials.Fold(name);
        context.Describe(folded, string.Join(", ", Said(asked)));
        if (asked.Role is not null && RoleOf(asked.Role) is null) return BadRole();
        if (asked.Password is { } given && Credentials.PasswordTrouble(given, folded) is { } trouble) return Problem.BadParameter("password", trouble);
        var outcome = accounts.Users.Change(folded, RoleOf(asked.Role), asked.Disabled, asked.Password);
        return outcome == UserOutcome.Done ? Results.Json(UserAnswer.Of(accounts.Users.Find(folded)!), ApiJson.Options) : Trouble(outcome);
    }

    private static IResult Delete(string name, HttpContext context, Accounts accounts)
    {
        var folded = Credentials.Fold(name);
        context.Describe(folded);
        var outcome = accounts.Users.Delete(folded);
        if (outcome != UserOutcome.Done) return Trouble(outcome);
        _ = accounts.Tokens.Delete(token => token.Owner == folded);
        return Results.NoContent();
    }

    /// <summary>The old password is asked for once more: a page left open, or a token that was found, is not enough.</summary>
    private static async Task<IResult> ChangeOwn(HttpContext context, Accounts accounts)
    {
        var caller = context.Caller()!;
        context.Describe(caller.Name);
        var (asked, problem) = await RequestBody.Json<PasswordChange>(context, accounts.Options.Limits.MaxBodyBytes);
        if (asked is null) return problem!;
        if (caller.Kind is CallerKind.Open or CallerKind.ApiToken) return Conflict("This takes a login with a password.");
        if (Credentials.PasswordTrouble(asked.Password ?? "", caller.Name) is { } trouble) return Problem.BadParameter("password", trouble);
        var right = await accounts.Logins.WithPassword(caller.Name, asked.Current ?? "", context.Connection.RemoteIpAddress, context.RequestAborted);
        if (right.User is null) return LoginRoutes.Refused(context, right);
        _ = accounts.Users.Change(caller.Name, null, null, asked.Password);
        if (caller.Kind == CallerKind.Session && accounts.Users.Find(caller.Name) is { } user) LoginRoutes.RenewSession(context, accounts, user);
        return Results.NoContent();
    }

    private static IEnumerable<string> Said(UserChange asked)
    {
        if (asked.Role is not null) yield return $"role {asked.Role}";
        if (asked.Disabled is { } disabled) yield return disabled ? "disabled" : "enabled";
        if (asked.Password is not null) yield return "another password";
    }

    /// <summary>A user reads at least.</summary>
    private static Role? RoleOf(string? name) => Roles.Parse(name) is { } role and not Role.Logger ? role : null;

    private static IResult BadRole() => Problem.BadParameter("role", "is none of viewer, operator and admin");

    private static IResult Trouble(UserOutcome outcome) => outcome == UserOutcome.LastAdmin
        ? Conflict("Nobody would be left who administers this center.")
        : Problem.NotFound("There is no user of this name.");

    private static IResult Conflict(string detail) => Results.Problem(detail, statusCode: StatusCodes.Status409Conflict, title: "Not done");
}

internal sealed record NewUser(string? Name, string? Role, string? Password);

/// <summary>What is null stays as it is.</summary>
internal sealed record UserChange(string? Role, bool? Disabled, string? Password);

internal sealed record PasswordChange(string? Current, string? Password);

/// <param name="Name">Of the user.</param>
/// <param name="Role">Of the user.</param>
/// <param name="Password">The one that was made up; null when it was given.</param>
internal sealed record CreatedUser(string Name, string Role, string? Password);

internal sealed record UserAnswer(string Name, string Role, bool Disabled, DateTime CreatedAt, DateTime ChangedAt)
{
    public static UserAnswer Of(User user) => new(user.Name, user.Role.Name(), user.Disabled, user.CreatedAt.UtcDateTime, user.ChangedAt.UtcDateTime);
}

internal sealed record UserList(IReadOnlyList<UserAnswer> Items);

/// <param name="Id">Stands in each token that it signed.</param>
/// <param name="CreatedAt">Since when it signed.</param>
/// <param name="Signs">It signs now; the others only hold until their last token is over.</param>
internal sealed record SigningKeyAnswer(string Id, DateTime CreatedAt, bool Signs);

internal sealed record SigningKeyList(IReadOnlyList<SigningKeyAnswer> Items);
