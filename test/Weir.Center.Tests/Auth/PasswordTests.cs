using System.Net;
using System.Security.Cryptography;
using System.Text;
using Weir.Center.Auth;
using Weir.Storage.Accounts;

namespace Weir.Center.Tests.Auth;

/// <summary>Passwords, and how guessing them is slowed down.</summary>
public sealed class PasswordTests
{
    private static readonly IPAddress s_here = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void A_hash_is_salted_says_how_it_was_made_and_is_what_PBKDF2_gives()
    {
        var hash = PasswordHash.Create("a long password", 1000);
        Assert.NotEqual(hash, PasswordHash.Create("a long password", 1000));
        var parts = hash.Split('$');
        Assert.Equal(["pbkdf2-sha512", "1", "1000"], parts[..3]);
        var expected = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes("a long password"), Convert.FromBase64String(parts[3]), 1000, HashAlgorithmName.SHA512, 64);
        Assert.Equal(Convert.ToBase64String(expected), parts[4]);
        Assert.True(PasswordHash.Verify("a long password", hash));
        Assert.False(PasswordHash.Verify("a long passwore", hash));
        Assert.False(PasswordHash.Verify("", hash));
    }

    [Fact]
    public void Rounds_are_what_is_asked_for_today()
    {
        Assert.True(new AuthOptions().PasswordRounds >= 210_000);
        Assert.True(PasswordHash.IsOld(PasswordHash.Create("a long password", 1000), 2000));
        Assert.False(PasswordHash.IsOld(PasswordHash.Create("a long password", 1000), 1000));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("pbkdf2-sha512$1$1000$AAAA$AAAA")]
    [InlineData("pbkdf2-sha512$1$0$AAAAAAAAAAAAAAAAAAAAAA==$AA==")]
    [InlineData("pbkdf2-sha512$1$999999999$AAAAAAAAAAAAAAAAAAAAAA==$AA==")]
    [InlineData("pbkdf2-sha512$2$1000$AAAAAAAAAAAAAAAAAAAAAA==$AA==")]
    public void A_damaged_hash_lets_nobody_in(string stored) => Assert.False(PasswordHash.Verify("", stored));

    [Fact]
    public async Task A_login_renews_a_hash_of_fewer_rounds_and_ends_no_session()
    {
        using var lab = new AccountsLab();
        var token = lab.Accounts.Issue(lab.Admin).Token;
        await using var next = new Accounts(new SqliteAccountStore(lab.File), lab.Options with { PasswordRounds = 1500 });
        Assert.Equal(LoginOutcome.Good, (await next.Logins.WithPassword("admin", AccountsLab.Password, s_here, default)).Outcome);
        Assert.Contains("$1500$", next.Users.Find("admin")!.Password, StringComparison.Ordinal);
        Assert.NotNull(next.Authenticator.Session(token));
    }

    [Theory]
    [InlineData("short", "eve")]
    [InlineData("aaaaaaaaaaaaaaaa", "eve")]
    [InlineData("I am eve and long", "eve")]
    [InlineData("with a \n line break", "eve")]
    public void A_poor_password_is_refused(string password, string name) => Assert.NotNull(Credentials.PasswordTrouble(password, name));

    [Theory]
    [InlineData("")]
    [InlineData("Eve")]
    [InlineData("-eve")]
    [InlineData("eve'; DROP TABLE users;--")]
    [InlineData("eve/../admin")]
    [InlineData("eve\r\nx")]
    [InlineData("<b>eve</b>")]
    [InlineData("еve")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_name_is_plain(string name) => Assert.NotNull(Credentials.NameTrouble(name));

    [Fact]
    public void What_is_made_up_could_be_chosen_and_never_comes_twice()
    {
        var made = Enumerable.Range(0, 200).Select(_ => Credentials.NewPassword()).ToList();
        Assert.All(made, password => Assert.Null(Credentials.PasswordTrouble(password, "admin")));
        Assert.Equal(200, made.Distinct().Count());
    }

    [Fact]
    public async Task A_name_from_an_address_waits_after_five_failures_twice_as_long_each_time()
    {
        using var lab = new AccountsLab();
        var logins = lab.Accounts.Logins;
        for (var n = 0; n < 5; n++) Assert.Equal(LoginOutcome.Wrong, (await logins.WithPassword("admin", "wrong", s_here, default)).Outcome);
        var wait = await logins.WithPassword("admin", AccountsLab.Password, s_here, default);
        Assert.Equal((LoginOutcome.Wait, TimeSpan.FromMinutes(1)), (wait.Outcome, wait.Wait));
        // Who is elsewhere is not kept out by that.
        Assert.Equal(LoginOutcome.Good, (await logins.WithPassword("admin", AccountsLab.Password, IPAddress.Parse("192.0.2.2"), default)).Outcome);
        lab.Time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(LoginOutcome.Wrong, (await logins.WithPassword("admin", "wrong", s_here, default)).Outcome);
        Assert.Equal(TimeSpan.FromMinutes(2), (await logins.WithPassword("admin", "wrong", s_here, default)).Wait);
        for (var n = 0; n < 10; n++)
        {
            lab.Time.Now += (await logins.WithPassword("admin", "wrong", s_here, default)).Wait;
            await logins.WithPassword("admin", "wrong", s_here, default);
        }

        Assert.Equal(lab.Options.Limits.FailureWindow, (await logins.WithPassword("admin", "wrong", s_here, default)).Wait);
    }

    [Fact]
    public async Task Failures_are_forgotten_after_a_while_and_by_a_success()
    {
        using var lab = new AccountsLab();
        var logins = lab.Accounts.Logins;
        for (var round = 0; round < 4; round++)
        {
            for (var n = 0; n < 4; n++) Assert.Equal(LoginOutcome.Wrong, (await logins.WithPassword("admin", "wrong", s_here, default)).Outcome);
            if (round % 2 == 0) Assert.Equal(LoginOutcome.Good, (await logins.WithPassword("admin", AccountsLab.Password, s_here, default)).Outcome);
            else lab.Time.Now += lab.Options.Limits.FailureWindow + TimeSpan.FromSeconds(1);
        }
    }

    [Fact]
    public async Task An_address_that_tries_many_names_waits_and_its_whole_network_with_it()
    {
        using var lab = new AccountsLab(options => options with { Limits = new AuthLimits(MaxFailuresOfAddress: 10) });
        var logins = lab.Accounts.Logins;
        for (var n = 0; n < 10; n++)
            Assert.Equal(LoginOutcome.Wrong, (await logins.WithPassword($"user{n}", "wrong", IPAddress.Parse($"2001:db8::{n + 1:x}"), default)).Outcome);
        Assert.Equal(LoginOutcome.Wait, (await logins.WithPassword("admin", AccountsLab.Password, IPAddress.Parse("2001:db8::ffff"), default)).Outcome);
        Assert.Equal(LoginOutcome.Wait, logins.WithCode("no code", IPAddress.Parse("2001:db8::1")).Outcome);
        Assert.Equal(LoginOutcome.Good, (await logins.WithPassword("admin", AccountsLab.Password, IPAddress.Parse("2001:db8:0:1::1"), default)).Outcome);
    }

    [Fact]
    public async Task A_name_that_is_tried_from_everywhere_waits_whether_or_not_it_exists()
    {
        using var lab = new AccountsLab(options => options with { Limits = new AuthLimits(MaxFailuresOfName: 8) });
        foreach (var name in new[] { "admin", "nobody" })
        {
            for (var n = 0; n < 8; n++)
                Assert.Equal(LoginOutcome.Wrong, (await lab.Accounts.Logins.WithPassword(name, "wrong", IPAddress.Parse($"198.51.100.{n + 1}"), default)).Outcome);
            Assert.Equal(LoginOutcome.Wait, (await lab.Accounts.Logins.WithPassword(name, "wrong", IPAddress.Parse("198.51.100.200"), default)).Outcome);
        }
    }

    [Fact]
    public async Task Many_attempts_at_once_gain_nothing()
    {
        using var lab = new AccountsLab();
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => lab.Accounts.Logins.WithPassword("admin", "wrong", s_here, default)));
        Assert.Equal(5, results.Count(result => result.Outcome == LoginOutcome.Wrong));
        Assert.Equal(45, results.Count(result => result.Outcome == LoginOutcome.Wait));
    }

    [Fact]
    public void What_is_remembered_of_strangers_is_bounded()
    {
        var throttle = new LoginThrottle(new AuthOptions { Time = new SetTime(), Limits = new AuthLimits(MaxTrackedLogins: 100) });
        for (var n = 0; n < 1000; n++) throttle.TryBegin(new string('n', n), IPAddress.Parse($"10.0.{n / 250}.{n % 250}"), out _);
        Assert.Equal(100, throttle.Count);
    }

    [Fact]
    public async Task A_login_waits_for_its_turn_only_so_long()
    {
        using var lab = new AccountsLab(options => options with { PasswordRounds = 3_000_000, Limits = new AuthLimits(MaxHashes: 1) { HashTimeout = TimeSpan.FromMilliseconds(1) } });
        // On threads of their own, so that all of them come while the first is being checked.
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Factory.StartNew(
            () => lab.Accounts.Logins.WithPassword($"user{n}", "wrong", s_here, default), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
        Assert.Contains(results, result => result.Outcome == LoginOutcome.Wrong);
        Assert.Contains(results, result => result.Outcome == LoginOutcome.Busy);
    }

    [Fact]
    public void A_code_of_a_link_is_good_once_and_for_a_while()
    {
        using var lab = new AccountsLab();
        var links = lab.Accounts.Links;
        var code = links.Create("admin");
        Assert.Null(links.Take(code + "x"));
        Assert.Equal("admin", links.Take(code));
        Assert.Null(links.Take(code));
        var late = links.Create("admin");
        lab.Time.Now += lab.Options.LinkLifetime;
        Assert.Null(links.Take(late));
        var many = Enumerable.Range(0, 20).Select(_ => links.Create("admin")).ToList();
        Assert.Equal(8, many.Count(one => links.Take(one) is not null));
    }
}
