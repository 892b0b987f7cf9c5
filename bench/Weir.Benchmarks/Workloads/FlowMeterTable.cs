using System.Buffers;
using System.Globalization;
using Weir.Benchmarks.Generate;
using Weir.Flows;
using Weir.Packets;

namespace Weir.Benchmarks.Workloads;

/// <summary>
/// The flow meter with every feature, one thread, frames in memory: CPU nanoseconds and allocated bytes per packet, decoding and a CSV
/// row of each flow included. Long connections (rest), short ones (connections), a third as many flows as packets (refused), and as many
/// (scan), which fills the table and makes a row of each packet.
/// </summary>
public static class FlowMeterTable
{
    private const int Exchanges = 20_000;
    private const int ScanPackets = 200_000;
    private const int Rounds = 7;

    public static void Print(string directory, TextWriter output)
    {
        output.WriteLine("flow meter                        CPU ns/packet  packets/s   flows/packet  bytes allocated/packet");
        foreach (var (name, frames) in Workloads(directory))
        {
            foreach (var profile in Enum.GetValues<FlowProfile>()) output.WriteLine(Measure(name, frames, profile));
        }
    }

    private static IEnumerable<(string Name, List<byte[]> Frames)> Workloads(string directory)
    {
        foreach (var name in (string[])[GeneratedCapture.Rest, GeneratedCapture.Connections])
        {
            var frames = new List<byte[]>();
            using var reader = CaptureFileReader.Open(File.OpenRead(GeneratedCapture.Write(name, directory, Exchanges).Path));
            while (reader.TryRead(out var frame)) frames.Add(frame.Data.ToArray());
            yield return (name, frames);
        }

        yield return ("refused", Refused());
        yield return ("scan", Scan());
    }

    /// <summary>A scan of closed ports by a tool that tries twice: SYN, RST and the SYN again, three packets a flow.</summary>
    private static List<byte[]> Refused()
    {
        var frames = new List<byte[]>();
        foreach (var syn in Scan().Take(ScanPackets / 3))
        {
            var reset = (byte[])syn.Clone();
            syn.AsSpan(26, 4).CopyTo(reset.AsSpan(30));
            syn.AsSpan(30, 4).CopyTo(reset.AsSpan(26));
            syn.AsSpan(34, 2).CopyTo(reset.AsSpan(36));
            syn.AsSpan(36, 2).CopyTo(reset.AsSpan(34));
            reset[47] = 0x14;
            frames.AddRange([syn, syn, reset]);
        }

        return frames;
    }

    /// <summary>A SYN to each port of several hosts: no packet belongs to the flow of another.</summary>
    private static List<byte[]> Scan()
    {
        // Ethernet, IPv4 and TCP headers without checksums, which nobody verifies.
        byte[] syn =
        [
            2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
            0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 1, 0, 0,
            0x9C, 0x40, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xFF, 0xFF, 0, 0, 0, 0,
        ];
        return
        [
            .. Enumerable.Range(0, ScanPackets).Select(number =>
            {
                var frame = (byte[])syn.Clone();
                (frame[33], frame[36], frame[37]) = ((byte)(number >> 16), (byte)(number >> 8), (byte)number);
                return frame;
            }),
        ];
    }

    private static string Measure(string name, List<byte[]> frames, FlowProfile profile)
    {
        var sink = new Sink(profile);
        var meter = new FlowMeter(new FlowMeterOptions { Profile = profile }, sink);
        var decoder = new PacketDecoder();
        var cicFrames = profile == FlowProfile.Weir ? null : new CicFrames(profile);
        // Half a minute a round, so that flows of one round are over in the next.
        var step = 30_000_000_000 / frames.Count;
        long now = 1_769_860_800_000_000_000;
        for (var i = 0; i < 3; i++) Round();
        var (best, least) = (TimeSpan.MaxValue, long.MaxValue);
        var flows = sink.Flows;
        for (var i = 0; i < Rounds; i++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Environment.CpuUsage.TotalTime;
            Round();
            var elapsed = Environment.CpuUsage.TotalTime - started;
            if (elapsed < best) best = elapsed;
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"{name,-13} {profile,-17} {best.TotalNanoseconds / frames.Count,15:0} {frames.Count / best.TotalSeconds,10:0} {(double)(sink.Flows - flows) / Rounds / frames.Count,14:0.000} {(double)least / frames.Count,23:0.00}");

        void Round()
        {
            foreach (var data in frames)
            {
                now += step;
                var frame = new Frame(data, data.Length, now, LinkType.Ethernet);
                if (cicFrames is not null ? cicFrames.TryRead(in frame, out var packet) : decoder.Decode(in frame, out packet) == DecodeOutcome.Decoded)
                    meter.Add(in packet);
            }
        }
    }

    /// <summary>Writes each row, as <c>weir flows</c> does, and forgets it.</summary>
    private sealed class Sink(FlowProfile profile) : IMeteredFlowSink
    {
        private readonly FlowCsvWriter _csv = new(FlowCsvLayout.Of(profile), profile);
        private readonly ArrayBufferWriter<byte> _row = new(64 << 10);

        public long Flows { get; private set; }

        public void OnFlow(MeteredFlow flow)
        {
            _row.ResetWrittenCount();
            _csv.Write(flow, _row);
            Flows++;
        }
    }
}
