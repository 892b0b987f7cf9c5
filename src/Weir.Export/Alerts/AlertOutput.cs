using System.Globalization;
using System.Text.Json;
using Weir.Export.Spool;
using Weir.Records;

namespace Weir.Export.Alerts;

/// <summary>Bounds of what waits for one receiver.</summary>
public sealed record AlertQueueLimits
{
    public static AlertQueueLimits Default { get; } = new();

    /// <summary>Bytes on disk; beyond, nothing is taken, and whoever offers keeps it. Some ten thousand alerts.</summary>
    public long MaxBytes { get; init; } = 64L << 20;

    /// <summary>Alerts older than this are no longer sent: three days are a long weekend.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(3);
}

/// <summary>Where a receiver's queue is, and how it is tried.</summary>
public sealed record AlertOutputOptions
{
    /// <summary>Directory below which undelivered alerts are kept.</summary>
    public required string SpoolRoot { get; init; }

    public AlertQueueLimits Limits { get; init; } = AlertQueueLimits.Default;

    public DeliveryRetry Retry { get; init; } = new();

    /// <summary>The end waits so long for what is under way; the rest stays on disk.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Takes what the user should know: an outage, its end, what was refused.</summary>
    public Action<string> Tell { get; init; } = static _ => { };

    /// <summary>Is told of each attempt from the queue, after it. Called from the sending thread.</summary>
    public Action<AlertNotification, AlertAttempt> Attempted { get; init; } = static (_, _) => { };
}

/// <summary>One attempt to deliver a notification.</summary>
/// <param name="Outcome">What the receiver made of it.</param>
/// <param name="IsLast">It is not tried again: taken, or called wrong for the last time.</param>
/// <param name="Problem">What stood in the way; empty when it was taken.</param>
public readonly record struct AlertAttempt(AlertOutcome Outcome, bool IsLast, string Problem);

/// <summary>
/// A receiver with its queue on disk: what <see cref="TryEnqueue"/> has taken is delivered, by this process or the next, until the receiver takes
/// it, calls it wrong again and again, or it is too old; each of the latter is counted. Thread-safe.
/// </summary>
public sealed class AlertOutput : IDisposable
{
    private readonly DeliverySpool _spool;
    private readonly AlertSender _sender;
    private readonly AlertOutputOptions _options;
    private readonly Lock _offering = new();

    /// <exception cref="OutputException">The queue's directory cannot be used.</exception>
    public AlertOutput(IAlertChannel channel, AlertOutputOptions options, TimeProvider? time = null)
    {
        (Channel, _options, time) = (channel, options, time ?? TimeProvider.System);
        _spool = new DeliverySpool(
            SpoolDirectory.Open(channel.Kind, options.SpoolRoot, channel.Identity),
            // No bytes in memory: what is there alone would not outlive the process, and it was promised.
            new SpoolLimits(options.Limits.MaxBytes, options.Limits.MaxAge, 0), time, options.Tell);
        _sender = new AlertSender(channel, options, _spool, time);
        _sender.Start();
    }

    public IAlertChannel Channel { get; }

    /// <summary>Alerts that the receiver took.</summary>
    public long Delivered => _sender.Delivered;

    /// <summary>Alerts on disk.</summary>
    public long Waiting => _spool.Messages;

    /// <summary>Alerts that the receiver called wrong.</summary>
    public long Refused => _sender.Refused;

    /// <summary>Alerts that were too old, or whose file was damaged.</summary>
    public long Expired => _spool.DroppedExpired + _spool.Damaged + _spool.DroppedFull;

    /// <summary>What stands in the way now; null when the last delivery was taken.</summary>
    public string? LastProblem => _sender.LastProblem;

    /// <summary>True when it is on disk, for the receiver or as a repetition of what waits; false without room, or when the disk refuses.</summary>
    public bool TryEnqueue(AlertNotification notification)
    {
        if (!ExchangeId.TryParse(notification.Id, out var id)) throw new ArgumentException("a notification's id is a ULID", nameof(notification));
        var body = JsonSerializer.SerializeToUtf8Bytes(notification, AlertJson.Default.AlertNotification);
        lock (_offering)
        {
            if (!_spool.TryStore(new SpoolBatch(id, notification.Alerts.Count, Compressed: false, body))) return false;
        }

        _sender.Wake();
        return true;
    }

    /// <summary>One attempt now, past the queue: for the one who wants to know whether it works.</summary>
    public Task<AlertAnswer> TryNowAsync(AlertNotification notification, CancellationToken cancellation) => _sender.Send(notification, cancellation);

    /// <summary>Ends the deliveries; what was not taken stays on disk.</summary>
    public void Dispose()
    {
        _sender.Finish(_options.DrainTime);
        _sender.Dispose();
        _spool.Dispose();
    }
}

/// <summary>Takes one notification after the other, oldest first, to its receiver.</summary>
internal sealed class AlertSender : SingleBatchSender
{
    /// <summary>Bytes of an answer that is read, such as an access token.</summary>
    private const int MaxAnswerBytes = 64 << 10;

    private readonly IAlertChannel _channel;
    private readonly AlertOutputOptions _options;
    private readonly TimeProvider _time;
    private ExchangeId _wrongBatch;
    private int _wrong;
    private int _failures;
    private long _refused;
    private string? _lastProblem;

    public AlertSender(IAlertChannel channel, AlertOutputOptions options, DeliverySpool spool, TimeProvider time)
        : base(spool, Client(options), CancellationToken.None) => (_channel, _options, _time) = (channel, options, time);

    public long Refused => Interlocked.Read(ref _refused);

    public string? LastProblem => Volatile.Read(ref _lastProblem);

    private static HttpClient Client(AlertOutputOptions options) => new(new SocketsHttpHandler
    {
        // A receiver that moves is a matter of the configuration: alerts go nowhere else.
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = options.Retry.ConnectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    protected override async Task Attempt(SpoolBatch batch)
    {
        var notification = Read(batch);
        var answer = notification is null ? new AlertAnswer(AlertOutcome.Wrong, "what waits on disk is no notification") : await Send(notification, Abort);
        if (answer.Outcome == AlertOutcome.Taken)
        {
            Spool.Remove(batch);
            CountDelivered(batch.Messages);
            if (_failures > 0) _options.Tell($"{_channel.Kind} at {_channel.Destination} takes alerts again; {Spool.Messages} still wait");
            _failures = 0;
            Volatile.Write(ref _lastProblem, null);
            if (notification is not null) _options.Attempted(notification, new AlertAttempt(answer.Outcome, IsLast: true, ""));
            return;
        }

        Volatile.Write(ref _lastProblem, answer.Problem);
        if (answer.Outcome == AlertOutcome.Wrong && Wrong(batch) >= _options.Retry.MaxRefusals)
        {
            Spool.Remove(batch);
            Interlocked.Add(ref _refused, batch.Messages);
            if (notification is not null) _options.Attempted(notification, new AlertAttempt(answer.Outcome, IsLast: true, answer.Problem));
            _options.Tell($"{_channel.Kind} at {_channel.Destination} refused {batch.Messages} alerts {_wrong} times, so they are dropped: {answer.Problem}");
            return;
        }

        if (notification is not null) _options.Attempted(notification, new AlertAttempt(answer.Outcome, IsLast: false, answer.Problem));
        Spool.Rest(batch);
        if (_failures++ == 0) _options.Tell($"{_channel.Kind} at {_channel.Destination} does not take alerts, which wait in {Spool.Path}: {answer.Problem}");
        await Pause(_options.Retry, _failures, answer.RetryAfter);
    }

    /// <exception cref="OperationCanceledException">The caller waits no longer.</exception>
    public async Task<AlertAnswer> Send(AlertNotification notification, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Retry.AnswerTimeout);
        try
        {
            return await _channel.SendAsync(Http, notification, _time.GetUtcNow(), limit.Token);
        }
        catch (HttpRequestException failure)
        {
            return new AlertAnswer(AlertOutcome.Later, failure.InnerException?.Message ?? failure.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new AlertAnswer(AlertOutcome.Later, $"no answer within {_options.Retry.AnswerTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s");
        }
    }

    private static AlertNotification? Read(SpoolBatch batch)
    {
        try
        {
            return JsonSerializer.Deserialize(batch.Payload, AlertJson.Default.AlertNotification);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private int Wrong(SpoolBatch batch)
    {
        if (_wrongBatch != batch.Id) _wrong = 0;
        _wrongBatch = batch.Id;
        return ++_wrong;
    }
}
