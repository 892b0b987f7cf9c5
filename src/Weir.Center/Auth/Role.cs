namespace Weir.Center.Auth;

/// <summary>What somebody may do. Each includes those before it, but for <see cref="Logger"/>, which stands beside <see cref="Viewer"/>.</summary>
public enum Role
{
    /// <summary>Sends calls to <c>POST /message</c> and reads nothing. For tokens alone.</summary>
    Logger = 1,

    /// <summary>Reads everything that was captured.</summary>
    Viewer = 2,

    /// <summary>Also changes what Weir and the cluster do: templates, alerts, limits, policies.</summary>
    Operator = 3,

    /// <summary>Also users, everybody's tokens, keys and the audit log.</summary>
    Admin = 4,
}

/// <summary>Roles as the API and the store name them.</summary>
public static class Roles
{
    public static string Name(this Role role) => role switch
    {
        Role.Logger => "logger",
        Role.Viewer => "viewer",
        Role.Operator => "operator",
        Role.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    public static Role? Parse(string? name) => name switch
    {
        "logger" => Role.Logger,
        "viewer" => Role.Viewer,
        "operator" => Role.Operator,
        "admin" => Role.Admin,
        _ => null,
    };

    /// <summary>Whether somebody of this role may do what asks for another.</summary>
    public static bool Includes(this Role has, Role asked) =>
        asked == Role.Logger ? has is Role.Logger or Role.Operator or Role.Admin : has >= asked;
}
