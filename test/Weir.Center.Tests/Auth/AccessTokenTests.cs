using System.Buffers.Text;
using System.Text;
using Weir.Center.Auth;
using Weir.Storage.Accounts;

namespace Weir.Center.Tests.Auth;

/// <summary>What is taken for an access token, and what is not.</summary>
public sealed class AccessTokenTests
{
    [Fact]
    public void A_signature_is_that_of_RFC_7515_appendix_A1()
    {
        const string header = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
        const string payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        var key = Base64Url.DecodeFromChars("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
        Assert.Equal("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", AccessTokens.Sign($"{header}.{payload}", key));
    }

    [Fact]
    public void A_token_holds_until_it_ends()
    {
        using var lab = new AccountsLab();
        var (token, claims) = lab.Accounts.Issue(lab.Admin);
        Assert.Equal("admin", lab.Accounts.Authenticator.Bearer(token, out _)!.Name);
        lab.Time.Now = claims.ExpiresAt.AddSeconds(-1);
        Assert.NotNull(lab.Accounts.Authenticator.Bearer(token, out _));
        lab.Time.Now = claims.ExpiresAt;
        Assert.Null(lab.Accounts.Authenticator.Bearer(token, out var trouble));
        Assert.Contains("over", trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_outlives_a_restart_and_a_rotation_of_keys()
    {
        using var lab = new AccountsLab();
        var (token, _) = lab.Accounts.Issue(lab.Admin);
        var before = lab.Accounts.Keys.Current().Id;
        Assert.NotEqual(before, lab.Accounts.Keys.Rotate().Id);
        lab.Restart();
        Assert.NotNull(lab.Accounts.Authenticator.Bearer(token, out _));
        var (later, _) = lab.Accounts.Issue(lab.Admin);
        Assert.DoesNotContain(before, Json(later.Split('.')[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_rotate_by_age_and_go_when_their_last_token_is_over()
    {
        using var lab = new AccountsLab();
        var first = lab.Accounts.Keys.Current();
        lab.Time.Now += lab.Options.KeyLifetime + TimeSpan.FromSeconds(1);
        var (token, _) = lab.Accounts.Issue(lab.Admin);
        Assert.Equal(2, lab.Accounts.Keys.All.Count);
        lab.Time.Now += lab.Options.TokenLifetime + TimeSpan.FromSeconds(1);
        lab.Accounts.Keys.Rotate();
        Assert.Null(lab.Accounts.Keys.Find(first.Id));
        Assert.Equal(2, lab.Accounts.Keys.All.Count);
        Assert.Null(lab.Accounts.Authenticator.Bearer(token, out _));
        lab.Restart();
        Assert.Equal(2, lab.Accounts.Keys.All.Count);
    }

    [Fact]
    public void No_token_chooses_how_it_is_checked()
    {
        using var lab = new AccountsLab();
        var (token, _) = lab.Accounts.Issue(lab.Admin);
        var parts = token.Split('.');
        var kid = lab.Accounts.Keys.Current().Id;
        string[] headers =
        [
            """{"alg":"none","typ":"JWT"}""", $$"""{"alg":"none","typ":"JWT","kid":"{{kid}}"}""", $$"""{"alg":"HS512","typ":"JWT","kid":"{{kid}}"}""",
            $$"""{"alg":"RS256","typ":"JWT","kid":"{{kid}}"}""", $$"""{"alg":"hs256","typ":"JWT","kid":"{{kid}}"}""", """{"alg":"HS256","typ":"JWT"}""",
            """{"alg":"HS256","typ":"JWT","kid":"0000000000000000"}""", """{"alg":"HS256","typ":"JWT","kid":null}""", """{"alg":"HS256","typ":"JWT","kid":["a"]}""",
            $$"""{"alg":"HS256","typ":"JWT","kid":"{{kid}}","crit":["exp"]}""", $$"""{"alg":"HS256","typ":"JWT","kid":"{{kid}}","jwk":{"kty":"oct","k":"AA"} }""",
            $$"""{"alg":"HS256","alg":"none","typ":"JWT","kid":"{{kid}}"}""", """{"alg":"HS256","typ":"JWT","kid":"\ud800"}""", "[]", "null", "\"x\"", "{", "",
        ];
        var secret = lab.Accounts.Keys.Current().Secret;
        foreach (var header in headers)
        {
            var unsigned = $"{Part(header)}.{parts[1]}";
            foreach (var signature in new[] { "", parts[2], AccessTokens.Sign(unsigned, secret), AccessTokens.Sign(unsigned, []), AccessTokens.Sign(unsigned, Encoding.ASCII.GetBytes(kid)) })
                Assert.True(lab.Accounts.Authenticator.Bearer($"{unsigned}.{signature}", out _) is null, header);
        }
    }

    [Fact]
    public void A_changed_token_is_none()
    {
        using var lab = new AccountsLab();
        var (token, _) = lab.Accounts.Issue(lab.Admin);
        var parts = token.Split('.');
        var other = Part(Json(parts[1]).Replace("admin", "roots", StringComparison.Ordinal));
        Assert.Null(lab.Accounts.Authenticator.Bearer($"{parts[0]}.{other}.{parts[2]}", out _));
        for (var at = 0; at < token.Length; at++)
        {
            // Every character of its own, the last ones included, whose spare bits another spelling could use.
            var changed = token.ToCharArray();
            changed[at] = changed[at] switch { 'A' => 'B', '.' => '_', _ => 'A' };
            Assert.True(lab.Accounts.Authenticator.Bearer(new string(changed), out _) is null, $"character {at}");
        }

        foreach (var odd in new[] { "", ".", "..", "...", $"{token}.", $".{token}", $"{token}=", $" {token}", token.Replace('.', ','), $"{parts[0]}.{parts[1]}", $"{token}é", new string('A', 100_000), "\0" })
            Assert.Null(lab.Accounts.Authenticator.Bearer(odd, out _));
    }

    [Fact]
    public void A_token_of_another_key_or_center_is_none()
    {
        using var lab = new AccountsLab();
        using var other = new AccountsLab();
        var (token, _) = other.Accounts.Issue(other.Admin);
        Assert.Null(lab.Accounts.Authenticator.Bearer(token, out _));
        // The right name of a key, and another secret.
        var stolen = new AccountsLab();
        var kid = lab.Accounts.Keys.Current().Id;
        using (stolen)
        {
            var parts = lab.Accounts.Issue(lab.Admin).Token.Split('.');
            var text = $"{parts[0]}.{parts[1]}";
            Assert.Contains(kid, Json(parts[0]), StringComparison.Ordinal);
            Assert.Null(lab.Accounts.Authenticator.Bearer($"{text}.{AccessTokens.Sign(text, stolen.Accounts.Keys.Current().Secret)}", out _));
        }
    }

    [Fact]
    public void What_was_issued_ends_with_password_role_and_ban()
    {
        using var lab = new AccountsLab();
        var users = lab.Accounts.Users;
        Assert.Equal(UserOutcome.Done, users.Create("eve", Role.Operator, AccountsLab.Password));
        foreach (var change in new Action[]
        {
            () => users.Change("eve", null, null, "another long password"), () => users.Change("eve", Role.Viewer, null, null),
            () => users.Change("eve", null, true, null), () => users.EndSessions("eve"), () => users.Delete("eve"),
        })
        {
            var token = lab.Accounts.Issue(users.Find("eve")!).Token;
            if (!users.Find("eve")!.Disabled) Assert.NotNull(lab.Accounts.Authenticator.Bearer(token, out _));
            change();
            Assert.Null(lab.Accounts.Authenticator.Bearer(token, out _));
        }
    }

    [Fact]
    public void Ended_sessions_stay_ended_and_are_forgotten_in_time()
    {
        using var lab = new AccountsLab();
        var (token, claims) = lab.Accounts.Issue(lab.Admin);
        lab.Accounts.Sessions.End(lab.Accounts.Authenticator.Session(token)!);
        lab.Restart();
        Assert.Null(lab.Accounts.Authenticator.Session(token));
        lab.Time.Now = claims.ExpiresAt.AddMinutes(1);
        var (next, _) = lab.Accounts.Issue(lab.Admin);
        lab.Accounts.Sessions.End(lab.Accounts.Authenticator.Session(next)!);
        Assert.False(lab.Accounts.Sessions.HasEnded(claims.Id));
    }

    [Fact]
    public void Without_room_for_an_ended_session_all_of_its_user_end()
    {
        using var lab = new AccountsLab(options => options with { Limits = new AuthLimits(MaxEndedSessions: 1) });
        var tokens = Enumerable.Range(0, 3).Select(_ => lab.Accounts.Issue(lab.Admin).Token).ToList();
        lab.Accounts.Sessions.End(lab.Accounts.Authenticator.Session(tokens[0])!);
        Assert.NotNull(lab.Accounts.Authenticator.Session(tokens[1]));
        lab.Accounts.Sessions.End(lab.Accounts.Authenticator.Session(tokens[1])!);
        Assert.All(tokens, token => Assert.Null(lab.Accounts.Authenticator.Session(token)));
    }

    [Fact]
    public void The_file_of_accounts_is_its_owners_and_holds_no_password_and_no_token()
    {
        using var lab = new AccountsLab();
        var (token, _) = lab.Accounts.Tokens.Create("ci", "admin", Role.Viewer, null)!.Value;
        lab.End();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(lab.File));
        var bytes = Encoding.Latin1.GetString(File.ReadAllBytes(lab.File));
        Assert.DoesNotContain(AccountsLab.Password, bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(token[5..], bytes, StringComparison.Ordinal);
        Assert.Contains("pbkdf2-sha512$1$", bytes, StringComparison.Ordinal);
        using var store = new SqliteAccountStore(lab.File);
        Assert.Equal("admin", Assert.Single(store.LoadUsers()).Name);
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static string Json(string part) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));

    /// <summary>Before anybody knows who signed it: not UTF-8, and an escape that stands for half a character.</summary>
    [Theory]
    [InlineData("7B22616C67223A22FF227D")]
    [InlineData("7B22FF223A312C22616C67223A31227D")]
    [InlineData("7B22615C7564383030223A317D")]
    [InlineData("7B22616C67223A225C7564383030222C22747970223A224A5754222C226B6964223A2278227D")]
    public void A_token_whose_parts_are_no_text_is_refused_as_any_other(string hex)
    {
        using var lab = new AccountsLab();
        var token = $"{System.Buffers.Text.Base64Url.EncodeToString(Convert.FromHexString(hex))}.e30.AA";
        Assert.Null(lab.Accounts.Authenticator.Bearer(token, out var trouble));
        Assert.NotEmpty(trouble);
        Assert.Null(lab.Accounts.Authenticator.Session(token));
        Assert.False(Weir.Center.Auth.Oidc.ExternalTokens.IsForeign(token));
    }
}
