using Weir.Export.Spool;
using Weir.Records;
using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Client;

namespace Weir.Export.Center;

/// <summary>The way to one center: connects, greets, sends, and again after every break, with growing pauses.</summary>
internal sealed class CenterLink : IDisposable
{
    private readonly CenterOutputOptions _options;
    private readonly CenterSender _sender;
    private readonly DeliverySpool _spool;
    private readonly TimeProvider _time;
    private readonly RpcChannel _channel;
    private readonly PacketSender _packets;
    private readonly SemaphoreSlim _more = new(0, 1);
    private readonly CancellationTokenSource _left = new();
    private volatile bool _connected;
    private int _failures;

    public CenterLink(CenterAddress address, CenterOutputOptions options, CenterSender sender, DeliverySpool spool, TimeProvider time)
    {
        (Address, _options, _sender, _spool, _time) = (address, options, sender, spool, time);
        _channel = new RpcChannel(address.Host, address.Port, options.Channel);
        _packets = new PacketSender(address, options);
    }

    public CenterAddress Address { get; }

    public bool IsConnected => _connected;

    /// <summary>There may be something to send.</summary>
    public void Wake()
    {
        try
        {
            _more.Release();
        }
        catch (SemaphoreFullException)
        {
            // It was told already and has not looked yet.
        }
    }

    /// <summary>This center is no longer one of ours.</summary>
    public void Leave() => _left.Cancel();

    public async Task Run(Func<bool> done, CancellationToken abort)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(abort, _left.Token);
        try
        {
            while (!done())
            {
                try
                {
                    await Session(done, either.Token);
                }
                catch (RpcException failure)
                {
                    if (_failures++ == 0) _options.Tell($"no center at {Address}; calls wait in {_spool.Path}: {failure.Status}");
                }

                _connected = false;
                if (!done()) await Pause(either.Token);
            }

            // The last batch may have been this link's; the others wait for its receipt.
            _sender.Wake();
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // What it had is in the spool.
        }
        finally
        {
            _connected = false;
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        _more.Dispose();
        _left.Dispose();
    }

    private async Task Session(Func<bool> done, CancellationToken cancellation)
    {
        var metadata = new RpcMetadata();
        if (_sender.Token is { } token) metadata.Add(CenterMethods.Authorization, $"Bearer {token}");
        await using var call = _channel.Start(CenterMethods.Deliver, new RpcCallOptions { Metadata = metadata, Cancellation = cancellation });
        await using var session = new LinkSession(
            call, _options, _sender, _spool, _time, _more, request => Task.Run(() => _packets.Answer(request, _sender.Token, cancellation), CancellationToken.None));
        await session.Greet(ProductVersion.Text, cancellation);
        _connected = true;
        if (_failures > 0) _options.Tell($"the center at {Address} is there again; {_spool.Messages} calls wait");
        _failures = 0;
        await session.Serve(done, cancellation);
    }

    private async Task Pause(CancellationToken cancellation)
    {
        var times = _options.Times;
        // Less by up to a half, so that many probes do not come back together.
        var wait = Math.Min(times.MaxMs, times.FirstMs * Math.Pow(2, Math.Clamp(_failures - 1, 0, 20))) * (0.5 + (Random.Shared.NextDouble() / 2));
        if (!_sender.IsHurried) await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(wait), cancellation), _sender.Hurried);
        cancellation.ThrowIfCancellationRequested();
        // At the end there are seconds, not minutes.
        if (_sender.IsHurried) await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(wait, times.FirstMs)), cancellation);
    }
}
