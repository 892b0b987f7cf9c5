using System.Globalization;
using System.Net.Http.Headers;
using Weir.Records;

namespace Weir.Export.Spool;

/// <summary>What an answer means for the batch that was sent.</summary>
internal enum BatchFate : byte
{
    Taken,
    /// <summary>The other end calls the batch wrong; it is given up after some attempts.</summary>
    Wrong,
    /// <summary>Not now.</summary>
    Later,
}

/// <param name="Fate">Of the batch.</param>
/// <param name="Problem">What to tell of it; empty when it was taken.</param>
internal readonly record struct BatchAnswer(BatchFate Fate, string Problem);

/// <summary>
/// Posts the batches of a spool to one URL. One in flight keeps the window small in which the other end can have stored what it did not
/// acknowledge; a repeat in that window carries the same Idempotency-Key, by which a capture on the way also knows its own deliveries.
/// </summary>
internal abstract class HttpBatchSender : SingleBatchSender
{
    /// <summary>Shorter than servers keep idle connections, so that a batch rarely meets one that is being closed.</summary>
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(4);

    private readonly Uri _url;
    private readonly DeliveryRetry _retry;
    private readonly OwnDeliveries _own;
    private readonly Action<string> _tell;
    private long _refused;
    private ExchangeId _refusedBatch;
    private int _refusals;
    private int _failures;

    protected HttpBatchSender(Uri url, DeliverySpool spool, DeliveryRetry retry, OwnDeliveries own, Action<string> tell, CancellationToken stop)
        : base(spool, Client(url, retry), stop) => (_url, _retry, _own, _tell) = (url, retry, own, tell);

    /// <summary>Messages of batches that the other end called wrong until they were given up.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Attempts at a batch that the other end calls wrong.</summary>
    protected virtual int MaxRefusals => _retry.MaxRefusals;

    private string Destination => _url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Body and headers of the request.</summary>
    protected abstract void Prepare(HttpRequestMessage request, SpoolBatch batch);

    protected abstract ValueTask<BatchAnswer> Judge(HttpResponseMessage response, CancellationToken cancellation);

    protected void CountRefused(long messages) => Interlocked.Add(ref _refused, messages);

    protected override async Task Attempt(SpoolBatch batch)
    {
        var (answer, retryAfter) = await Send(batch);
        if (answer.Fate == BatchFate.Taken)
        {
            Spool.Remove(batch);
            CountDelivered(batch.Messages);
            if (_failures > 0) _tell($"{Destination} takes messages again; {Spool.Messages} still wait");
            _failures = 0;
            return;
        }

        if (answer.Fate == BatchFate.Wrong && Refusals(batch) >= MaxRefusals)
        {
            Spool.Remove(batch);
            CountRefused(batch.Messages);
            _tell($"{Destination} refused {batch.Messages} messages {(_refusals == 1 ? "" : $"{_refusals} times, ")}so they are dropped: {answer.Problem}");
            return;
        }

        Spool.Rest(batch);
        if (_failures++ == 0) _tell($"{Destination} does not take messages, which wait in {Spool.Path}: {answer.Problem}");
        await Pause(_retry, _failures, retryAfter);
    }

    private static HttpClient Client(Uri url, DeliveryRetry retry) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !url.IsLoopback,
        ConnectTimeout = retry.ConnectTimeout,
        PooledConnectionIdleTimeout = IdleConnection,
        MaxConnectionsPerServer = 1,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private async Task<(BatchAnswer Answer, TimeSpan? RetryAfter)> Send(SpoolBatch batch)
    {
        var key = OwnDeliveries.KeyOf(batch.Id);
        _own.Add(key);
        using var request = new HttpRequestMessage(HttpMethod.Post, _url);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        Prepare(request, batch);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Abort);
        limit.CancelAfter(_retry.AnswerTimeout);
        try
        {
            using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return (await Judge(response, limit.Token), RetryAfter(response.Headers.RetryAfter));
        }
        catch (HttpRequestException failure)
        {
            return (new BatchAnswer(BatchFate.Later, failure.InnerException?.Message ?? failure.Message), null);
        }
        catch (IOException failure)
        {
            return (new BatchAnswer(BatchFate.Later, failure.Message), null);
        }
        catch (OperationCanceledException) when (!Abort.IsCancellationRequested)
        {
            var seconds = _retry.AnswerTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            return (new BatchAnswer(BatchFate.Later, $"no answer within {seconds} s"), null);
        }
    }

    private int Refusals(SpoolBatch batch)
    {
        if (_refusedBatch != batch.Id) _refusals = 0;
        _refusedBatch = batch.Id;
        return ++_refusals;
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
}
