using System.Text;
using Weir.Center.Auth;
using Weir.Center.Auth.Oidc;
using Weir.Storage.Accounts;

namespace Weir.Fuzz.Peers;

/// <summary>Tokens that anybody may show: those of the center's own, and those of programs. None opens but the one that was given.</summary>
internal static class TokenTarget
{
    private static readonly Lazy<Lab> s_lab = new(static () => new Lab());

    public static FuzzTarget Target { get; } = new("access-tokens", static () => [Bytes(s_lab.Value.Access), Bytes(s_lab.Value.Program), "eyJhbGciOiJub25lIn0.e30."u8.ToArray()], Read);

    private static void Read(byte[] bytes)
    {
        var (lab, token) = (s_lab.Value, Encoding.Latin1.GetString(bytes));
        ExternalTokens.IsForeign(token);
        var caller = lab.Authenticator.Bearer(token, out var trouble);
        if ((caller is not null) != (token == lab.Access || token == lab.Program)) throw new InvalidOperationException($"{token} is {caller?.Name ?? trouble}");
        if (caller is null && (trouble.Length == 0 || trouble.Length > 200)) throw new InvalidOperationException("trouble is not said");
        if (lab.Authenticator.Session(token) is not null != (token == lab.Access)) throw new InvalidOperationException($"{token} is a session");
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private sealed class Lab
    {
        public Lab()
        {
            var folder = Directory.CreateTempSubdirectory("weir-fuzz-").FullName;
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
            var (options, store) = (new AuthOptions(), new SqliteAccountStore(Path.Combine(folder, "accounts.db")));
            var users = new Users(store, options);
            var outcome = users.Enter("ann", Role.Viewer, "oidc$made-up$ann", out var ann);
            if (outcome != UserOutcome.Done) throw new InvalidOperationException($"{outcome}");
            var tokens = new ApiTokens(store, users, options);
            var access = new AccessTokens(new SigningKeys(store, options), options);
            Access = access.Issue(ann!).Token;
            Program = tokens.Create("nightly", "ann", Role.Viewer, null)!.Value.Token;
            Authenticator = new Authenticator(users, tokens, access, new Sessions(store, users, options), options, static () => false);
        }

        public string Access { get; }

        public string Program { get; }

        public Authenticator Authenticator { get; }
    }
}
