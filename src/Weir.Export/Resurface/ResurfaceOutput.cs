using System.Buffers;
using Weir.Export.Spool;
using Weir.Records;

namespace Weir.Export.Resurface;

/// <summary>Delivers exchanges to a Resurface server, docs/formats/resurface.md.</summary>
public sealed class ResurfaceOutput : SpooledOutput, IOutputCounters
{
    private readonly ResurfaceSender _sender;
    private readonly OwnDeliveries _own = new();
    private long _unpaired;
    private long _notHttp;
    private long _ownSeen;

    /// <exception cref="OutputException">The spool directory cannot be used.</exception>
    public ResurfaceOutput(ResurfaceOptions options, TimeProvider? time = null)
        : base(options.Url.ToString(), Spooling(options), time)
    {
        _sender = new ResurfaceSender(options, Spool, _own);
        Begin(_sender);
    }

    public IEnumerable<KeyValuePair<string, long>> Losses()
    {
        yield return new("resurface_queue_full", QueueFull);
        yield return new("resurface_spool_full", Spool.DroppedFull);
        yield return new("resurface_spool_expired", Spool.DroppedExpired);
        yield return new("resurface_spool_damaged", Spool.Damaged);
        yield return new("resurface_refused", _sender.Refused);
    }

    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("resurface_unpaired", Interlocked.Read(ref _unpaired));
        yield return new("resurface_not_http", Interlocked.Read(ref _notHttp));
        yield return new("resurface_own_delivery", Interlocked.Read(ref _ownSeen));
    }

    protected override IExchangeEncoder CreateEncoder() => new Encoder(this);

    private static SpoolingOptions Spooling(ResurfaceOptions options) => new(
        "resurface", options.SpoolRoot, options.Url.ToString(), options.Spool, options.BundleBytes, options.BundleTime, !options.SkipCompression)
    {
        Discard = options.SkipSubmission,
        WaitForRoom = options.WaitForRoom,
        Stop = options.Stop,
        DrainTime = options.DrainTime,
        Tell = options.Tell,
    };

    private sealed class Encoder(ResurfaceOutput output) : IExchangeEncoder
    {
        private readonly ResurfaceMessageWriter _messages = new();

        public void Encode(Exchange exchange, IBufferWriter<byte> writer)
        {
            if (output._own.Made(exchange.Request))
            {
                Interlocked.Increment(ref output._ownSeen);
                return;
            }

            switch (_messages.Write(exchange, writer))
            {
                case ResurfaceOutcome.Written: writer.Write("\n"u8); break;
                case ResurfaceOutcome.Unpaired: Interlocked.Increment(ref output._unpaired); break;
                case ResurfaceOutcome.NotHttp: Interlocked.Increment(ref output._notHttp); break;
                case ResurfaceOutcome.InProgress: break;
            }
        }
    }
}
