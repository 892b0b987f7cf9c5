namespace Weir.Storage.Accounts;

/// <summary>Copies accounts from one store to another, without the audit log.</summary>
public static class AccountCopy
{
    /// <exception cref="StoreException">Either store refuses.</exception>
    public static void Run(IAccountStore from, IAccountStore to)
    {
        foreach (var key in from.LoadKeys()) to.AddKey(key);
        foreach (var token in from.LoadTokens()) to.AddToken(token);
        // Last: a copy that broke off has no users, and begins again.
        foreach (var user in from.LoadUsers()) to.SaveUser(user);
    }
}
