using System.Buffers;
using Weir.Export.Spool;
using Weir.Records;

namespace Weir.Export.Otlp;

/// <summary>Delivers calls as spans to an OpenTelemetry collector, docs/formats/otlp.md.</summary>
public sealed class OtlpOutput : SpooledOutput, IOutputCounters
{
    private readonly OtlpSender _sender;
    private readonly OwnDeliveries _own = new();
    private long _withoutRequest;
    private long _notHttp;
    private long _ownSeen;

    /// <exception cref="OutputException">The spool directory cannot be used.</exception>
    public OtlpOutput(OtlpOptions options, TimeProvider? time = null)
        : base(options.Url.ToString(), Spooling(options), time)
    {
        _sender = new OtlpSender(options, Spool, _own);
        Begin(_sender);
    }

    public IEnumerable<KeyValuePair<string, long>> Losses()
    {
        yield return new("otlp_queue_full", QueueFull);
        yield return new("otlp_spool_full", Spool.DroppedFull);
        yield return new("otlp_spool_expired", Spool.DroppedExpired);
        yield return new("otlp_spool_damaged", Spool.Damaged);
        yield return new("otlp_refused", _sender.Refused);
    }

    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("otlp_without_request", Interlocked.Read(ref _withoutRequest));
        yield return new("otlp_not_http", Interlocked.Read(ref _notHttp));
        yield return new("otlp_own_delivery", Interlocked.Read(ref _ownSeen));
    }

    protected override IExchangeEncoder CreateEncoder() => new Encoder(this);

    private static SpoolingOptions Spooling(OtlpOptions options) => new(
        "otlp", options.SpoolRoot, options.Url.ToString(), options.Spool, options.BundleBytes, options.BundleTime, Compress: false)
    {
        WaitForRoom = options.WaitForRoom,
        Stop = options.Stop,
        DrainTime = options.DrainTime,
        Tell = options.Tell,
    };

    private sealed class Encoder(OtlpOutput output) : IExchangeEncoder
    {
        public void Encode(Exchange exchange, IBufferWriter<byte> writer)
        {
            if (exchange.InProgress) return;
            if (output._own.Made(exchange.Request)) Interlocked.Increment(ref output._ownSeen);
            else if (!exchange.Protocol.StartsWith("HTTP/", StringComparison.Ordinal)) Interlocked.Increment(ref output._notHttp);
            else if (!exchange.HasRequest) Interlocked.Increment(ref output._withoutRequest);
            else OtlpSpanWriter.Write(exchange, writer);
        }
    }
}
