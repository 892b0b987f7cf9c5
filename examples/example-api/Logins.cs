namespace ExampleApi;

public sealed record LoginInput(string? Email, string? Password);

/// <summary>A login, so that there is something to guess. All made-up users have one made-up password.</summary>
public static class LoginRoutes
{
    private const string Password = "harbour-street";

    public static void MapLogins(this IEndpointRouteBuilder routes) => routes.MapPost("/api/v1/login", LogIn);

    private static IResult LogIn(LoginInput input, UserStore store) =>
        input.Password == Password && store.All.FirstOrDefault(user => string.Equals(user.Email, input.Email, StringComparison.OrdinalIgnoreCase)) is { } user
            ? Results.Ok(new { user.Id, user.Name })
            : Results.Problem("the e-mail address or the password is wrong", statusCode: StatusCodes.Status401Unauthorized);
}
