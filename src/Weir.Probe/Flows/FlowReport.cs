using System.Text.Json;
using Weir.Records.Status;

namespace Weir.Probe.Flows;

/// <summary>Counters of a run of the flow meter.</summary>
/// <param name="Packets">Frames handed over by the source.</param>
/// <param name="Bytes">Their length on the wire.</param>
/// <param name="Flows">Flows told, each part once.</param>
/// <param name="Interim">Looks at flows that went on.</param>
/// <param name="Seconds">Wall time since the run began.</param>
/// <param name="Losses">The loss ledger; all zero in a run without loss.</param>
/// <param name="Ignored">What was left aside, by kind: no loss.</param>
public sealed record FlowReport(
    long Packets, long Bytes, long Flows, long Interim, double Seconds, IReadOnlyList<Loss> Losses, IReadOnlyDictionary<string, long> Ignored)
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
        writer.WriteNumber("flows", Flows);
        writer.WriteNumber("interim", Interim);
        writer.WriteNumber("seconds", Math.Round(Seconds, 3));
        LedgerJson.WriteCounters(writer, "dropped", Dropped);
        LedgerJson.WriteLedger(writer, Losses);
        LedgerJson.WriteCounters(writer, "ignored", Ignored);
        writer.WriteEndObject();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }
}
