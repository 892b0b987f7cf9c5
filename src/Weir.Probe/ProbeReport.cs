using System.Text.Json;
using Weir.Records.Status;

namespace Weir.Probe;

/// <summary>Counters of a run: what went in, what came out, and every reason why something did not.</summary>
/// <param name="Packets">Frames handed over by the source.</param>
/// <param name="Bytes">Their length on the wire.</param>
/// <param name="Exchanges">Exchanges that matched and went to the outputs.</param>
/// <param name="ExchangesSeen">Exchanges before the filter.</param>
/// <param name="Connections">TCP connections seen.</param>
/// <param name="Seconds">Wall time since the run began.</param>
/// <param name="Losses">The loss ledger; all zero in a run without loss.</param>
/// <param name="Ignored">What Weir does not read, by kind: no loss.</param>
public sealed record ProbeReport(
    long Packets,
    long Bytes,
    long Exchanges,
    long ExchangesSeen,
    long Connections,
    double Seconds,
    IReadOnlyList<Loss> Losses,
    IReadOnlyDictionary<string, long> Ignored)
{
    /// <summary>Loss by reason, whatever the interface.</summary>
    public IReadOnlyDictionary<string, long> Dropped =>
        CounterSums.Of(Losses.Select(loss => KeyValuePair.Create(loss.Reason, loss.Count)));

    /// <summary>Writes the <c>--stats</c> document.</summary>
    public void WriteJson(Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("packets", Packets);
        writer.WriteNumber("bytes", Bytes);
        writer.WriteNumber("exchanges", Exchanges);
        writer.WriteNumber("exchangesSeen", ExchangesSeen);
        writer.WriteNumber("connections", Connections);
        writer.WriteNumber("seconds", Math.Round(Seconds, 3));
        LedgerJson.WriteCounters(writer, "dropped", Dropped);
        LedgerJson.WriteLedger(writer, Losses);
        LedgerJson.WriteCounters(writer, "ignored", Ignored);
        writer.WriteEndObject();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }
}
