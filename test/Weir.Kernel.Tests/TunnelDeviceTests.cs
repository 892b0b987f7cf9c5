using System.Globalization;
using System.Net;
using Weir.Capture;
using Weir.Linux;
using Weir.Packets;
using Weir.Probe;
using Xunit;
using Xunit.Abstractions;

namespace Weir.Kernel.Tests;

/// <summary>HTTP through the kernel's own tunnel devices, captured on the interface below them.</summary>
public class TunnelDeviceTests(ITestOutputHelper log)
{
    private const int Calls = 40;

    /// <summary>Arguments of <c>ip link add</c>; L and R stand for the local and the remote address of the underlay.</summary>
    public static TheoryData<string, string, TunnelKind, uint> Devices => new()
    {
        { "vxlan", "type vxlan id 42 dstport 4789 local L remote R", TunnelKind.Vxlan, 42 },
        { "vxlan of flannel", "type vxlan id 1 dstport 8472 local L remote R", TunnelKind.Vxlan, 1 },
        { "vxlan with a group policy", "type vxlan id 42 dstport 4789 local L remote R gbp", TunnelKind.Vxlan, 42 },
        { "geneve", "type geneve id 42 remote R", TunnelKind.Geneve, 42 },
        { "gre", "type gre local L remote R key 7 csum seq", TunnelKind.Gre, 7 },
        { "gretap", "type gretap local L remote R", TunnelKind.Gre, 0 },
        { "ipip", "type ipip local L remote R", TunnelKind.IpInIp, 0 },
        { "sit", "type sit local L remote R mode any", TunnelKind.IpInIp, 0 },
        { "erspan 1", "type erspan local L remote R seq key 7 erspan_ver 1 erspan 5", TunnelKind.Erspan, 7 },
        { "erspan 2", "type erspan local L remote R seq key 7 erspan_ver 2 erspan_dir ingress erspan_hwid 3", TunnelKind.Erspan, 7 },
    };

    [SkippableTheory]
    [MemberData(nameof(Devices))]
    public void Each_call_is_seen_once_with_the_addresses_of_the_tunnel(string name, string device, TunnelKind kind, uint id)
    {
        using var pair = NamespacePair.CreateOrSkip();
        Skip.IfNot(PcapLibrary.IsAvailable, "libpcap is not installed");
        AddTunnels(pair, name, device);
        var tunnels = TunnelOptions.Default;
        using var source = new RingCaptureSource(new RingOptions
        {
            Devices = ["va"],
            NetworkNamespace = pair.PathA,
            Filter = CaptureFilter.ForPorts(8080) with { Tunnels = tunnels },
        });
        using var capture = new RunningCapture(source);
        HttpTraffic.Exchange(pair.PathB, pair.PathA, new IPEndPoint(IPAddress.Parse("10.232.0.1"), 8080), Calls, 30_000);
        Thread.Sleep(100);
        var frames = capture.Stop();
        var calls = CallsOfFrames.Read(frames, new ProbeOptions { Ports = PortRange.ParseList("8080"), Tunnels = tunnels });
        log.WriteLine($"{name}: {frames.Count} frames, the largest {frames.Max(f => f.Data.Length)} bytes, {calls.Paths.Count} calls");
        Assert.Equal(Enumerable.Range(1, Calls).Select(i => $"/{i}"), calls.Paths);
        Assert.Equal(0, calls.Incomplete);
        Assert.Empty(calls.Losses);
        var (a, b) = (Address(NamespacePair.AddressA), Address(NamespacePair.AddressB));
        Assert.Equal(
            new HashSet<PacketTunnel> { new(kind, a, b, id, 1), new(kind, b, a, id, 1) }, calls.Tunnels.ToHashSet());
        Assert.Equal(0, source.ReadStatistics()[0].KernelDrops);
    }

    [SkippableFact]
    public void Without_tunnels_in_the_port_filter_the_kernel_drops_them()
    {
        using var pair = NamespacePair.CreateOrSkip();
        Skip.IfNot(PcapLibrary.IsAvailable, "libpcap is not installed");
        AddTunnels(pair, "vxlan", "type vxlan id 42 dstport 4789 local L remote R");
        using var capture = new RunningCapture(new RingCaptureSource(new RingOptions
        {
            Devices = ["va"],
            NetworkNamespace = pair.PathA,
            Filter = CaptureFilter.ForPorts(8080),
        }));
        HttpTraffic.Exchange(pair.PathB, pair.PathA, new IPEndPoint(IPAddress.Parse("10.232.0.1"), 8080), 2, 10);
        Thread.Sleep(100);
        Assert.Empty(capture.Stop());
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public void Workers_that_share_the_ring_see_both_directions_of_a_connection_in_a_tunnel(int workers)
    {
        using var pair = NamespacePair.CreateOrSkip();
        AddTunnels(pair, "vxlan", "type vxlan id 42 dstport 4789 local L remote R");
        var sources = CaptureSourceSelector.Open(
            CapturePlane.Ring, new RingOptions { Devices = ["va"], NetworkNamespace = pair.PathA }, workers);
        using var calls = new CallList();
        using var run = new ProbeRun(sources, new ProbeOptions { Workers = workers }, [calls]);
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => run.Run(stop.Token));
        for (var i = 0; i < 12; i++)
            HttpTraffic.Exchange(pair.PathB, pair.PathA, new IPEndPoint(IPAddress.Parse("10.232.0.1"), 8080 + i), 3, 5_000);
        // The first calls wait in the ring until the code that reads them is compiled.
        Assert.True(SpinWait.SpinUntil(() => calls.Paths.Count + calls.Incomplete >= 36, TimeSpan.FromSeconds(20)));
        stop.Cancel();
        Assert.True(running.Wait(TimeSpan.FromSeconds(20)));
        Assert.Equal((36, 0), (calls.Paths.Count, calls.Incomplete));
    }

    [SkippableFact]
    public void A_network_that_is_denied_is_left_aside_and_nothing_counts_as_lost()
    {
        using var pair = NamespacePair.CreateOrSkip();
        AddTunnels(pair, "vxlan", "type vxlan id 42 dstport 4789 local L remote R");
        using var capture = new RunningCapture(
            new RingCaptureSource(new RingOptions { Devices = ["va"], NetworkNamespace = pair.PathA }));
        HttpTraffic.Exchange(pair.PathB, pair.PathA, new IPEndPoint(IPAddress.Parse("10.232.0.1"), 8080), 2, 10);
        Thread.Sleep(100);
        var frames = capture.Stop();
        var calls = CallsOfFrames.Read(frames, new ProbeOptions { Tunnels = new TunnelOptions { DeniedVnis = [42] } });
        Assert.Empty(calls.Paths);
        Assert.Empty(calls.Losses);
        Assert.InRange(calls.Ignored["packet_tunnel_ignored"], 8, frames.Count);
    }

    private static void AddTunnels(NamespacePair pair, string name, string device)
    {
        var ends = new[] { (pair.A, NamespacePair.AddressA, NamespacePair.AddressB), (pair.B, NamespacePair.AddressB, NamespacePair.AddressA) };
        foreach (var (space, local, remote) in ends)
        {
            var arguments = string.Join(' ', device.Split(' ').Select(word => word switch { "L" => local, "R" => remote, _ => word }));
            var (status, output) = NamespacePair.TryIp($"-n {space} link add tunnel0 {arguments}");
            Skip.IfNot(status == 0, $"this kernel makes no {name} device: {output.Trim()}");
            var last = local[(local.LastIndexOf('.') + 1)..];
            NamespacePair.Ip(string.Create(CultureInfo.InvariantCulture, $"-n {space} addr add 10.232.0.{last}/24 dev tunnel0"));
            NamespacePair.Ip($"-n {space} link set tunnel0 up");
        }
    }

    private static IpAddress Address(string text) => IpAddress.From(IPAddress.Parse(text));
}
