using Weir.Capture;
using Weir.Linux;
using Weir.Packets;
using Xunit;

namespace Weir.Kernel.Tests;

public class RingTests
{
    private static RingOptions In(NamespacePair pair, params string[] devices) =>
        new() { Devices = devices, NetworkNamespace = pair.PathA };

    [SkippableFact]
    public void An_interface_that_is_plugged_in_is_joined_and_one_that_is_removed_is_left()
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var source = new RingCaptureSource(In(pair) with { BufferBytes = 8 << 20 });
        using var capture = new RunningCapture(source);
        for (var round = 0; round < 2; round++)
        {
            NamespacePair.Ip($"link add hot netns {pair.A} type veth peer name hotpeer netns {pair.B}");
            NamespacePair.Ip($"-n {pair.A} addr add 10.233.0.1/24 dev hot");
            NamespacePair.Ip($"-n {pair.B} addr add 10.233.0.2/24 dev hotpeer");
            NamespacePair.Ip($"-n {pair.B} link set hotpeer up");
            NamespacePair.Ip($"-n {pair.A} link set hot up");
            var rings = round + 1;
            SpinWait.SpinUntil(() => OpenRings(source, "hot") == 1, TimeSpan.FromSeconds(20));
            Assert.Equal(rings, source.ReadStatistics().Count(s => s.Name == "hot"));
            Traffic.Exchange(pair.PathB, pair.PathA, "10.233.0.1", 8080 + round, 100);
            capture.WaitUntil(f => f.Count(s => s.IsSyn && s.HasPort(8080 + round)) == 2, "SYNs on the new interface");
            NamespacePair.Ip($"-n {pair.A} link del hot");
            SpinWait.SpinUntil(() => OpenRings(source, "hot") == 0, TimeSpan.FromSeconds(20));
            Assert.Equal(0, OpenRings(source, "hot"));
        }

        Traffic.Exchange(pair.PathB, pair.PathA, NamespacePair.AddressA, 8090, 100);
        capture.WaitUntil(f => f.Count(s => s.IsSyn && s.HasPort(8090)) == 2, "the other interface goes on");
        capture.Stop();
        Assert.InRange(source.ReadRingStatistics().Sum(r => r.RingBytes), 1, 8 << 20);
        Assert.Empty(source.Warnings);
    }

    private static int OpenRings(RingCaptureSource source, string name) =>
        source.ReadRingStatistics().Count(r => r.Name == name && r.RingBytes > 0);

    [SkippableFact]
    public void An_interface_that_goes_down_and_up_is_followed()
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var source = new RingCaptureSource(In(pair, "va"));
        using var capture = new RunningCapture(source);
        NamespacePair.Ip($"-n {pair.A} link set va down");
        NamespacePair.Ip($"-n {pair.A} link set va up");
        Traffic.Exchange(pair.PathB, pair.PathA, NamespacePair.AddressA, 8080, 100);
        capture.WaitUntil(f => f.Count(s => s.IsSyn) >= 2, "SYNs after the interface came up again");
        capture.Stop();
        Assert.Single(source.ReadStatistics());
    }

    [SkippableFact]
    public void A_named_interface_that_is_down_is_a_warning_and_captured_once_it_is_up()
    {
        using var pair = NamespacePair.CreateOrSkip();
        NamespacePair.Ip($"-n {pair.A} link set va down");
        using var source = new RingCaptureSource(In(pair, "va"));
        Assert.Contains("va is down", Assert.Single(source.Warnings), StringComparison.Ordinal);
        using var capture = new RunningCapture(source);
        NamespacePair.Ip($"-n {pair.A} link set va up");
        SpinWait.SpinUntil(() => OpenRings(source, "va") == 1, TimeSpan.FromSeconds(20));
        Traffic.Exchange(pair.PathB, pair.PathA, NamespacePair.AddressA, 8080, 100);
        capture.WaitUntil(f => f.Count(s => s.IsSyn) >= 2, "SYNs after the interface came up");
    }

    [SkippableFact]
    public void A_full_ring_is_counted_as_drops_and_everything_is_accounted_for()
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var source = new RingCaptureSource(In(pair, "va") with { BufferBytes = 256 << 10 });
        using var capture = new RunningCapture(source, delayMs: 20);
        Traffic.Flood(pair.PathB, NamespacePair.AddressA, 2000, 1400);
        capture.Stop();
        var kernel = Assert.Single(source.ReadRingStatistics());
        var statistics = Assert.Single(source.ReadStatistics());
        Assert.InRange(kernel.KernelDrops, 1, 2100);
        Assert.InRange(kernel.Freezes, 1, 2100);
        Assert.InRange(statistics.KernelDrops, kernel.KernelDrops, kernel.KernelFrames);
        Assert.InRange(kernel.KernelFrames, 2000, 2100);
        Assert.InRange(statistics.Frames, 1, kernel.KernelFrames - kernel.KernelDrops);
        Assert.Contains(source.Warnings, w => w.Contains("stopped before", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void What_is_in_the_ring_at_cancellation_is_still_handed_over()
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var source = new RingCaptureSource(In(pair, "va"));
        Traffic.Flood(pair.PathB, NamespacePair.AddressA, 500, 100);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var sink = new UdpCounter();
        source.Run(sink, cancelled.Token);
        Assert.Equal(500, sink.Datagrams);
    }

    [SkippableFact]
    public void A_tun_device_gives_raw_IP_and_the_filter_fits_it()
    {
        using var pair = NamespacePair.CreateOrSkip();
        Skip.IfNot(File.Exists("/dev/net/tun") && File.Exists("/usr/bin/python3"), "needs /dev/net/tun and python3");
        using var tun = TunDevice.Create(pair.A, "tun9");
        NamespacePair.Ip($"-n {pair.A} link set tun9 up");
        using var capture = new RunningCapture(
            new RingCaptureSource(In(pair, "tun9") with { Filter = CaptureFilter.ForPorts(8080) }));
        tun.Write(RawFrames.TcpSynPacket(8081));
        tun.Write(RawFrames.TcpSynPacket(8080));
        capture.WaitUntil(f => f.Count > 0, "the packet on the tun device");
        var frame = Assert.Single(capture.Stop());
        Assert.Equal(LinkType.Raw, frame.LinkType);
        Assert.Equal(RawFrames.TcpSynPacket(8080), frame.Data);
    }

    [SkippableTheory]
    [InlineData(FanoutMode.Inner)]
    [InlineData(FanoutMode.Hash)]
    public void Two_sources_of_a_group_share_connections_without_splitting_one(FanoutMode mode)
    {
        using var pair = NamespacePair.CreateOrSkip();
        var sources = RingCaptureSource.OpenGroup(In(pair, "va") with { Filter = CaptureFilter.ForPorts(8080), Fanout = mode }, 2);
        using var first = new RunningCapture(sources[0]);
        using var second = new RunningCapture(sources[1]);
        for (var i = 0; i < 24; i++) Traffic.Exchange(pair.PathB, pair.PathA, NamespacePair.AddressA, 8080, 10);
        Thread.Sleep(100);
        var (left, right) = (first.Stop(), second.Stop());
        Assert.Equal(48, left.Concat(right).Count(f => f.IsSyn));
        Assert.NotEmpty(left);
        Assert.NotEmpty(right);
        Assert.Empty(ClientPorts(left).Intersect(ClientPorts(right)));

        static IEnumerable<int> ClientPorts(List<SeenFrame> frames) =>
            frames.Where(f => f.IsTcp && f.SourcePort != 8080).Select(f => f.SourcePort);
    }

    [SkippableFact]
    public void A_sink_may_dispose_the_source_that_feeds_it()
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var source = new RingCaptureSource(In(pair, "va"));
        Traffic.Flood(pair.PathB, NamespacePair.AddressA, 10, 100);
        source.Run(new UdpCounter { OnDatagram = source.Dispose }, CancellationToken.None);
        Assert.Throws<ObjectDisposedException>(() => source.Run(new UdpCounter(), CancellationToken.None));
    }

    [SkippableFact]
    public void Frames_are_delivered_without_allocation()
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var source = new RingCaptureSource(In(pair, "va"));
        using var stop = new CancellationTokenSource();
        var sink = new UdpCounter();
        long allocated = -1;
        sink.OnDatagram = () =>
        {
            if (sink.Datagrams == 100) allocated = GC.GetAllocatedBytesForCurrentThread();
            if (sink.Datagrams != 5000) return;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            stop.Cancel();
        };
        Traffic.Flood(pair.PathB, NamespacePair.AddressA, 5000, 100);
        source.Run(sink, stop.Token);
        Assert.Equal(5000, sink.Datagrams);
        Assert.Equal(0, allocated);
    }

    private sealed class UdpCounter : IFrameSink
    {
        public int Datagrams { get; private set; }

        public Action? OnDatagram { get; set; }

        public void OnFrame(in Frame frame)
        {
            if (frame.Data.Length < 34 || frame.Data[12] != 8 || frame.Data[13] != 0 || frame.Data[23] != 17) return;
            Datagrams++;
            OnDatagram?.Invoke();
        }

        public void OnIdle(long nowNs)
        {
        }
    }
}
