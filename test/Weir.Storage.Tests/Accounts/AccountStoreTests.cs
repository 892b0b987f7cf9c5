using Weir.Storage.Accounts;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.Storage.Tests.Accounts;

/// <summary>Both stores of accounts keep the same things in the same way.</summary>
public sealed class AccountStoreTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-account-stores-").FullName;
    private readonly List<IAccountStore> _open = [];

    public void Dispose()
    {
        foreach (var store in _open) store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_written_is_there_for_whoever_opens_it_next(bool shared)
    {
        var open = Opener(shared);
        var store = open();
        var eve = new UserRecord("eve", "viewer", "hash' \\ 1", false, "stamp", 10, 11);
        var adam = new UserRecord("adam", "admin", "hash 2", true, "other", 12, 13);
        var token = new TokenRecord("t1", "builds", "eve", "logger", [1, 0, 255], 20, null, null);
        var another = new TokenRecord("t0", "reports", "adam", "viewer", [2], 21, 99, null);
        store.SaveUser(eve with { Role = "operator" });
        store.SaveUser(adam);
        store.SaveUser(eve);
        store.AddToken(another);
        store.AddToken(token);
        store.TouchToken("t1", 30);
        store.AddKey(new SigningKeyRecord("k2", [7, 8], 41));
        store.AddKey(new SigningKeyRecord("k1", [9], 40));
        store.EndSession("s1", 100, 50);
        store.EndSession("s2", 200, 150);

        store = open();
        Assert.Equal([adam, eve], store.LoadUsers());
        Assert.Equal([("t1", "eve", 30L, null), ("t0", "adam", null, 99L)], store.LoadTokens().Select(one => (one.Id, one.Owner, one.UsedMs, one.ExpiresMs)));
        Assert.Equal([1, 0, 255], store.LoadTokens()[0].Hash);
        Assert.Equal(["k1", "k2"], store.LoadKeys().Select(key => key.Id));
        Assert.Equal([9], store.LoadKeys()[0].Secret);
        Assert.Equal([("s2", 200L)], store.LoadEndedSessions());

        store.DeleteKey("k1");
        store.DeleteUser("eve");
        store.DeleteToken("t0");
        store = open();
        Assert.Equal([adam], store.LoadUsers());
        Assert.Empty(store.LoadTokens());
        Assert.Equal("k2", Assert.Single(store.LoadKeys()).Id);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_audit_log_is_read_in_pages_from_the_newest_on(bool shared)
    {
        var store = Opener(shared)();
        for (var n = 0; n < 10; n++) store.AppendAudit(Line(n, n % 2 == 0 ? "login" : "change", n < 5 ? "eve" : "adam"), 100);
        var first = store.QueryAudit(new AuditQuery { Limit = 4 });
        Assert.Equal(["9", "8", "7", "6"], first.Select(line => line.Detail));
        var second = store.QueryAudit(new AuditQuery { Limit = 100, BeforeId = first[^1].Id });
        Assert.Equal(["5", "4", "3", "2", "1", "0"], second.Select(line => line.Detail));
        Assert.Equal(["8", "6"], store.QueryAudit(new AuditQuery { Kind = "login", Actor = "adam" }).Select(line => line.Detail));
        Assert.Equal(Line(9, "change", "adam") with { Id = first[0].Id }, first[0]);
    }

    [SkippableFact]
    public void Of_each_kind_of_lines_old_days_go_and_the_newest_stay()
    {
        var time = new SetTime(DateTimeOffset.UnixEpoch.AddDays(20_000));
        var open = Shared(ClickHouseServer.Options(fixture.Server.Address) with { Time = time });
        var store = open();
        store.AppendAudit(Line(0, "change", "adam"), 3);
        for (var day = 0; day < 5; day++)
        {
            for (var n = 0; n < 2; n++) store.AppendAudit(Line(day, "login", "eve"), 3);
            time.Now += TimeSpan.FromDays(1);
        }

        // What trims now and then comes with the first line of whoever opens it.
        store = open();
        store.AppendAudit(Line(5, "login", "eve"), 3);
        Assert.Equal(["5", "4", "4"], store.QueryAudit(new AuditQuery { Kind = "login" }).Select(line => line.Detail));
        Assert.Single(store.QueryAudit(new AuditQuery { Kind = "change" }));
    }

    [SkippableFact]
    public void The_last_change_counts_whatever_the_clock_of_the_center_that_made_it()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        var ahead = Shared(options with { Time = new SetTime(DateTimeOffset.UnixEpoch.AddDays(30_000)) })();
        var behind = Shared(options with { Time = new SetTime(DateTimeOffset.UnixEpoch.AddDays(10_000)) })();
        var user = new UserRecord("eve", "viewer", "hash", false, "stamp", 10, 11);
        ahead.SaveUser(user);
        var revision = behind.Revision();
        behind.SaveUser(user with { Disabled = true });
        Assert.NotEqual(revision, ahead.Revision());
        Assert.True(Assert.Single(ahead.LoadUsers()).Disabled);

        // A use that is noted late brings no token back.
        ahead.AddToken(new TokenRecord("t1", "builds", "eve", "logger", [1], 20, null, null));
        behind.DeleteToken("t1");
        ahead.TouchToken("t1", 30);
        Assert.Empty(behind.LoadTokens());
        behind.DeleteUser("eve");
        Assert.Empty(ahead.LoadUsers());
        Assert.Equal(ahead.Revision(), behind.Revision());
    }

    [SkippableFact]
    public void A_centers_own_accounts_are_copied_into_the_shared_store()
    {
        var own = Opener(shared: false)();
        own.SaveUser(new UserRecord("eve", "viewer", "hash", false, "stamp", 10, 11));
        own.AddToken(new TokenRecord("t1", "builds", "eve", "logger", [1], 20, null, 25));
        own.AddKey(new SigningKeyRecord("k1", [9], 40));
        var shared = Opener(shared: true)();
        AccountCopy.Run(own, shared);
        Assert.Equal(own.LoadUsers(), shared.LoadUsers());
        Assert.Equal(own.LoadTokens().Select(one => (one.Id, one.Name, one.UsedMs)), shared.LoadTokens().Select(one => (one.Id, one.Name, one.UsedMs)));
        Assert.Equal("k1", Assert.Single(shared.LoadKeys()).Id);
    }

    private static AuditRecord Line(int n, string kind, string actor) =>
        new(0, 1000 + n, kind, actor, "password", "192.0.2.1", "login", "it's", 200, n.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private Func<IAccountStore> Opener(bool shared) => shared
        ? Shared(ClickHouseServer.Options(fixture.Server.Address))
        : () => Opened(new SqliteAccountStore(Path.Combine(_folder, "accounts.db")));

    private Func<IAccountStore> Shared(ClickHouseStoreOptions options) => () => Opened(new ClickHouseAccountStore(options));

    private IAccountStore Opened(IAccountStore store)
    {
        _open.Add(store);
        return store;
    }

    private sealed class SetTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
