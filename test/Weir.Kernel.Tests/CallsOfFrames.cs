using Weir.Capture;
using Weir.Packets;
using Weir.Probe;

namespace Weir.Kernel.Tests;

/// <summary>What a probe makes of captured frames, and through which tunnels their TCP packets came.</summary>
internal sealed record CallsOfFrames(
    IReadOnlyList<string> Paths, int Incomplete, IReadOnlySet<PacketTunnel> Tunnels, IReadOnlyDictionary<string, long> Losses,
    IReadOnlyDictionary<string, long> Ignored)
{
    public static CallsOfFrames Read(IReadOnlyList<SeenFrame> frames, ProbeOptions options)
    {
        var tunnels = new HashSet<PacketTunnel>();
        var decoder = new PacketDecoder(tunnels: options.Tunnels);
        foreach (var seen in frames)
            if (decoder.Decode(seen.Frame, out var packet) == DecodeOutcome.Decoded && packet.Protocol == IpProtocol.Tcp)
                tunnels.Add(packet.Tunnel);

        using var calls = new CallList();
        using var run = new ProbeRun([new Replay(frames)], options, [calls]);
        run.Run(CancellationToken.None);
        var report = run.Report();
        return new CallsOfFrames(
            calls.Paths, calls.Incomplete, tunnels, report.Dropped.Where(loss => loss.Value > 0).ToDictionary(), report.Ignored);
    }

    private sealed class Replay(IReadOnlyList<SeenFrame> frames) : ICaptureSource
    {
        public IReadOnlyList<string> Warnings => [];

        public IReadOnlyList<InterfaceStatistics> ReadStatistics() => [];

        public void Run(IFrameSink sink, CancellationToken cancellation)
        {
            foreach (var seen in frames) sink.OnFrame(seen.Frame);
        }

        public void Dispose()
        {
            // Nothing is held open.
        }
    }
}
