using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Export.Alerts;
using Weir.Export.Spool;
using Weir.Export.Tests.Spool;
using Weir.Records;
using Weir.Testing.Alerts;
using Xunit;

namespace Weir.Export.Tests.Alerts;

public sealed class AlertOutputTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly DateTimeOffset s_start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly ExchangeIdGenerator s_ids = new(0x1234_5678_9ABC);

    private readonly string _spool = Directory.CreateTempSubdirectory("weir-alerts-").FullName;
    private readonly List<string> _told = [];

    [Fact]
    public async Task Slack_gets_blocks_and_an_attachment_with_the_fields_that_are_known()
    {
        await using var slack = new SlackStandIn();
        await slack.StartAsync();
        using (var output = Output(new SlackChannel(slack.Webhook)))
        {
            Assert.True(output.TryEnqueue(Notification(Alert(title: "Flood on <shop/orders> & co"))));
            await Until(() => output.Delivered == 1);
        }

        Assert.Empty(slack.Complaints);
        var message = Assert.Single(slack.Messages);
        Assert.Equal("High: Flood on &lt;shop/orders&gt; &amp; co", (string?)message["text"]);
        var attachment = message["attachments"]![0]!;
        Assert.Equal(("#FF6600", "Anomaly detected", s_start.ToUnixTimeSeconds()), ((string?)attachment["color"], (string?)attachment["pretext"], (long)attachment["ts"]!));
        Assert.Equal(["Severity", "Status", "Namespace", "Service", "Source", "connections_per_10s"], attachment["fields"]!.AsArray().Select(field => (string?)field!["title"]));
        Assert.Equal(["High", "Firing"], attachment["fields"]!.AsArray().Take(2).Select(field => (string?)field!["value"]));
    }

    [Fact]
    public async Task Slack_takes_the_largest_notification_and_the_longest_texts()
    {
        await using var slack = new SlackStandIn();
        await slack.StartAsync();
        using var output = Output(new SlackChannel(slack.Webhook));
        var alerts = Enumerable.Range(0, 50).Select(_ => Alert(title: new string('<', 2000)) with { Text = new string('&', 5000) }).ToArray();
        Assert.True(output.TryEnqueue(Notification(alerts) with { Omitted = 7 }));
        await Until(() => output.Delivered == 50);
        Assert.Empty(slack.Complaints);
        Assert.Contains("37 more", Assert.Single(slack.Messages)["blocks"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Firebase_gets_a_record_per_alert_under_a_key_that_a_repetition_does_not_change()
    {
        await using var firebase = new FirebaseStandIn();
        await firebase.StartAsync();
        Assert.True(GoogleServiceAccount.TryRead(firebase.KeyFile, out var account, out _));
        using var output = Output(new FirebaseChannel(firebase.Address, account));
        // The first record is written and its answer lost; then the token is refused.
        var first = Notification(Alert(), Alert());
        Assert.True(output.TryEnqueue(first));
        await Until(() => output.Delivered == 2);
        firebase.LoseNextAnswer = true;
        var second = Notification(Alert() with { Details = [new AlertDetail("a.b/c[d]", "1")], Status = AlertStatus.Resolved, EndsAt = s_start.AddMinutes(1) });
        Assert.True(output.TryEnqueue(second));
        await Until(() => output.Delivered == 3);
        firebase.Revoke();
        Assert.True(output.TryEnqueue(Notification(Alert())));
        await Until(() => output.Delivered == 4);
        Assert.Empty(firebase.Complaints);
        Assert.Equal((4, 5, 2), (firebase.Alerts.Count, firebase.Writes, firebase.Tokens));
        var record = firebase.Alerts[FirebaseKey.Of(first.Alerts[0].Id)];
        Assert.Equal(("Anomaly Detected", "unread", "2026-11-21T12:00:00.000Z", "high"), ((string?)record["message"], (string?)record["status"], (string?)record["timestamp"], (string?)record["severity"]));
        var over = firebase.Alerts[FirebaseKey.Of(second.Alerts[0].Id)];
        Assert.Equal(("No Anomaly Detected", "1"), ((string?)over["message"], (string?)over["details"]!["a_b_c_d_"]));
    }

    [Fact]
    public void Firebase_keys_sort_by_time_as_those_of_its_clients()
    {
        var keys = Enumerable.Range(0, 50).Select(n => FirebaseKey.Of(s_ids.Next((1_700_000_000_000 + (n * 1000)) * 1_000_000L).ToString())).ToList();
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        Assert.Equal(50, keys.Distinct().Count());
        // 2015-02-11T… of the blog's picture: milliseconds 0 give the first character of the alphabet throughout.
        Assert.StartsWith("--------", FirebaseKey.Of("00000000000000000000000001"), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FirebaseKey.Of("no-ulid"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("nothing")]
    [InlineData("""{"type":"authorized_user","client_email":"a","private_key":"b"}""")]
    [InlineData("""{"type":"service_account","client_email":"a","private_key":"b"}""")]
    [InlineData("""{"type":"service_account","client_email":7,"private_key":"b"}""")]
    public void A_key_file_that_is_none_is_told_without_its_content(string json)
    {
        Assert.False(GoogleServiceAccount.TryRead(json, out _, out var error));
        Assert.DoesNotContain("\"b\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_is_signed_anew_at_each_attempt_and_keeps_its_id()
    {
        await using var hook = new WebhookStandIn();
        await hook.StartAsync();
        hook.LoseNextAnswer = true;
        using var output = Output(new WebhookChannel(new Uri(hook.Address, "/in"), WebhookStandIn.Secret));
        var notification = Notification(Alert(), Alert());
        Assert.True(output.TryEnqueue(notification));
        await Until(() => output.Delivered == 2);
        Assert.Empty(hook.Complaints);
        Assert.Equal(1, hook.Repetitions);
        var got = hook.Notifications[notification.Id];
        Assert.Equal(notification.Alerts.Select(one => one.Id), got["alerts"]!.AsArray().Select(one => (string?)one!["id"]));
    }

    [Fact]
    public void A_signature_is_that_of_the_specification()
    {
        // The example of the Standard Webhooks specification.
        Assert.True(WebhookChannel.TryReadSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", out var secret));
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", WebhookChannel.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"u8));
        Assert.False(WebhookChannel.TryReadSecret("short", out _));
        Assert.False(WebhookChannel.TryReadSecret("whsec_!!!!", out _));
    }

    [Fact]
    public async Task Alertmanager_knows_an_alert_by_labels_that_stay()
    {
        await using var manager = new AlertmanagerStandIn();
        await manager.StartAsync();
        using var output = Output(new AlertmanagerChannel(new Uri(manager.Address, "/am/")));
        var firing = Alert();
        Assert.True(output.TryEnqueue(Notification(firing)));
        Assert.True(output.TryEnqueue(Notification(firing with { Id = NextId(), Severity = AlertSeverity.Critical })));
        Assert.True(output.TryEnqueue(Notification(firing with { Id = NextId(), Status = AlertStatus.Resolved, EndsAt = firing.StartsAt })));
        await Until(() => output.Delivered == 3);
        Assert.Empty(manager.Complaints);
        var (labels, alert) = Assert.Single(manager.Alerts);
        Assert.Contains("\"alertname\":\"WeirPasswordGuessing\"", labels, StringComparison.Ordinal);
        Assert.Equal("2026-11-21T12:00:00.001Z", (string?)alert["endsAt"]);
    }

    [SkippableFact]
    public async Task The_real_Alertmanager_takes_them_and_lets_them_end()
    {
        const string path = "/usr/bin/prometheus-alertmanager";
        Skip.IfNot(File.Exists(path), "prometheus-alertmanager is not installed");
        await using var manager = await RealAlertmanager.StartAsync(path, _spool);
        using var output = Output(new AlertmanagerChannel(manager.Address));
        var firing = Alert() with { StartsAt = DateTimeOffset.UtcNow.AddSeconds(-5) };
        Assert.True(output.TryEnqueue(Notification(firing)));
        await Until(() => output.Delivered == 1);
        var active = Assert.Single((await manager.AlertsAsync()).EnumerateArray().ToList());
        Assert.Equal("WeirPasswordGuessing", active.GetProperty("labels").GetProperty("alertname").GetString());
        Assert.True(output.TryEnqueue(Notification(firing with { Id = NextId(), Status = AlertStatus.Resolved, EndsAt = DateTimeOffset.UtcNow.AddSeconds(-1) })));
        await Until(() => output.Delivered == 2);
        await Until(async () => (await manager.AlertsAsync()).GetArrayLength() == 0);
    }

    [Fact]
    public async Task A_receiver_that_throttles_fails_and_goes_away_gets_everything_in_order_and_once()
    {
        await using var hook = new WebhookStandIn();
        await hook.StartAsync();
        hook.Fail(429, 2, retryAfterSeconds: 1);
        hook.Fail(503, 2);
        hook.Fail(401);
        using var output = Output(new WebhookChannel(new Uri(hook.Address, "/in"), WebhookStandIn.Secret));
        var sent = Enumerable.Range(0, 20).Select(_ => Notification(Alert())).ToList();
        foreach (var one in sent.Take(10)) Assert.True(output.TryEnqueue(one));
        await Until(() => hook.Notifications.Count > 2);
        await hook.StopAsync();
        foreach (var one in sent.Skip(10)) Assert.True(output.TryEnqueue(one));
        await Until(() => output.LastProblem is not null);
        await hook.StartAsync();
        await Until(() => output.Delivered == 20);
        Assert.Equal(sent.Select(one => one.Id).Order(StringComparer.Ordinal), hook.Notifications.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(hook.Complaints);
        Assert.Equal((0, 0, null), (output.Refused, output.Waiting, output.LastProblem));
        Assert.Contains(_told, text => text.Contains("takes alerts again", StringComparison.Ordinal));
        Assert.DoesNotContain(_told, text => text.Contains("/in?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Retry_After_is_heeded()
    {
        await using var slack = new SlackStandIn();
        await slack.StartAsync();
        slack.Fail(429, 1, retryAfterSeconds: 2);
        using var output = Output(new SlackChannel(slack.Webhook));
        var started = System.Diagnostics.Stopwatch.StartNew();
        Assert.True(output.TryEnqueue(Notification(Alert())));
        await Until(() => output.Delivered == 1);
        // Never sooner; how much later is the machine's affair. The sender's own first waits are some milliseconds.
        Assert.True(started.Elapsed >= TimeSpan.FromSeconds(1.9), $"{started.Elapsed}");
        Assert.Equal(2, slack.Requests);
    }

    [Fact]
    public async Task What_was_taken_is_delivered_by_the_next_process()
    {
        await using var slack = new SlackStandIn();
        await slack.StartAsync();
        var channel = new SlackChannel(slack.Webhook);
        await slack.StopAsync();
        var notification = Notification(Alert());
        using (var output = Output(channel)) Assert.True(output.TryEnqueue(notification));
        await slack.StartAsync();
        using var next = Output(channel);
        // What waits already is not taken twice.
        Assert.True(next.TryEnqueue(notification));
        await Until(() => next.Delivered == 1);
        Assert.Single(slack.Messages);
        Assert.Equal(0, next.Waiting);
    }

    [Fact]
    public async Task A_message_that_is_called_wrong_is_given_up_and_the_next_one_goes()
    {
        await using var slack = new SlackStandIn();
        await slack.StartAsync();
        slack.Fail(400, 3);
        using var output = Output(new SlackChannel(slack.Webhook));
        Assert.True(output.TryEnqueue(Notification(Alert())));
        Assert.True(output.TryEnqueue(Notification(Alert(title: "second"))));
        await Until(() => output.Delivered == 1);
        Assert.Equal((1, "High: second"), (output.Refused, (string?)Assert.Single(slack.Messages)["text"]));
        Assert.Contains(_told, text => text.Contains("refused 1 alerts 3 times", StringComparison.Ordinal));
    }

    [Fact]
    public void A_queue_that_is_full_takes_nothing_and_loses_nothing()
    {
        using var output = new AlertOutput(new SlackChannel(new Uri("http://127.0.0.1:1/x")), Options() with { Limits = new AlertQueueLimits { MaxBytes = 2000 } });
        var taken = 0;
        while (output.TryEnqueue(Notification(Alert()))) taken++;
        Assert.InRange(taken, 1, 10);
        Assert.Equal((taken, 0L), ((int)output.Waiting, output.Expired));
    }

    [Fact]
    public void What_is_too_old_is_given_up_and_counted()
    {
        var clock = new SpoolClock();
        using var output = new AlertOutput(new SlackChannel(new Uri("http://127.0.0.1:1/x")), Options() with { Limits = new AlertQueueLimits { MaxAge = TimeSpan.FromHours(1) }, Retry = new DeliveryRetry { FirstMs = 60_000, MaxMs = 60_000 } }, clock);
        Assert.True(output.TryEnqueue(Notification(Alert())));
        SpinWait.SpinUntil(() => output.LastProblem is not null, s_patience);
        clock.Pass(TimeSpan.FromDays(3650));
        Assert.True(output.TryEnqueue(Notification(Alert())));
        Assert.Equal(1, output.Expired);
    }

    [Fact]
    public void A_disk_that_refuses_makes_no_promise()
    {
        Directory.CreateDirectory(_spool);
        using var output = Output(new SlackChannel(new Uri("http://127.0.0.1:1/x")));
        foreach (var directory in Directory.EnumerateDirectories(_spool, "0", SearchOption.AllDirectories).ToList()) Directory.Delete(directory, recursive: true);
        Assert.False(output.TryEnqueue(Notification(Alert())));
        Assert.Equal(0, output.Waiting);
    }

    [Fact]
    public void What_is_secret_is_neither_shown_nor_part_of_a_file_name()
    {
        var channel = new SlackChannel(new Uri("https://hooks.slack.example/services/T0/B0/synthetic-secret"));
        Assert.Equal("https://hooks.slack.example", channel.Destination);
        using var output = Output(channel);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_spool, "*", SearchOption.AllDirectories), name => name.Contains("synthetic-secret", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        if (Directory.Exists(_spool)) Directory.Delete(_spool, recursive: true);
    }

    private static string NextId() => s_ids.Next(s_start.ToUnixTimeMilliseconds() * 1_000_000).ToString();

    private static Alert Alert(string title = "Password guessing on shop/orders") => new()
    {
        Id = NextId(), Key = "password_guessing/10.0.0.7/shop/orders", Severity = AlertSeverity.High, Kind = "password_guessing", Title = title, Text = "From 10.0.0.7.",
        Namespace = "shop", Service = "orders", Source = "10.0.0.7", StartsAt = s_start, Details = [new AlertDetail("connections_per_10s", "400")],
    };

    private static AlertNotification Notification(params Alert[] alerts) => new() { Id = s_ids.Next(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000).ToString(), CreatedAt = s_start, Alerts = alerts };

    private AlertOutputOptions Options() => new()
    {
        SpoolRoot = _spool, Retry = new DeliveryRetry { FirstMs = 10, MaxMs = 100, MaxRefusals = 3 }, DrainTime = TimeSpan.FromMilliseconds(100), Tell = text => { lock (_told) _told.Add(text); },
    };

    private AlertOutput Output(IAlertChannel channel) => new(channel, Options());

    private static Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, "what the test waits for did not happen");
            await Task.Delay(10);
        }
    }
}
