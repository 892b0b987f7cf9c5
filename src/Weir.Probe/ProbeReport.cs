using System.Text.Json;

namespace Weir.Probe;

/// <summary>Counters of a run: what went in, what came out, and every reason why something did not.</summary>
/// <param name="Packets">Frames handed over by the source.</param>
/// <param name="Bytes">Their length on the wire.</param>
/// <param name="Exchanges">Exchanges that matched and went to the outputs.</param>
/// <param name="ExchangesSeen">Exchanges before the filter.</param>
/// <param name="Connections">TCP connections seen.</param>
/// <param name="Seconds">Wall time since the run began.</param>
/// <param name="Dropped">Loss by reason; all zero in a run without loss.</param>
/// <param name="Ignored">What Weir does not read, by kind: no loss.</param>
public sealed record ProbeReport(
    long Packets,
    long Bytes,
    long Exchanges,
    long ExchangesSeen,
    long Connections,
    double Seconds,
    IReadOnlyDictionary<string, long> Dropped,
    IReadOnlyDictionary<string, long> Ignored)
{
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
        WriteCounters(writer, "dropped", Dropped);
        WriteCounters(writer, "ignored", Ignored);
        writer.WriteEndObject();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void WriteCounters(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, long> counters)
    {
        writer.WriteStartObject(name);
        foreach (var (reason, count) in counters) writer.WriteNumber(reason, count);
        writer.WriteEndObject();
    }
}
