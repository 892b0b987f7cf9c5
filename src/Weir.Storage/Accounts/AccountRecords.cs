namespace Weir.Storage.Accounts;

/// <summary>A person or a machine that may log in.</summary>
/// <param name="Name">Lower case; unique.</param>
/// <param name="Role">Name of the role.</param>
/// <param name="Password">The hash in its own versioned form, never the password.</param>
/// <param name="Disabled">May not log in; what was issued before does not hold.</param>
/// <param name="Stamp">Changes with password, role and state: what was issued under another one does not hold.</param>
/// <param name="CreatedMs">Unix milliseconds.</param>
/// <param name="ChangedMs">Unix milliseconds.</param>
public sealed record UserRecord(string Name, string Role, string Password, bool Disabled, string Stamp, long CreatedMs, long ChangedMs);

/// <summary>A token for programs.</summary>
/// <param name="Id">Public; names it in lists and addresses.</param>
/// <param name="Name">What it is for, in the words of its maker.</param>
/// <param name="Owner">User whose it is.</param>
/// <param name="Role">Name of the role, at most that of the owner.</param>
/// <param name="Hash">SHA-256 of the token, which is random and itself kept nowhere.</param>
/// <param name="CreatedMs">Unix milliseconds.</param>
/// <param name="ExpiresMs">Unix milliseconds; null when it does not end.</param>
/// <param name="UsedMs">Unix milliseconds, to the minute or so; null when it was not used yet.</param>
public sealed record TokenRecord(string Id, string Name, string Owner, string Role, byte[] Hash, long CreatedMs, long? ExpiresMs, long? UsedMs);

/// <summary>A key that signs access tokens.</summary>
/// <param name="Id">The <c>kid</c> of tokens.</param>
/// <param name="Secret">256 random bits.</param>
/// <param name="CreatedMs">Unix milliseconds.</param>
public sealed record SigningKeyRecord(string Id, byte[] Secret, long CreatedMs);

/// <summary>One line of the audit log: who did what, when, from where, and how it ended.</summary>
/// <param name="Id">Ascending; 0 before it is stored.</param>
/// <param name="AtMs">Unix milliseconds.</param>
/// <param name="Kind"><c>login</c> or <c>change</c>; each kind has its own room.</param>
/// <param name="Actor">User; of a login, the name that was tried.</param>
/// <param name="Via"><c>password</c>, <c>link</c>, <c>session</c>, <c>access_token</c>, <c>api_token NAME</c>, <c>console</c> or <c>none</c>.</param>
/// <param name="Address">Of the peer; empty for the console.</param>
/// <param name="Action">Name of the operation, such as <c>createUser</c>.</param>
/// <param name="Target">What it was done to.</param>
/// <param name="Status">The HTTP status of the answer.</param>
/// <param name="Detail">What changed, in words; never a secret.</param>
public sealed record AuditRecord(
    long Id, long AtMs, string Kind, string Actor, string Via, string Address, string Action, string Target, int Status, string Detail);

/// <summary>Which lines of the audit log.</summary>
public sealed record AuditQuery
{
    /// <summary>Lines at once, newest first.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Only lines with a smaller id: the next page.</summary>
    public long BeforeId { get; init; } = long.MaxValue;

    public string? Kind { get; init; }

    public string? Actor { get; init; }
}
