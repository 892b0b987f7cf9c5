using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Weir.Center.Auth;

/// <summary>How somebody showed who they are.</summary>
internal enum CallerKind
{
    /// <summary>Nobody had to: authentication is off.</summary>
    Open,
    Session,
    AccessToken,
    ApiToken,
}

/// <summary>Who makes a request.</summary>
/// <param name="Name">User; of an API token, its owner.</param>
/// <param name="Role">What this request may do.</param>
/// <param name="Kind">How that was shown.</param>
/// <param name="Id">Of the session, or of the API token.</param>
/// <param name="ExpiresAt">When it ends; null when it does not.</param>
/// <param name="Stamp">The state of the user it was issued for.</param>
/// <param name="Label">Name of the API token.</param>
internal sealed record Caller(string Name, Role Role, CallerKind Kind, string Id, DateTimeOffset? ExpiresAt, string Stamp = "", string Label = "")
{
    private const string Scheme = "Weir";

    /// <summary>Whoever it is, while authentication is off.</summary>
    public static Caller Anybody { get; } = new("anybody", Role.Admin, CallerKind.Open, "", null);

    /// <summary>As the audit log says it.</summary>
    public string Via => Kind switch
    {
        CallerKind.Session => "session",
        CallerKind.AccessToken => "access_token",
        CallerKind.ApiToken => $"api_token {Label}",
        _ => "none",
    };

    public ClaimsPrincipal ToPrincipal() => new(new CallerIdentity(this));

    private sealed class CallerIdentity(Caller caller)
        : ClaimsIdentity([new Claim(ClaimTypes.Name, caller.Name), new Claim(ClaimTypes.Role, caller.Role.Name())], Scheme)
    {
        public Caller Caller { get; } = caller;
    }

    public static Caller? Of(ClaimsPrincipal principal) => (principal.Identity as CallerIdentity)?.Caller;
}

internal static class CallerExtensions
{
    /// <summary>Who makes this request; null on routes that are open to all.</summary>
    public static Caller? Caller(this HttpContext context) => Auth.Caller.Of(context.User);
}
