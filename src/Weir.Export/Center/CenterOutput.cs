using System.Buffers;
using Weir.Export.Spool;
using Weir.Records;
using Weir.Records.Json;
using Weir.Records.Traffic;

namespace Weir.Export.Center;

/// <summary>
/// Delivers exchanges to centers, docs/formats/probe-to-center.md: at least once, whatever breaks on the way, and stored once, because
/// a store knows what it has by its id.
/// </summary>
public sealed class CenterOutput : SpooledOutput, IOutputCounters, ITrafficSink
{
    private readonly CenterSender _sender;

    /// <exception cref="OutputException">The spool directory cannot be used.</exception>
    public CenterOutput(CenterOutputOptions options, TimeProvider? time = null)
        : base("the centers", Spooling(options), time)
    {
        _sender = new CenterSender(options, Spool, time ?? TimeProvider.System);
        Begin(_sender);
    }

    /// <summary>Asked for at every beat; any thread.</summary>
    public Func<ProbeState> State
    {
        set => _sender.State = value;
    }

    /// <summary>Centers that are connected now.</summary>
    public int Connected => _sender.Connected;

    /// <summary>Takes other centers or another token, without losing what is under way.</summary>
    public void Change(IReadOnlyList<CenterAddress> centers, string? token) => _sender.Change(centers, token);

    /// <summary>Counters of bytes go the way of exchanges: on disk first, then to whichever center takes them.</summary>
    public void Write(TrafficReport report)
    {
        var batch = new SpoolBatch(report.Id, 0, true, TrafficMessages.Pack(report)) { IsTraffic = true };
        Spool.TryAppend(batch, mayDrop: true);
        _sender.Wake();
    }

    public IEnumerable<KeyValuePair<string, long>> Losses()
    {
        yield return new("center_queue_full", QueueFull);
        yield return new("center_spool_full", Spool.DroppedFull);
        yield return new("center_spool_expired", Spool.DroppedExpired);
        yield return new("center_spool_damaged", Spool.Damaged);
        yield return new("center_refused", _sender.Refused);
        yield return new("center_traffic_lost", Spool.LostTraffic + _sender.RefusedTraffic);
    }

    public IEnumerable<KeyValuePair<string, long>> Ignored() => [];

    protected override IExchangeEncoder CreateEncoder() => new Encoder();

    private static SpoolingOptions Spooling(CenterOutputOptions options) => new(
        // Centers may change while batches wait for them: all share one spool.
        "center", options.SpoolRoot, "", options.Spool, options.BundleBytes, options.BundleTime, Compress: true)
    {
        Stop = options.Stop,
        DrainTime = options.DrainTime,
        BondAge = options.BondAge,
        Tell = options.Tell,
    };

    /// <summary>Calls that last are told when they are over: told while they run, the end could reach another center's store.</summary>
    private sealed class Encoder : IExchangeEncoder
    {
        private readonly ExchangeJsonWriter _json = new(ExchangeDetail.Full);

        public void Encode(Exchange exchange, IBufferWriter<byte> writer)
        {
            _json.Write(exchange, writer);
            writer.Write("\n"u8);
        }
    }
}
