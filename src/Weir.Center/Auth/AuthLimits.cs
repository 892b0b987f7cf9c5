namespace Weir.Center.Auth;

/// <summary>Bounds of accounts and of what strangers may cost.</summary>
/// <param name="MaxUsers">Users. 1000: a large department; larger ones log in elsewhere.</param>
/// <param name="MaxTokens">API tokens of all users. 2000: two for each user.</param>
/// <param name="MaxEndedSessions">Sessions ended before their time that are remembered; beyond, all sessions of the user end. 10 000: some MiB.</param>
/// <param name="MaxTrackedLogins">Names and addresses whose failed logins are counted. 10 000: a MiB.</param>
/// <param name="MaxFailures">Failed logins of one name from one address within <see cref="FailureWindow"/> before it waits. 5: typing errors pass.</param>
/// <param name="MaxFailuresOfAddress">The same for an address, whatever the name; an IPv6 network of 64 bits counts as one. 30: an office behind one address.</param>
/// <param name="MaxFailuresOfName">The same for a name, whatever the address. 100: guessing from everywhere becomes pointless.</param>
/// <param name="MaxHashes">Passwords that are checked at once. 2: a check is a tenth of a second of a core.</param>
/// <param name="MaxBodyBytes">Bytes of a request about accounts. 16 KiB: the longest password a hundred times.</param>
/// <param name="MaxTokenBytes">Bytes of a token as shown. 4 KiB: what a proxy takes in a header.</param>
/// <param name="MaxAuditRows">Lines of the audit log of each kind, logins and changes. 50 000: 15 MiB; strangers cannot push changes out.</param>
public sealed record AuthLimits(
    int MaxUsers = 1000, int MaxTokens = 2000, int MaxEndedSessions = 10_000, int MaxTrackedLogins = 10_000, int MaxFailures = 5,
    int MaxFailuresOfAddress = 30, int MaxFailuresOfName = 100, int MaxHashes = 2, int MaxBodyBytes = 16 << 10, int MaxTokenBytes = 4 << 10,
    int MaxAuditRows = 50_000)
{
    /// <summary>Failures are forgotten after this time without another.</summary>
    public TimeSpan FailureWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The first wait; each further failure doubles it, up to <see cref="FailureWindow"/>.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a login waits for its turn to be checked.</summary>
    public TimeSpan HashTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
