using System.Net;
using System.Net.Sockets;
using Weir.Capture;
using Weir.Linux;
using Weir.Packets;
using Weir.Probe;
using Weir.Testing;
using Weir.Testing.Corpus;
using Xunit;

namespace Weir.Kernel.Tests;

/// <summary>Mirrored traffic from another network namespace.</summary>
public class VxlanSourceTests
{
    private static VxlanCaptureSource Open(NamespacePair pair, params string[] devices) =>
        new(new LiveCaptureOptions { Devices = devices, NetworkNamespace = pair.PathA });

    [SkippableFact]
    public void Every_exchange_of_a_mirror_arrives_from_the_wanted_networks()
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var source = Open(pair);
        using var capture = new RunningCapture(source);
        const int each = 200;
        var sent = 0;
        using (var socket = Sender(pair))
        {
            for (var i = 0; i < each; i++)
            {
                foreach (uint vni in new[] { 17, 18, 19 })
                {
                    var client = $"10.{vni}.{i}.1:40000";
                    foreach (var frame in new TcpConversation(client, $"10.{vni}.{i}.2:80").Handshake()
                        .FromClient(Http1Text.Get($"/{vni}/{i}")).FromServer(Http1Text.Ok($"/{vni}/{i}", 3_000)).Close().Frames)
                    {
                        socket.Send(TunnelBuilder.Vxlan(vni, frame.Data));
                        sent++;
                    }
                }
            }
        }

        capture.WaitUntil(frames => frames.Count == sent, $"{sent} mirrored frames");
        var seen = capture.Stop();
        Assert.Equal(0, source.ReadStatistics()[0].KernelDrops);
        var calls = CallsOfFrames.Read(seen, new ProbeOptions { Tunnels = new TunnelOptions { AllowedVnis = [17, 18, 19], DeniedVnis = [18] } });
        Assert.Equal(
            Enumerable.Range(0, each).SelectMany(i => new[] { $"/17/{i}", $"/19/{i}" }).Order(StringComparer.Ordinal),
            calls.Paths.Order(StringComparer.Ordinal));
        Assert.Equal((0, seen.Count / 3), (calls.Incomplete, (int)calls.Ignored["packet_tunnel_ignored"]));
        Assert.Empty(calls.Losses);
    }

    [SkippableTheory]
    [InlineData(1_500)]
    [InlineData(9_216)]
    public void Jumbo_frames_arrive_whole_in_fragments_or_not(int mtu)
    {
        using var pair = NamespacePair.CreateOrSkip();
        NamespacePair.Ip($"-n {pair.A} link set va mtu {mtu}");
        NamespacePair.Ip($"-n {pair.B} link set vb mtu {mtu}");
        using var capture = new RunningCapture(Open(pair, NamespacePair.AddressA));
        var body = new byte[9_000 - 40];
        new Random(1).NextBytes(body);
        var frame = PacketBuilder.Tcp("10.0.0.1:1000", "10.0.0.2:80", 7, 9, TcpFlags.Ack, body);
        using (var socket = Sender(pair))
            for (var i = 0; i < 100; i++) socket.Send(TunnelBuilder.Vxlan(42, frame));
        capture.WaitUntil(frames => frames.Count == 100, "jumbo frames");
        Assert.All(capture.Stop(), seen =>
        {
            Assert.Equal(frame, seen.Data);
            Assert.Equal(new PacketTunnel(TunnelKind.Vxlan, Address(NamespacePair.AddressB), Address(NamespacePair.AddressA), 42, 1), seen.Tunnel);
        });
    }

    /// <summary>The kernel of the other namespace does the wrapping: what goes out of its VXLAN device is the mirror.</summary>
    [SkippableFact]
    public void What_a_kernel_wraps_arrives_as_it_was()
    {
        using var pair = NamespacePair.CreateOrSkip();
        var (status, output) = NamespacePair.TryIp(
            $"-n {pair.B} link add mirror0 type vxlan id 17 dstport 4789 local {NamespacePair.AddressB} remote {NamespacePair.AddressA}");
        Skip.IfNot(status == 0, $"this kernel makes no vxlan device: {output.Trim()}");
        NamespacePair.Ip($"-n {pair.B} link set mirror0 up");
        using var capture = new RunningCapture(Open(pair, "va"));
        var talk = new TcpConversation().Handshake().FromClient(Http1Text.Get("/kernel")).FromServer(Http1Text.Ok("/kernel")).Close();
        foreach (var frame in talk.Frames) RawFrames.Send(pair.PathB, "mirror0", frame.Data);
        capture.WaitUntil(frames => frames.Count == talk.Frames.Count, "wrapped frames");
        var seen = capture.Stop();
        Assert.Equal(talk.Frames.Select(frame => frame.Data), seen.Select(frame => frame.Data));
        var calls = CallsOfFrames.Read(seen, new ProbeOptions());
        Assert.Equal(["/kernel"], calls.Paths);
        Assert.Equal(17u, Assert.Single(calls.Tunnels).Id);
    }

    [SkippableFact]
    public void A_vxlan_device_on_this_host_has_the_port_and_the_error_says_so()
    {
        using var pair = NamespacePair.CreateOrSkip();
        var (status, output) = NamespacePair.TryIp($"-n {pair.A} link add mirror0 type vxlan id 17 dstport 4789 dev va");
        Skip.IfNot(status == 0, $"this kernel makes no vxlan device: {output.Trim()}");
        NamespacePair.Ip($"-n {pair.A} link set mirror0 up");
        var error = Assert.Throws<CaptureException>(() => CaptureSourceSelector.Open(
            CapturePlane.Vxlan, new RingOptions { NetworkNamespace = pair.PathA }));
        Assert.Contains("VXLAN device of this host", error.Message, StringComparison.Ordinal);
    }

    private static Socket Sender(NamespacePair pair)
    {
        var socket = NetworkNamespace.Run(
            pair.PathB, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        // Linux lets UDP be fragmented only where path MTU discovery is off (ip(7), IP_MTU_DISCOVER).
        socket.DontFragment = false;
        socket.Connect(new IPEndPoint(IPAddress.Parse(NamespacePair.AddressA), TunnelOptions.VxlanPort));
        return socket;
    }

    private static IpAddress Address(string text) => IpAddress.From(IPAddress.Parse(text));
}
