using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Weir.Export.Spool;
using Weir.Records;

namespace Weir.Export.Resurface;

/// <summary>
/// Sends the batches of a spool, one at a time and oldest first, each until it is taken: only 204 means that. One batch in
/// flight keeps the window small in which a server can have stored what it did not acknowledge; a repeat in that window carries
/// the same Idempotency-Key.
/// </summary>
internal sealed class ResurfaceSender : SingleBatchSender
{
    /// <summary>Shorter than servers keep idle connections, so that a batch rarely meets one that is being closed.</summary>
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(4);

    private static readonly string s_agent = $"Resurface/{Version()} (weir)";

    private readonly ResurfaceOptions _options;
    private readonly OwnDeliveries _own;
    private long _refused;
    private ExchangeId _refusedBatch;
    private int _refusals;
    private int _failures;

    public ResurfaceSender(ResurfaceOptions options, DeliverySpool spool, OwnDeliveries own)
        : base(spool, Client(options), options.Stop) => (_options, _own) = (options, own);

    /// <summary>Messages of batches that the server called wrong again and again.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    private string Destination => _options.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static HttpClient Client(ResurfaceOptions options) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !options.Url.IsLoopback,
        ConnectTimeout = options.Retry.ConnectTimeout,
        PooledConnectionIdleTimeout = IdleConnection,
        MaxConnectionsPerServer = 1,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    protected override async Task Attempt(SpoolBatch batch)
    {
        var (status, problem, retryAfter) = await Send(batch);
        if (status == HttpStatusCode.NoContent)
        {
            Spool.Remove(batch);
            CountDelivered(batch.Messages);
            if (_failures > 0) _options.Tell($"{Destination} takes messages again; {Spool.Messages} still wait");
            _failures = 0;
            return;
        }

        if (IsRefusal(status) && Refusals(batch) >= _options.Retry.MaxRefusals)
        {
            Spool.Remove(batch);
            Interlocked.Add(ref _refused, batch.Messages);
            _options.Tell($"{Destination} refused {batch.Messages} messages {_refusals} times, so they are dropped: {problem}");
            return;
        }

        Spool.Rest(batch);
        if (_failures++ == 0) _options.Tell($"{Destination} does not take messages, which wait in {Spool.Path}: {problem}");
        await Pause(_options.Retry, _failures, retryAfter);
    }

    /// <summary>The status, or null when there was no answer; with what to tell of it.</summary>
    private async Task<(HttpStatusCode? Status, string Problem, TimeSpan? RetryAfter)> Send(SpoolBatch batch)
    {
        var key = OwnDeliveries.KeyOf(batch.Id);
        _own.Add(key);
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ByteArrayContent(batch.Payload) };
        request.Headers.TryAddWithoutValidation("User-Agent", s_agent);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/ndjson; charset=UTF-8");
        if (batch.Compressed) request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "deflated");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Abort);
        limit.CancelAfter(_options.Retry.AnswerTimeout);
        try
        {
            using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return (response.StatusCode, $"it answered {(int)response.StatusCode}, and only 204 is success", RetryAfter(response.Headers.RetryAfter));
        }
        catch (HttpRequestException failure)
        {
            return (null, failure.InnerException?.Message ?? failure.Message, null);
        }
        catch (OperationCanceledException) when (!Abort.IsCancellationRequested)
        {
            return (null, $"no answer within {_options.Retry.AnswerTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s", null);
        }
    }

    private static bool IsRefusal(HttpStatusCode? status) =>
        status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;

    private int Refusals(SpoolBatch batch)
    {
        if (_refusedBatch != batch.Id) _refusals = 0;
        _refusedBatch = batch.Id;
        return ++_refusals;
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - DateTimeOffset.UtcNow : null);

    private static string Version() =>
        typeof(ResurfaceSender).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
