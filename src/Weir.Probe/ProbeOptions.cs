using Weir.Capture;
using Weir.Packets;
using Weir.Protocols.Grpc.Descriptors;
using Weir.Records;

namespace Weir.Probe;

/// <summary>What a probe captures and keeps.</summary>
public sealed record ProbeOptions
{
    /// <summary>Ports whose TCP traffic is looked at; empty means all. Applies to files too, where no kernel filter serves.</summary>
    public IReadOnlyList<PortRange> Ports { get; init; } = [];

    /// <summary>TCP ports that are not looked at, where the kernel's filter does not leave them out already.</summary>
    public IReadOnlyList<PortRange> ExcludedPorts { get; init; } = [];

    /// <summary>The source hands over what its filter leaves out too, cut to <see cref="LiveCaptureOptions.HeaderBytes"/>.</summary>
    public bool HeadersOfOthers { get; init; }

    /// <summary>Counts bytes by who sends them to whom; null does not. Not disposed of.</summary>
    public TrafficAccountant? Traffic { get; init; }

    /// <summary>Counts for <see cref="Traffic"/> in the kernel; null counts the frames that are captured. Not disposed of.</summary>
    public KernelTraffic? KernelTraffic { get; init; }

    /// <summary>Which tunnels are looked into.</summary>
    public TunnelOptions Tunnels { get; init; } = TunnelOptions.Default;

    /// <summary>Bytes of each body that are kept; the rest is counted only.</summary>
    public int BodyLimitBytes { get; init; } = 64 * 1024;

    /// <summary>Keeps the exchanges for which it is true; null keeps all.</summary>
    public Func<Exchange, bool>? Where { get; init; }

    /// <summary>Stops after this many matching exchanges; null never does.</summary>
    public long? MaxExchanges { get; init; }

    /// <summary>Name of this node on the record; null when unknown.</summary>
    public string? Node { get; init; }

    /// <summary>Threads that reassemble and parse, where the source does not bring its own; 1 to <see cref="WorkerCount.Max"/>.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Connections that are left out; null leaves out none.</summary>
    public OwnSockets? Own { get; init; }

    public CaptureSourceKind Source { get; init; }

    /// <summary>
    /// How often a flow that lasts is told before its end; zero never does. Null is every minute live, and never from files, where
    /// the end is known at once.
    /// </summary>
    public TimeSpan? FlowInterval { get; init; }

    /// <summary>Descriptors by which gRPC messages are decoded; null leaves them as bytes.</summary>
    public ProtobufSchema? Schema { get; init; }

    /// <summary>Says who the peers are; null leaves that unknown.</summary>
    public IPeerIdentifier? Identifier { get; init; }

    /// <summary>What outputs must not see.</summary>
    public PrivacyOptions Privacy { get; init; } = PrivacyOptions.Default;

    /// <summary>Where the packets of matching exchanges go, as pcapng; null keeps none.</summary>
    public Stream? PacketOutput { get; init; }
}
