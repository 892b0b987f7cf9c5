using Weir.Capture;
using Weir.Export;
using Weir.Packets;
using Weir.Records;
using Xunit;

namespace Weir.Probe.Tests;

/// <summary>Whose encrypted calls nobody can read.</summary>
public class OpaqueTests
{
    private const string Container = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void A_process_in_a_pod_is_told_with_its_pod_and_others_by_their_name()
    {
        using var run = new ProbeRun([new Sockets()], new ProbeOptions { Source = CaptureSourceKind.Ebpf, Identifier = new Pods() }, [new NoneOutput()]);
        Assert.Equal([("java", 3), ("shop/web-1 java", 4)], run.Opaque.Select(one => (one.Key, one.Value)).Order());
    }

    [Fact]
    public void Without_a_cluster_there_are_names_alone()
    {
        using var run = new ProbeRun([new Sockets()], new ProbeOptions { Source = CaptureSourceKind.Ebpf }, [new NoneOutput()]);
        Assert.Equal([("java", 7)], run.Opaque.Select(one => (one.Key, one.Value)));
    }

    private sealed class Pods : IPeerIdentifier
    {
        public void Identify(Exchange exchange)
        {
            // No call is read here.
        }

        public void Identify(FlowRecord flow)
        {
            if (flow.Client.Peer.ContainerId == Container) (flow.Client.Peer.Namespace, flow.Client.Peer.Pod) = ("shop", "web-1");
        }
    }

    private sealed class Sockets : ICaptureSource
    {
        public IReadOnlyList<string> Warnings => [];

        public void Run(IFrameSink sink, CancellationToken cancellation)
        {
            // Only what was counted matters.
        }

        public IReadOnlyList<InterfaceStatistics> ReadStatistics() => [];

        public IReadOnlyDictionary<OpaqueProcess, long> ReadOpaque() => new Dictionary<OpaqueProcess, long>
        {
            [new OpaqueProcess("java", Container, "/kubepods/a")] = 4,
            [new OpaqueProcess("java", new string('f', 64), "/kubepods/b")] = 1,
            [new OpaqueProcess("java", null, null)] = 2,
        };

        public void Dispose()
        {
            // Nothing is owned.
        }
    }
}
