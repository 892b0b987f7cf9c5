using System.Net;
using System.Text.Json;
using Weir.Capture;
using Weir.Packets;
using Weir.Probe;
using Weir.Records.Traffic;
using Xunit;
using Xunit.Abstractions;

namespace Weir.Kernel.Tests;

/// <summary>Counters of bytes against those that the kernel keeps of its interfaces.</summary>
public class AccountingTests(ITestOutputHelper log)
{
    /// <summary>Everything at once: TCP in super-segments, UDP, fragments, ping, IPv6, and ARP, which no port filter would let through.</summary>
    [SkippableTheory]
    [InlineData(1, "", true, false)]
    [InlineData(1, "8080", true, false)]
    [InlineData(3, "", false, false)]
    [InlineData(1, "8080", true, true)]
    [InlineData(3, "", true, true)]
    public void Counters_equal_the_statistics_of_the_interface_once_nothing_is_in_flight(int workers, string ports, bool fragments, bool inKernel)
    {
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            if (Compare(workers, ports, fragments, inKernel)) return;
        }

        Skip.If(true, "the kernel dropped packets each time: this machine has no time to read its ring");
    }

    /// <summary>False when the kernel dropped packets of the ring, which nobody can count then; counters in the kernel know no such thing.</summary>
    private bool Compare(int workers, string ports, bool fragments, bool inKernel)
    {
        using var pair = NamespacePair.CreateOrSkip();
        AddIpv6(pair);
        var filter = CaptureFilter.ForPorts(PortRange.ParseList(ports));
        var told = new ToldTraffic();
        using var traffic = new TrafficAccountant(new TrafficOptions { Sink = told, Interval = TimeSpan.FromSeconds(1), Node = "a" }, live: true);
        var begin = new Counted { Earliest = Statistics(pair.A, "va") };
        using var kernel = inKernel ? KernelTrafficTests.OpenOrSkip(new KernelTrafficOptions { Devices = ["va"], NetworkNamespace = pair.PathA }) : null;
        var sources = CaptureSourceSelector.Open(
            CapturePlane.Ring, new RingOptions { Devices = ["va"], NetworkNamespace = pair.PathA, Filter = filter, CountHeaders = !inKernel }, workers);
        begin.Latest = Statistics(pair.A, "va");
        using var calls = new CallList();
        using var run = new ProbeRun(sources, new ProbeOptions { Workers = workers, Ports = filter.Ports, HeadersOfOthers = !inKernel, Traffic = traffic, KernelTraffic = kernel }, [calls]);
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => run.Run(stop.Token));
        HttpTraffic.Exchange(pair.PathB, pair.PathA, new IPEndPoint(IPAddress.Parse(NamespacePair.AddressA), 8080), 20, 60_000);
        HttpTraffic.Exchange(pair.PathB, pair.PathA, new IPEndPoint(IPAddress.Parse(NamespacePair.AddressA), 9090), 20, 60_000);
        NamespacePair.Ip($"netns exec {pair.B} ping -q -c 20 -i 0.01 -s 200 {NamespacePair.AddressA}");
        NamespacePair.Ip($"netns exec {pair.B} ping -6 -q -c 10 -i 0.01 -s 700 fd31::1");
        if (fragments) NamespacePair.Ip($"netns exec {pair.B} ping -q -c 5 -i 0.01 -s 5000 {NamespacePair.AddressA}");
        NamespacePair.Ip($"netns exec {pair.A} ip neigh flush dev va");
        NamespacePair.Ip($"netns exec {pair.A} ping -q -c 3 -i 0.01 {NamespacePair.AddressB}");
        // The ring is read until what the kernel counted has come.
        var end = new Counted { Earliest = Settled(pair) };
        var read = inKernel || Wait(() => run.Report().Packets + Drops(run) >= end.Earliest.Packets - begin.Latest.Packets);
        log.WriteLine(string.Join("; ", sources.OfType<RingCaptureSource>().SelectMany(source => source.ReadRingStatistics())));
        stop.Cancel();
        Assert.True(running.Wait(TimeSpan.FromSeconds(20)));
        end.Latest = Statistics(pair.A, "va");
        if (Drops(run) > 0 && !inKernel) return false;
        Assert.True(read);
        Assert.Equal(0, kernel?.ReadUncounted() ?? 0);
        // Reports of groups (MLD) have an extension header.
        Assert.InRange(kernel?.HandedOver ?? 0, 0, 40);
        // In flight is what passed while the ring was opened and closed: most often nothing.
        var (least, most) = (end.Earliest - begin.Latest, end.Latest - begin.Earliest);
        log.WriteLine($"{workers} workers: kernel {least} to {most}, told {told.Sum("in")} in, {told.Sum("out")} out, {told.Counts.Sum(count => count.Packets)} packets, {told.Counts.Count} rows");
        Assert.InRange(told.Sum("in"), least.In, most.In);
        Assert.InRange(told.Sum("out"), least.Out, most.Out);
        Assert.InRange(told.Counts.Sum(count => count.Packets), least.Packets, most.Packets);
        // Who said what to whom.
        Assert.Equal(["icmp", "icmpv6", "non-ip", "tcp"], told.Counts.Select(count => count.Protocol).Distinct().Order(StringComparer.Ordinal).Where(name => name != "udp"));
        Assert.All(told.Counts, count => Assert.Equal("va", count.Device));
        Assert.Contains(told.Counts, count => count is { Protocol: "tcp", Direction: "in", Source: NamespacePair.AddressB, Destination: NamespacePair.AddressA });
        Assert.Contains(told.Counts, count => count is { Protocol: "icmpv6", Direction: "in", Destination: "fd31::1" });
        Assert.True(told.Counts.Where(count => count.Protocol == "tcp").Sum(count => count.Bytes) > 2_400_000);
        // What is not looked at was counted and made no call and no loss.
        if (Drops(run) > 0) return true;
        Assert.Equal(ports.Length > 0 ? 20 : 40, calls.Paths.Count);
        Assert.Equal((0, 0), (calls.Incomplete, run.Report().Losses.Where(loss => loss.Reason != "kernel_drops").Sum(loss => loss.Count)));
        return true;
    }

    private static long Drops(ProbeRun run) => run.Interfaces.Sum(one => one.KernelDrops);

    private static bool Wait(Func<bool> condition)
    {
        for (var patience = System.Diagnostics.Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromSeconds(20); Thread.Sleep(20))
        {
            if (condition()) return true;
        }

        return false;
    }

    [SkippableFact]
    public void A_device_without_a_link_header_is_counted_as_the_kernel_counts_it()
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var tun = TunDevice.Create(pair.A, "tun9");
        NamespacePair.Ip($"-n {pair.A} link set tun9 up");
        var before = Statistics(pair.A, "tun9");
        var told = Count(pair, ["tun9"], 50, () =>
        {
            for (var i = 0; i < 50; i++) tun.Write(RawFrames.TcpSynPacket((ushort)(8000 + i)));
        });
        var kernel = Statistics(pair.A, "tun9") - before;
        Assert.Equal(50 * RawFrames.TcpSynPacket(8080).Length, kernel.In);
        Assert.Equal(kernel.In, told.Sum("in"));
        Assert.All(told.Counts.Where(count => count.Direction == "in"), count => Assert.Equal("tcp", count.Protocol));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packets_in_a_tunnel_are_counted_on_both_devices_by_the_addresses_inside(bool inKernel)
    {
        using var pair = NamespacePair.CreateOrSkip();
        foreach (var (name, remote, address) in new[] { (pair.A, NamespacePair.AddressB, "10.232.0.1"), (pair.B, NamespacePair.AddressA, "10.232.0.2") })
        {
            var (status, output) = NamespacePair.TryIp($"-n {name} link add vx7 type vxlan id 42 dstport 4789 remote {remote}");
            Skip.IfNot(status == 0, $"this kernel makes no vxlan device: {output.Trim()}");
            NamespacePair.Ip($"-n {name} addr add {address}/24 dev vx7");
            NamespacePair.Ip($"-n {name} link set vx7 up");
        }

        var told = Count(pair, ["va", "vx7"], 80, () => NamespacePair.Ip($"netns exec {pair.B} ping -q -c 20 -i 0.01 -s 500 10.232.0.1"), inKernel);
        foreach (var (device, bytes) in new[] { ("vx7", 528 + 14), ("va", 528 + 14 + 50) })
        {
            var asked = told.Counts.Where(count => count.Device == device && count is { Direction: "in", Protocol: "icmp", Source: "10.232.0.2", Destination: "10.232.0.1" }).ToList();
            Assert.Equal((20, 20 * bytes), (asked.Sum(count => count.Packets), asked.Sum(count => count.Bytes)));
        }
    }

    /// <summary>What is told of the devices in A while something happens that makes so many packets.</summary>
    private static ToldTraffic Count(NamespacePair pair, string[] devices, int packets, Action happening, bool inKernel = false)
    {
        var told = new ToldTraffic();
        using var traffic = new TrafficAccountant(new TrafficOptions { Sink = told, Interval = TimeSpan.FromSeconds(1) }, live: true);
        using var kernel = inKernel ? KernelTrafficTests.OpenOrSkip(new KernelTrafficOptions { Devices = devices, NetworkNamespace = pair.PathA }) : null;
        var sources = CaptureSourceSelector.Open(CapturePlane.Ring, new RingOptions { Devices = devices, NetworkNamespace = pair.PathA }, 1);
        using var calls = new CallList();
        using var run = new ProbeRun(sources, new ProbeOptions { Traffic = traffic, KernelTraffic = kernel }, [calls]);
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => run.Run(stop.Token));
        happening();
        Assert.True(Wait(() => run.Report().Packets >= packets));
        stop.Cancel();
        Assert.True(running.Wait(TimeSpan.FromSeconds(20)));
        // Tunnels like these are no work for anybody outside of the kernel.
        Assert.InRange(kernel?.HandedOver ?? 0, 0, packets / 4);
        return told;
    }

    private static void AddIpv6(NamespacePair pair)
    {
        foreach (var (name, device, address) in new[] { (pair.A, "va", "fd31::1"), (pair.B, "vb", "fd31::2") })
        {
            NamespacePair.Ip($"netns exec {name} sh -c \"echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 0 > /proc/sys/net/ipv6/conf/{device}/disable_ipv6\"");
            NamespacePair.Ip($"-n {name} addr add {address}/64 dev {device} nodad");
        }

        // The kernel's own router solicitations and reports of groups go on; they are counted like all else.
        Assert.True(Wait(() => NamespacePair.TryIp($"netns exec {pair.B} ping -6 -q -c 1 -W 1 fd31::1").Status == 0));
    }

    private static Volume Statistics(string networkNamespace, string device)
    {
        using var json = JsonDocument.Parse(NamespacePair.Ip($"-n {networkNamespace} -s -j link show dev {device}"));
        var counters = json.RootElement[0].GetProperty("stats64");
        var (rx, tx) = (counters.GetProperty("rx"), counters.GetProperty("tx"));
        return new Volume(rx.GetProperty("bytes").GetInt64(), tx.GetProperty("bytes").GetInt64(), rx.GetProperty("packets").GetInt64() + tx.GetProperty("packets").GetInt64());
    }

    /// <summary>The counters once they stand still.</summary>
    private static Volume Settled(NamespacePair pair)
    {
        for (var last = Statistics(pair.A, "va"); ;)
        {
            Thread.Sleep(300);
            var now = Statistics(pair.A, "va");
            if (now == last) return now;
            last = now;
        }
    }

    private readonly record struct Volume(long In, long Out, long Packets)
    {
        public static Volume operator -(Volume end, Volume begin) => new(end.In - begin.In, end.Out - begin.Out, end.Packets - begin.Packets);
    }

    /// <summary>The kernel's counters around a moment.</summary>
    private sealed class Counted
    {
        public Volume Earliest { get; init; }

        public Volume Latest { get; set; }
    }
}
