using System.Threading.Channels;
using Weir.Rpc;
using Weir.Rpc.Client;
using Weir.Rpc.Tetragon;
using Weir.Rpc.Tetragon.V1;
using Weir.Storage;
using Weir.Storage.Processes;

namespace Weir.Center.Tetragon;

/// <summary>One place that events come from, as it is now.</summary>
/// <param name="Address">File or agent.</param>
/// <param name="Connected">It can be read.</param>
/// <param name="Error">Why not; null when it can.</param>
internal sealed record EventSource(string Address, bool Connected, string? Error);

/// <summary>What came and what became of it since the start.</summary>
/// <param name="Events">Events that were read.</param>
/// <param name="Stored">Those that were new.</param>
/// <param name="Skipped">Of kinds that are not known here.</param>
/// <param name="Malformed">Lines and messages that are no events.</param>
/// <param name="TooLong">Lines that are longer than allowed.</param>
/// <param name="Dropped">Events that found the queue full, or the store refusing.</param>
internal sealed record EventCounters(long Events, long Stored, long Skipped, long Malformed, long TooLong, long Dropped);

/// <summary>Reads events of Tetragon from its exports and agents, and stores them. Thread-safe.</summary>
internal sealed class ProcessEvents : IDisposable
{
    private const int MaxBatch = 500;

    private static readonly TimeSpan s_firstBackoff = TimeSpan.FromSeconds(1);

    private readonly TetragonOptions _options;
    private readonly ProcessEventStore? _store;
    private readonly EventReader _reader;
    private readonly Channel<ProcessEvent> _queue;
    private readonly Action<string> _tell;
    private readonly EventSource[] _sources;
    private readonly CancellationTokenSource _stop = new();
    private long _events;
    private long _stored;
    private long _skipped;
    private long _malformed;
    private long _tooLong;
    private long _dropped;
    private string? _lastError;
    private Task _work = Task.CompletedTask;

    /// <exception cref="StoreException">The store can't be opened.</exception>
    public ProcessEvents(TetragonOptions options, string directory, Action<string> tell)
    {
        (_options, _tell, _reader) = (options, tell, new EventReader(options.Limits.MaxText));
        _queue = Channel.CreateBounded<ProcessEvent>(new BoundedChannelOptions(options.Limits.MaxQueued) { SingleReader = true });
        _sources = [.. options.Exports.Concat(options.Agents.Select(static one => one.Address)).Select(static address => new EventSource(address, false, "not read yet"))];
        // What was stored before is shown as long as it is there.
        var file = Path.Combine(directory, "process-events.db");
        if (_sources.Length > 0 || File.Exists(file)) _store = new ProcessEventStore(file);
    }

    public IReadOnlyList<EventSource> Sources => _sources;

    public EventCounters Counters => new(
        Interlocked.Read(ref _events), Interlocked.Read(ref _stored), Interlocked.Read(ref _skipped), Interlocked.Read(ref _malformed), Interlocked.Read(ref _tooLong), Interlocked.Read(ref _dropped));

    public void Start()
    {
        var readers = _options.Exports.Select((path, at) => Task.Run(() => Follow(path, at)))
            .Concat(_options.Agents.Select((agent, at) => Task.Run(() => Ask(agent, _options.Exports.Count + at)))).ToList();
        _work = Task.WhenAll([.. readers, Task.Run(Store)]);
        _ = Task.WhenAll(readers).ContinueWith(_ => _queue.Writer.TryComplete(), TaskScheduler.Default);
    }

    /// <summary>What was read is stored.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _work;
    }

    /// <summary>Newest first; none where nothing was ever stored.</summary>
    /// <exception cref="StoreException">They can't be read.</exception>
    public IReadOnlyList<ProcessEvent> Query(ProcessEventQuery query) => _store?.Query(query) ?? [];

    public void Dispose()
    {
        _store?.Dispose();
        _stop.Dispose();
    }

    private async Task Follow(string path, int at)
    {
        using var tail = new ExportTail(path, _options.Limits.MaxLineBytes);
        var tooLong = 0L;
        while (!_stop.IsCancellationRequested)
        {
            tail.Poll(line => Take(_reader.Read(line, out var found), found), _stop.Token);
            Interlocked.Add(ref _tooLong, tail.TooLong - tooLong);
            tooLong = tail.TooLong;
            _sources[at] = new EventSource(path, tail.Trouble is null, tail.Trouble);
            await Task.Delay(_options.Limits.PollInterval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Ask(TetragonAgent agent, int at)
    {
        var wait = s_firstBackoff;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var channel = AgentAddress.Connect(agent);
                var request = new GetEventsRequest();
                // Probes of the kubelet run commands all the time.
                request.DenyList.Add(new Filter { HealthCheck = true });
                await using var call = channel.Start(SensorMethods.GetEvents, new RpcCallOptions { Cancellation = _stop.Token });
                if (await call.Write(request)) await call.Complete();
                await call.ReadHeaders();
                _sources[at] = new EventSource(agent.Address, true, null);
                while (await call.Read(_stop.Token) is { } message)
                {
                    wait = s_firstBackoff;
                    Take(_reader.Read(message, out var found), found);
                }

                _sources[at] = new EventSource(agent.Address, false, "the agent ended the stream");
            }
            catch (RpcException e)
            {
                _sources[at] = new EventSource(agent.Address, false, e.Message);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(wait, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, _options.Limits.MaxBackoff.Ticks));
        }
    }

    private void Take(EventOutcome outcome, ProcessEvent? found)
    {
        switch (outcome)
        {
            case EventOutcome.Event when _queue.Writer.TryWrite(found!): Interlocked.Increment(ref _events); break;
            case EventOutcome.Event: Interlocked.Increment(ref _dropped); break;
            case EventOutcome.Skipped: Interlocked.Increment(ref _skipped); break;
            default: Interlocked.Increment(ref _malformed); break;
        }
    }

    private async Task Store()
    {
        var batch = new List<ProcessEvent>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var one)) batch.Add(one);
            try
            {
                Interlocked.Add(ref _stored, _store!.Append(batch, _options.Limits.MaxEvents));
                _lastError = null;
            }
            catch (StoreException e)
            {
                Interlocked.Add(ref _dropped, batch.Count);
                if (_lastError != e.Message) _tell($"events of processes are lost: {e.Message}");
                _lastError = e.Message;
            }

            batch.Clear();
        }
    }
}
