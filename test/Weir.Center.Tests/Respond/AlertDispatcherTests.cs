using System.Collections.Concurrent;
using Weir.Center.Respond;
using Weir.Center.Respond.Alerts;
using Weir.Export.Alerts;
using Weir.Export.Spool;
using Weir.Records;
using Weir.Storage;

namespace Weir.Center.Tests.Respond;

public sealed class AlertDispatcherTests : IDisposable
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UtcNow;

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-dispatch-").FullName;
    private readonly ExchangeIdGenerator _ids = new();
    private readonly Clock _clock = new();
    private readonly Receiver _receiver = new();
    private SqliteExchangeStore _store;

    public AlertDispatcherTests() => _store = Open();

    [Fact]
    public async Task Alerts_of_one_group_are_told_together_and_others_for_themselves()
    {
        using var dispatcher = Start();
        dispatcher.Offer(Alert("a"));
        dispatcher.Offer(Alert("b"));
        dispatcher.Offer(Alert("c", space: "pay"));
        Assert.Equal(2, dispatcher.Pending);
        _clock.Now += TimeSpan.FromSeconds(9);
        dispatcher.Flush();
        Assert.Equal(2, dispatcher.Pending);
        _clock.Now += TimeSpan.FromSeconds(1);
        dispatcher.Flush();
        await TestCenter.Until(() => _receiver.Taken.Count == 2);
        Assert.Equal(["a b", "c"], _receiver.Taken.Select(one => string.Join(' ', one.Alerts.Select(alert => alert.Key))).Order(StringComparer.Ordinal));
        Assert.Equal(["flood", "shop"], _receiver.Taken.Single(one => one.Alerts.Count == 2).Group.Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_same_thing_is_told_again_when_it_is_worse_or_over_or_long_ago()
    {
        using var dispatcher = Start(new AlertOptions { GroupWait = TimeSpan.Zero });
        dispatcher.Offer(Alert("a"));
        dispatcher.Offer(Alert("a"));
        dispatcher.Offer(Alert("a", AlertSeverity.Critical));
        dispatcher.Offer(Alert("a", AlertSeverity.Critical));
        _clock.Now += TimeSpan.FromHours(5);
        dispatcher.Offer(Alert("a", AlertSeverity.Critical));
        dispatcher.Offer(Alert("a") with { Status = AlertStatus.Resolved });
        dispatcher.Offer(Alert("a") with { Status = AlertStatus.Resolved });
        dispatcher.Offer(Alert("never told") with { Status = AlertStatus.Resolved });
        dispatcher.Offer(Alert("a"));
        await TestCenter.Until(() => _receiver.Taken.Count == 5);
        Assert.Equal(["High", "Critical", "Critical", "Resolved", "High"], _receiver.Taken.Select(one => one.IsOver ? "Resolved" : one.Worst.ToString()));
    }

    [Fact]
    public async Task Only_those_are_told_who_want_it()
    {
        var other = new Receiver();
        using var dispatcher = new AlertDispatcher(
            Options(new AlertOptions { GroupWait = TimeSpan.Zero }) with
            {
                Routes =
                [
                    new AlertRoute("low", _receiver) { MinSeverity = AlertSeverity.Info, Namespaces = ["sh*"], Kinds = ["flood"], Resolved = false },
                    new AlertRoute("high", other) { MinSeverity = AlertSeverity.Critical },
                ],
            }, RespondLimits.Default, Path.Combine(_directory, "alerts"), new RespondDocuments(_store, _directory), _clock, static _ => { });
        dispatcher.Offer(Alert("a", AlertSeverity.Low));
        dispatcher.Offer(Alert("b", AlertSeverity.Critical, "pay"));
        dispatcher.Offer(Alert("c", AlertSeverity.Critical) with { Namespace = null });
        dispatcher.Offer(Alert("d", AlertSeverity.High) with { Kind = "scan" });
        dispatcher.Offer(Alert("a", AlertSeverity.Low) with { Status = AlertStatus.Resolved });
        await TestCenter.Until(() => _receiver.Taken.Count == 1 && other.Taken.Count == 2);
        Assert.Equal(["b", "c"], other.Taken.Select(one => one.Alerts[0].Key));
        Assert.Equal(0, dispatcher.Pending);
    }

    [Fact]
    public async Task A_silence_holds_for_what_it_names_and_for_its_time()
    {
        using var dispatcher = Start(new AlertOptions { GroupWait = TimeSpan.Zero });
        Assert.NotNull(dispatcher.Add(id => new Silence { Id = id, Namespace = "sh*", Kind = "flood", StartsAt = _clock.Now, EndsAt = _clock.Now.AddMinutes(1), By = "me" }));
        dispatcher.Offer(Alert("a"));
        dispatcher.Offer(Alert("b") with { Kind = "scan" });
        await TestCenter.Until(() => _receiver.Taken.Count == 1);
        _clock.Now += TimeSpan.FromMinutes(2);
        Assert.Empty(dispatcher.Silences);
        dispatcher.Offer(Alert("a"));
        await TestCenter.Until(() => _receiver.Taken.Count == 2);
        var silence = dispatcher.Add(id => new Silence { Id = id, Source = "10.0.0.*", StartsAt = _clock.Now, EndsAt = _clock.Now.AddMinutes(1), By = "me" })!;
        dispatcher.Offer(Alert("c"));
        Assert.True(dispatcher.RemoveSilence(silence.Id));
        Assert.False(dispatcher.RemoveSilence(silence.Id));
        dispatcher.Offer(Alert("d"));
        await TestCenter.Until(() => _receiver.Taken.Count == 3);
        Assert.Equal("d", _receiver.Taken.Last().Alerts[0].Key);
    }

    [Fact]
    public async Task What_was_taken_outlives_the_process_and_so_does_what_was_told()
    {
        using (var dispatcher = Start())
        {
            dispatcher.Offer(Alert("a"));
            Assert.NotNull(dispatcher.Add(id => new Silence { Id = id, Kind = "scan", StartsAt = _clock.Now, EndsAt = _clock.Now.AddHours(1), By = "me" }));
        }

        Assert.Empty(_receiver.Taken);
        _store.Dispose();
        _store = Open();
        using var next = Start();
        next.Load();
        next.Flush();
        await TestCenter.Until(() => _receiver.Taken.Count == 1);
        next.Offer(Alert("a"));
        next.Offer(Alert("b") with { Kind = "scan" });
        Assert.Equal(0, next.Pending);
        Assert.Single(next.Silences);
    }

    [Fact]
    public async Task A_group_that_was_handed_on_when_the_process_ended_is_sent_under_the_same_id()
    {
        using var dispatcher = Start(new AlertOptions { GroupWait = TimeSpan.FromHours(1) });
        dispatcher.Offer(Alert("a"));
        using (var first = Start()) first.Load();
        // Two runs take up the same state, as a crash between the queue and the store makes it.
        using (var second = Start(spool: "second")) { second.Load(); second.Flush(); }
        using var third = Start(spool: "third");
        third.Load();
        await TestCenter.Until(() => _receiver.Taken.Count == 1);
        var id = _receiver.Taken.Single().Id;
        Assert.True(ExchangeId.TryParse(id, out _));
        Assert.Equal(0, third.Pending);
    }

    [Fact]
    public async Task A_notification_has_so_many_alerts_and_counts_the_others()
    {
        using var dispatcher = Start(limits: RespondLimits.Default with { MaxAlertsPerGroup = 3 });
        for (var i = 0; i < 5; i++) dispatcher.Offer(Alert($"key {i}"));
        _clock.Now += TimeSpan.FromMinutes(1);
        dispatcher.Flush();
        await TestCenter.Until(() => _receiver.Taken.Count == 1);
        Assert.Equal((3, 2), (_receiver.Taken.Single().Alerts.Count, _receiver.Taken.Single().Omitted));
    }

    [Fact]
    public void Beyond_so_many_groups_an_alert_is_counted_and_offered_again_later()
    {
        using var dispatcher = Start(limits: RespondLimits.Default with { MaxGroups = 2 });
        for (var i = 0; i < 3; i++) dispatcher.Offer(Alert($"key {i}", space: $"space-{i}"));
        Assert.Equal(2, dispatcher.Pending);
        _clock.Now += TimeSpan.FromMinutes(1);
        dispatcher.Flush();
        dispatcher.Offer(Alert("key 2", space: "space-2"));
        Assert.Equal(1, dispatcher.Pending);
    }

    [Fact]
    public void Silences_and_what_was_told_have_limits()
    {
        using var dispatcher = Start(limits: RespondLimits.Default with { MaxSilences = 2, MaxKnown = 2 });
        Silence? Add() => dispatcher.Add(id => new Silence { Id = id, Kind = "scan", StartsAt = _clock.Now, EndsAt = _clock.Now.AddHours(1), By = "me" });
        Assert.NotNull(Add());
        Assert.NotNull(Add());
        Assert.Null(Add());
        _clock.Now += TimeSpan.FromHours(2);
        Assert.NotNull(Add());
        for (var i = 0; i < 3; i++) dispatcher.Offer(Alert($"key {i}"));
        _clock.Now += TimeSpan.FromMinutes(1);
        dispatcher.Flush();
        // The first was forgotten, the last was not.
        dispatcher.Offer(Alert("key 2"));
        Assert.Equal(0, dispatcher.Pending);
        dispatcher.Offer(Alert("key 0"));
        Assert.Equal(1, dispatcher.Pending);
    }

    [Fact]
    public async Task A_test_says_what_each_receiver_answered()
    {
        using var dispatcher = Start();
        var (name, answer) = Assert.Single(await dispatcher.TestAsync(null, CancellationToken.None));
        Assert.Equal(("ops", AlertOutcome.Taken), (name, answer.Outcome));
        _receiver.Answer = new AlertAnswer(AlertOutcome.Later, "it answered 403");
        Assert.Equal("it answered 403", Assert.Single(await dispatcher.TestAsync("ops", CancellationToken.None)).Answer.Problem);
        Assert.Empty(await dispatcher.TestAsync("nobody", CancellationToken.None));
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private SqliteExchangeStore Open() => new(new SqliteStoreOptions { Path = Path.Combine(_directory, "weir.db") });

    private AlertDispatcher Start(AlertOptions? options = null, RespondLimits? limits = null, string spool = "alerts") =>
        new(Options(options ?? new AlertOptions()), limits ?? RespondLimits.Default, Path.Combine(_directory, spool), new RespondDocuments(_store, _directory), _clock, static _ => { });

    private AlertOptions Options(AlertOptions options) => options with { Routes = [new AlertRoute("ops", _receiver)], Retry = new DeliveryRetry { FirstMs = 10, MaxMs = 50 } };

    private Alert Alert(string key, AlertSeverity severity = AlertSeverity.High, string space = "shop") => new()
    {
        Id = _ids.Next(s_start.ToUnixTimeMilliseconds() * 1_000_000).ToString(), Key = key, Severity = severity, Kind = "flood", Title = key, Namespace = space, Source = "10.0.0.7", StartsAt = s_start,
    };

    private sealed class Receiver : IAlertChannel
    {
        public ConcurrentQueue<AlertNotification> Taken { get; } = new();

        public AlertAnswer Answer { get; set; } = AlertAnswer.Taken;

        public string Kind => "test";

        public string Destination => "here";

        public string Identity => "here";

        public Task<AlertAnswer> SendAsync(HttpClient http, AlertNotification notification, DateTimeOffset now, CancellationToken cancellation)
        {
            if (Answer.Outcome == AlertOutcome.Taken) Taken.Enqueue(notification);
            return Task.FromResult(Answer);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
