using Weir.Center.Auth;
using Weir.Storage.Accounts;

namespace Weir.Center.Tests.Auth;

/// <summary>Accounts without a center, in a directory of their own and under a clock that the test moves.</summary>
internal sealed class AccountsLab : IDisposable
{
    public const string Password = "correct horse battery";

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-accounts-").FullName;
    private bool _ended;

    public AccountsLab(Func<AuthOptions, AuthOptions>? change = null)
    {
        var options = new AuthOptions { PasswordRounds = 1000, Time = Time, AdminPassword = Password };
        Options = change?.Invoke(options) ?? options;
        Accounts = Open();
        Assert.Null(Accounts.Begin(CancellationToken.None).GetAwaiter().GetResult());
    }

    public SetTime Time { get; } = new();

    public AuthOptions Options { get; }

    public Accounts Accounts { get; private set; }

    public string File => Path.Combine(_directory, "accounts.db");

    public User Admin => Accounts.Users.Find(Accounts.FirstUser)!;

    /// <summary>What a restart remembers.</summary>
    public void Restart()
    {
        End();
        Accounts = Open();
        _ended = false;
    }

    public void Dispose()
    {
        End();
        Directory.Delete(_directory, recursive: true);
    }

    private Accounts Open() => new(new SqliteAccountStore(File), Options);

    /// <summary>Closes the file, as the end of a center does.</summary>
    public void End()
    {
        if (!_ended) Accounts.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _ended = true;
    }
}
