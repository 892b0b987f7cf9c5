using System.Text;
using Weir.Capture;
using Weir.Packets;
using Weir.Probe;
using Weir.Records;

namespace Weir.Kernel.Tests;

/// <summary>What the pipeline makes of captured frames, and through which tunnels their TCP packets came.</summary>
internal sealed class CallsOfFrames : IExchangeSink
{
    private CallsOfFrames()
    {
    }

    /// <summary>Paths of the complete exchanges, in order.</summary>
    public List<string> Paths { get; } = [];

    public int Incomplete { get; private set; }

    public HashSet<PacketTunnel> Tunnels { get; } = [];

    public Dictionary<string, long> Losses { get; private set; } = [];

    public Dictionary<string, long> Ignored { get; private set; } = [];

    public static CallsOfFrames Read(IEnumerable<SeenFrame> frames, ProbeOptions options)
    {
        var calls = new CallsOfFrames();
        var pipeline = new CapturePipeline(options, new ExchangeFanOut(options, [calls], () => { }));
        var decoder = new PacketDecoder(tunnels: options.Tunnels);
        foreach (var seen in frames)
        {
            pipeline.OnFrame(seen.Frame);
            if (decoder.Decode(seen.Frame, out var packet) == DecodeOutcome.Decoded && packet.Protocol == IpProtocol.Tcp)
                calls.Tunnels.Add(packet.Tunnel);
        }

        pipeline.Finish();
        calls.Losses = pipeline.Losses().Where(loss => loss.Value > 0).ToDictionary();
        calls.Ignored = pipeline.Ignored().ToDictionary();
        return calls;
    }

    public void Write(Exchange exchange)
    {
        var request = exchange.Request;
        if (exchange.Complete && exchange.Anomalies.IsEmpty) Paths.Add(Encoding.Latin1.GetString(request.Text[request.Path]));
        else Incomplete++;
    }
}
