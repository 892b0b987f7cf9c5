using System.Diagnostics;
using Weir.Export.Spool;

namespace Weir.Export.Apisec;

/// <summary>
/// Sends what waits in the spool, a batch at a time, until it has arrived, was refused, or is too old. Failures wait longer each time; a
/// batch that goes on failing lets the others pass; a refused token stops everything until the configuration changes.
/// </summary>
internal sealed class ApisecSender : IDisposable
{
    /// <summary>Failures of one batch in a row after which the others come first.</summary>
    private const int Patience = 3;

    private static readonly TimeSpan FinishCheck = TimeSpan.FromMilliseconds(20);

    private readonly ApisecOptions _options;
    private readonly ApisecSettings _settings;
    private readonly DeliverySpool _spool;
    private readonly DeliveredKeys _delivered;
    private readonly Func<ApisecEndpoint, ApisecEndpoint> _current;
    private readonly Func<ApisecEndpoint, string, bool> _isOther;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _abort = new();
    private readonly HashSet<string> _notOnboarded = new(StringComparer.Ordinal);
    private readonly HashSet<ulong> _refused = [];
    private ApisecClient? _client;
    private int _clientVersion;
    private int _stoppedVersion;
    private int _failures;
    private SpoolBatch? _failing;
    private int _failuresOfBatch;
    private volatile bool _ending;
    private volatile string? _stopped;
    private Task? _task;
    private long _progress;

    public ApisecSender(
        ApisecOptions options, ApisecSettings settings, DeliverySpool spool, DeliveredKeys delivered, Func<ApisecEndpoint, ApisecEndpoint> current,
        Func<ApisecEndpoint, string, bool> isOther, TimeProvider time)
    {
        (_options, _settings, _spool, _delivered, _current, _isOther, _time) = (options, settings, spool, delivered, current, isOther, time);
    }

    public ApisecCounts Counts { get; } = new();

    /// <summary>Why nothing is sent until the configuration changes; null while something is.</summary>
    public string? Stopped => _stopped;

    public void Start() => _task = Task.Run(Run);

    /// <summary>There is something new: endpoints, or a configuration.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It was told already and has not looked yet.
        }
    }

    /// <summary>Sends what there is without waiting for it to settle, until nothing is left or the platform took nothing for so long.</summary>
    public void Finish(TimeSpan limit)
    {
        if (_task is null) return;
        _ending = true;
        Wake();
        var (progress, since) = (Interlocked.Read(ref _progress), Stopwatch.GetTimestamp());
        while (!_task.Wait(FinishCheck))
        {
            if (Interlocked.Read(ref _progress) is var now && now != progress) (progress, since) = (now, Stopwatch.GetTimestamp());
            if (Stopwatch.GetElapsedTime(since) > limit) _abort.Cancel();
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        _abort.Dispose();
        _wake.Dispose();
    }

    private async Task Run()
    {
        try
        {
            while (true)
            {
                var state = _settings.State;
                if (IsStopped(state))
                {
                    if (_ending) return;
                    await _wake.WaitAsync(_abort.Token);
                    continue;
                }

                if (!_spool.TryTake(out var batch))
                {
                    if (_ending) return;
                    await _wake.WaitAsync(_abort.Token);
                    continue;
                }

                if (!_ending && Rest(batch) is { } rest)
                {
                    _spool.Rest(batch);
                    await _wake.WaitAsync(rest, _abort.Token);
                    continue;
                }

                await Attempt(batch, state);
            }
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            // The end does not wait longer: what is left stays in the spool, and its owner says so.
        }
    }

    /// <summary>Without address or token, or refused with these: until the configuration is another.</summary>
    private bool IsStopped(ApisecState state)
    {
        if (state.Problem is { } problem)
        {
            if (_stopped != problem) _options.Tell($"apisec: nothing is sent: {problem}");
            _stopped = problem;
            return true;
        }

        if (_stopped is not null && _stoppedVersion == state.Version) return true;
        if (_stopped is not null) _options.Tell("apisec: the configuration has changed; sending is tried again");
        _stopped = null;
        if (_client is not null && _clientVersion == state.Version) return false;
        _client?.Dispose();
        _client = new ApisecClient(state.Url!, state.Token!, _options.Retry, _options.Limits.MaxAnswerBytes);
        _clientVersion = state.Version;
        _notOnboarded.Clear();
        _refused.Clear();
        return false;
    }

    private TimeSpan? Rest(SpoolBatch batch)
    {
        var left = DateTimeOffset.FromUnixTimeMilliseconds(batch.CreatedMs) + _options.Settle - _time.GetUtcNow();
        // A clock that was set back makes nothing wait longer than it should.
        return left > TimeSpan.Zero ? (left < _options.Settle ? left : _options.Settle) : null;
    }

    private async Task Attempt(SpoolBatch batch, ApisecState state)
    {
        if (_failing?.Id != batch.Id) (_failing, _failuresOfBatch) = (batch, 0);
        if (_refused.Count > _options.Limits.MaxRemembered) _refused.Clear();
        var trouble = await Deliver(Read(batch), state);
        switch (trouble?.Outcome)
        {
            case null:
                _spool.Remove(batch);
                _failing = null;
                Interlocked.Increment(ref _progress);
                if (_failures > 0) _options.Tell($"apisec: the platform takes endpoints again; {_spool.Messages} still wait");
                _failures = 0;
                return;
            case ApisecOutcome.Stop:
                _spool.Rest(batch);
                (_stopped, _stoppedVersion) = (trouble.Problem, state.Version);
                _options.Tell($"apisec: STOPPED: the platform does not accept the token: {trouble.Problem}. "
                    + $"{_spool.Messages} endpoints wait in {_spool.Path} until the token or the configuration is changed");
                return;
            default:
                if (++_failuresOfBatch >= Patience && trouble.Status >= 500) _spool.Postpone(batch);
                else _spool.Rest(batch);
                if (_failures++ == 0) _options.Tell($"apisec: endpoints wait in {_spool.Path}: {trouble.Problem}");
                await Pause(trouble.RetryAfter);
                return;
        }
    }

    private async Task<ApisecAnswer?> Deliver(List<ApisecEndpoint> endpoints, ApisecState state)
    {
        ApisecAnswer? last = null;
        foreach (var service in endpoints.GroupBy(static endpoint => endpoint.Service, StringComparer.Ordinal))
        {
            var (target, trouble) = await Target(service.Key, state);
            if (trouble is null && target is not null)
            {
                var delivery = new ApisecDelivery(_client!, target, _delivered, Counts, _isOther, _options.Tell);
                foreach (var chunk in service.Chunk(_options.BatchEndpoints))
                {
                    trouble = await delivery.Deliver(chunk, singly: _failuresOfBatch > 1, _refused, _abort.Token);
                    if (trouble is not null) break;
                }
            }
            else if (trouble is null)
            {
                foreach (var _ in service) Counts.LeaveUnmapped();
            }

            if (trouble is { Outcome: ApisecOutcome.Stop } or { Status: 0 } or { Status: 429 }) return trouble;
            last = trouble ?? last;
        }

        return last;
    }

    private async Task<(ApisecTarget? Target, ApisecAnswer? Trouble)> Target(string service, ApisecState state)
    {
        if (ServiceNames.Find(_settings.State.Configuration.Mappings, service) is { } known) return (known, null);
        if (!state.Configuration.AutoOnboardNewServices || _notOnboarded.Contains(service)) return (null, null);
        if (ApisecOnboarding.NameOf(service, _settings.State.Configuration.Mappings.Keys) is not { } name) return (null, null);
        var (target, trouble) = await new ApisecOnboarding(_client!, _options.Retry, _options.Tell).Find(name, _abort.Token);
        if (target is not null)
        {
            _settings.Learn(service, target);
            _options.Tell($"apisec: service {service} is onboarded: application {target.AppId}, instance {target.InstanceId}");
            // The mapping made another version of the same connection.
            _clientVersion = _settings.State.Version;
            return (target, null);
        }

        if (trouble is not { Outcome: ApisecOutcome.Refused }) return (null, trouble);
        _notOnboarded.Add(service);
        _options.Tell($"apisec: service {service} cannot be onboarded: {trouble.Problem}");
        return (null, null);
    }

    private List<ApisecEndpoint> Read(SpoolBatch batch)
    {
        var endpoints = new List<ApisecEndpoint>();
        var lines = batch.Payload.AsMemory();
        while (lines.Length > 0)
        {
            var end = lines.Span.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            if (ApisecEndpoint.TryDecode(line.Span, out var endpoint)) endpoints.Add(_current(endpoint));
            else Counts.Damage();
        }

        return endpoints;
    }

    /// <summary>Twice as long after each failure, less by up to a half at random, so that many nodes do not come back together.</summary>
    private async Task Pause(TimeSpan? retryAfter)
    {
        var retry = _options.Retry;
        var backoff = Math.Min(retry.MaxMs, retry.FirstMs * Math.Pow(2, Math.Min(_failures - 1, 20))) * (0.5 + (Random.Shared.NextDouble() / 2));
        var wait = TimeSpan.FromMilliseconds(backoff);
        if (retryAfter is { } asked && asked > wait) wait = asked < retry.MaxRetryAfter ? asked : retry.MaxRetryAfter;
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) is var passed && passed < wait)
        {
            // At the end there are seconds, not minutes.
            if (_ending && retryAfter is null) wait = TimeSpan.FromMilliseconds(Math.Min(wait.TotalMilliseconds, retry.FirstMs));
            var left = wait - passed;
            if (left > TimeSpan.Zero) await Task.Delay(left < TimeSpan.FromMilliseconds(200) ? left : TimeSpan.FromMilliseconds(200), _abort.Token);
        }
    }
}
