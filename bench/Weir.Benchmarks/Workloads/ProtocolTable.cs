using System.Diagnostics;
using System.Globalization;
using Weir.Protocols;
using Weir.Records;
using Weir.Streams;

namespace Weir.Benchmarks.Workloads;

/// <summary>Parsers alone, one thread, no capture and no output: nanoseconds and allocated bytes per exchange.</summary>
public static class ProtocolTable
{
    private const int WarmUpRounds = 60;
    private const int Rounds = 400;

    public static void Print(TextWriter output)
    {
        output.WriteLine("parser      ns/exchange  exchanges/s      MB/s  bytes allocated/exchange");
        foreach (var protocol in ProtocolCatalog.All)
        {
            var workload = WorkloadCatalog.All.FirstOrDefault(candidate =>
                string.Equals(candidate.Protocol, protocol.Name, StringComparison.OrdinalIgnoreCase));
            output.WriteLine(workload is null ? $"{protocol.Name}: no workload" : Measure(protocol, workload));
        }
    }

    private static string Measure(IProtocol protocol, IWorkload workload)
    {
        var sink = new CountingSink();
        var conversation = protocol.Open(new Connection(), Direction.FromInitiator, sink);
        long now = 0;
        Run(WarmUpRounds);
        sink.Exchanges = 0;

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        Run(Rounds);
        var elapsed = Stopwatch.GetElapsedTime(started);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;

        var expected = (long)Rounds * workload.Exchanges.Count;
        if (sink.Exchanges != expected)
            return $"{protocol.Name}: {sink.Exchanges} exchanges came out of {expected}; the figures would mean nothing";
        var bytes = (double)Rounds * workload.Exchanges.Sum(exchange => exchange.Request.Length + exchange.Response.Length);
        return string.Create(CultureInfo.InvariantCulture,
            $"{protocol.Name,-10} {elapsed.TotalNanoseconds / expected,12:0} {expected / elapsed.TotalSeconds,12:0} {bytes / 1e6 / elapsed.TotalSeconds,9:0} {(double)allocated / expected,25:0.00}");

        void Run(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                foreach (var (request, response) in workload.Exchanges)
                {
                    conversation.OnChunk(Direction.FromInitiator, request, ++now);
                    conversation.OnChunk(Direction.FromResponder, response, ++now);
                }
            }
        }
    }

    private sealed class CountingSink : IExchangeSink
    {
        public long Exchanges { get; set; }

        public void Write(Exchange exchange) => Exchanges++;
    }
}
