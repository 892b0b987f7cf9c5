using System.Text.Json;
using Weir.Records;
using Weir.Records.Status;

namespace Weir.Probe;

/// <summary>The parts that every <c>--stats</c> document has.</summary>
internal static class LedgerJson
{
    public static void WriteLedger(Utf8JsonWriter writer, IEnumerable<Loss> losses)
    {
        writer.WriteStartArray("ledger");
        foreach (var loss in losses.Where(loss => loss.Count > 0))
        {
            var reason = LossReasons.Of(loss.Reason);
            writer.WriteStartObject();
            writer.WriteString("plane", loss.Plane);
            writer.WriteString("interface", loss.Interface);
            writer.WriteString("stage", WireNames.Of(reason.Stage));
            writer.WriteString("reason", loss.Reason);
            writer.WriteNumber("count", loss.Count);
            writer.WriteString("unit", reason.Unit);
            writer.WriteString("meaning", reason.Meaning);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteCounters(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, long> counters)
    {
        writer.WriteStartObject(name);
        foreach (var (reason, count) in counters) writer.WriteNumber(reason, count);
        writer.WriteEndObject();
    }
}
