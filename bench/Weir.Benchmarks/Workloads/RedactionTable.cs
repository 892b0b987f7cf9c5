using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Weir.Privacy.Redaction;
using Weir.Protocols;
using Weir.Records;
using Weir.Records.Json;
using Weir.Streams;

namespace Weir.Benchmarks.Workloads;

/// <summary>
/// What looking for sensitive data costs beside encoding the record as JSON: nanoseconds an exchange, one thread. The first
/// row is a scan that finds nothing to mask, the second one that masks a cookie, the third the encoding.
/// </summary>
public static class RedactionTable
{
    private const int WarmUpRounds = 40;
    private const int Rounds = 200;

    public static void Print(TextWriter output)
    {
        var records = Records();
        var clean = records.Select(Read).ToArray();
        var redactor = new ExchangeRedactor();
        foreach (var exchange in clean) redactor.Redact(exchange);
        var again = new Exchange();
        var buffer = new ArrayBufferWriter<byte>(1 << 20);
        var writer = new ExchangeJsonWriter();

        var read = Measure(i => ExchangeJsonReader.TryRead(records[i], again, out _), records.Count);
        var both = Measure(i =>
        {
            ExchangeJsonReader.TryRead(records[i], again, out _);
            redactor.Redact(again);
        }, records.Count);
        var scan = Measure(i =>
        {
            clean[i].Sensitive.Clear();
            redactor.Redact(clean[i]);
        }, records.Count);
        var encode = Measure(i =>
        {
            buffer.ResetWrittenCount();
            writer.Write(clean[i], buffer);
        }, records.Count);

        output.WriteLine("redaction            ns/exchange  of encoding  bytes allocated/exchange");
        Row(output, "scan, clean", scan, encode);
        Row(output, "scan and mask", (both.Ns - read.Ns, both.Bytes - read.Bytes), encode);
        Row(output, "encode JSON", encode, encode);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{records.Count} exchanges, {records.Average(record => record.Length):0} bytes of JSON each"));
    }

    private static void Row(TextWriter output, string name, (double Ns, double Bytes) cost, (double Ns, double Bytes) encode) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} {cost.Ns,11:0} {cost.Ns / encode.Ns,12:0.00} {cost.Bytes,25:0.00}"));

    private static (double Ns, double Bytes) Measure(Action<int> one, int count)
    {
        for (var round = 0; round < WarmUpRounds; round++)
            for (var i = 0; i < count; i++) one(i);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++) one(i);
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / count);
        }

        return (best, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / Rounds / count);
    }

    private static List<byte[]> Records()
    {
        var sink = new Sink();
        var conversation = ProtocolCatalog.All.First(protocol => protocol.Name == "http1").Open(new Connection(), Direction.FromInitiator, sink);
        long now = 1_700_000_000_000_000_000;
        foreach (var (request, response) in new Http1Workload().Exchanges)
        {
            conversation.OnChunk(Direction.FromInitiator, request, ++now);
            conversation.OnChunk(Direction.FromResponder, response, ++now);
        }

        return sink.Records;
    }

    private static Exchange Read(byte[] record)
    {
        var exchange = new Exchange();
        return ExchangeJsonReader.TryRead(record, exchange, out var error) ? exchange : throw new InvalidOperationException(error);
    }

    private sealed class Sink : IExchangeSink
    {
        private readonly ExchangeJsonWriter _writer = new();

        public List<byte[]> Records { get; } = [];

        public void Write(Exchange exchange)
        {
            var buffer = new ArrayBufferWriter<byte>();
            _writer.Write(exchange, buffer);
            Records.Add(buffer.WrittenSpan.ToArray());
        }
    }
}
