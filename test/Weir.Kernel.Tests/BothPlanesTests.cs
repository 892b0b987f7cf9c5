using Weir.Capture;
using Weir.Linux;
using Weir.Packets;
using Xunit;

namespace Weir.Kernel.Tests;

/// <summary>What holds for the ring and for libpcap alike.</summary>
public class BothPlanesTests
{
    public static TheoryData<CapturePlane> Planes => [CapturePlane.Ring, CapturePlane.Libpcap];

    private static ICaptureSource Open(CapturePlane plane, NamespacePair pair, string device, CaptureFilter? filter = null)
    {
        Skip.If((plane == CapturePlane.Libpcap || filter is not null) && !PcapLibrary.IsAvailable, "libpcap is not installed");
        return CaptureSourceSelector.Open(plane, new RingOptions
        {
            Devices = [device],
            NetworkNamespace = pair.PathA,
            Filter = filter ?? CaptureFilter.None,
        });
    }

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void Each_packet_on_loopback_counts_once(CapturePlane plane)
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var capture = new RunningCapture(Open(plane, pair, "lo"));
        Traffic.Exchange(pair.PathA, pair.PathA, "127.0.0.1", 8080, 20_000);
        Thread.Sleep(100);
        var frames = capture.Stop();
        // Each interface counter sees a loopback packet as sent and as received.
        Assert.Equal(NamespacePair.CountedPackets(pair.A, "lo") / 2, frames.Count);
        Assert.Equal(2, frames.Count(f => f.IsSyn));
        Assert.Equal(40_000, frames.Where(f => f.IsTcp).Sum(f => f.PayloadBytes));
    }

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void Both_directions_are_seen_whole_and_as_often_as_the_interface_counts(CapturePlane plane)
    {
        using var pair = NamespacePair.CreateOrSkip();
        var before = NamespacePair.CountedPackets(pair.A, "va");
        using var source = Open(plane, pair, "va");
        using var capture = new RunningCapture(source);
        Traffic.Exchange(pair.PathB, pair.PathA, NamespacePair.AddressA, 8080, 300_000);
        Thread.Sleep(100);
        var frames = capture.Stop();
        Assert.Equal(NamespacePair.CountedPackets(pair.A, "va") - before, frames.Count);
        Assert.Equal(600_000, frames.Where(f => f.IsTcp).Sum(f => f.PayloadBytes));
        Assert.All(frames, f => Assert.Equal(f.OriginalLength, f.Data.Length));
        Assert.Contains(frames, f => f.Data.Length > 10_000);
        Assert.All(frames, f => Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (f.TimestampNs / 1_000_000), 0, 60_000));

        var statistics = Assert.Single(source.ReadStatistics());
        Assert.Equal(new InterfaceStatistics("va", frames.Count, frames.Sum(f => (long)f.Data.Length), 0, 0), statistics);
        Assert.Empty(source.Warnings);
    }

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void A_port_filter_passes_that_port_and_not_ours(CapturePlane plane)
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var capture = new RunningCapture(
            Open(plane, pair, "va", CaptureFilter.ForPorts(8080, 8081, 7373).Excluding(7373)));
        foreach (var port in new[] { 8082, 7373, 8081, 8080 })
            Traffic.Exchange(pair.PathB, pair.PathA, NamespacePair.AddressA, port, 100);
        Thread.Sleep(100);
        var frames = capture.Stop();
        Assert.Equal(2, frames.Count(f => f.IsSyn && f.HasPort(8080)));
        Assert.Equal(2, frames.Count(f => f.IsSyn && f.HasPort(8081)));
        Assert.All(frames, f => Assert.True(f.HasPort(8080) || f.HasPort(8081)));
    }

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void A_port_filter_passes_tagged_frames_and_the_tag_is_known(CapturePlane plane)
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var capture = new RunningCapture(Open(plane, pair, "va", CaptureFilter.ForPorts(8080)));
        foreach (var port in new[] { 8080, 8081 })
        {
            RawFrames.Send(pair.PathB, "vb", RawFrames.TcpSyn(port, vlanTci: 0x6005));
            RawFrames.Send(pair.PathB, "vb", RawFrames.TcpSyn(port, vlanTci: 0));
        }

        Thread.Sleep(100);
        var syns = capture.Stop();
        Assert.Equal([0x6005, 0], syns.Select(f => f.VlanTci != 0 ? f.VlanTci : Tag(f.Data)));

        // libpcap puts the tag back into the frame.
        static int Tag(byte[] frame) => frame[12] == 0x81 ? (frame[14] << 8) + frame[15] : 0;
    }

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void A_snap_length_cuts_frames_and_counts_them(CapturePlane plane)
    {
        using var pair = NamespacePair.CreateOrSkip();
        Skip.If(plane == CapturePlane.Libpcap && !PcapLibrary.IsAvailable, "libpcap is not installed");
        using var source = CaptureSourceSelector.Open(
            plane, new RingOptions { Devices = ["va"], NetworkNamespace = pair.PathA, SnapLength = 96 });
        using var capture = new RunningCapture(source);
        Traffic.Exchange(pair.PathB, pair.PathA, NamespacePair.AddressA, 8080, 5000);
        Thread.Sleep(100);
        var frames = capture.Stop();
        Assert.All(frames, f => Assert.InRange(f.Data.Length, 1, 96));
        Assert.Equal(10_000, frames.Where(f => f.IsTcp).Sum(f => f.PayloadBytes));
        Assert.Equal(frames.Count(f => f.OriginalLength > 96), source.ReadStatistics()[0].Truncated);
        Assert.InRange(source.ReadStatistics()[0].Truncated, 2, frames.Count);
    }

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void A_wrong_filter_is_refused_with_libpcaps_words(CapturePlane plane)
    {
        using var pair = NamespacePair.CreateOrSkip();
        var error = Assert.Throws<CaptureException>(
            () => Open(plane, pair, "va", CaptureFilter.FromExpression("tcp prot 80")));
        Assert.Contains("tcp prot 80", error.Message, StringComparison.Ordinal);
        Assert.Contains("syntax error", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void Time_passes_while_nothing_arrives(CapturePlane plane)
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var capture = new RunningCapture(Open(plane, pair, "lo"));
        SpinWait.SpinUntil(() => capture.Idles >= 3, TimeSpan.FromSeconds(20));
        Assert.InRange(capture.Idles, 3, int.MaxValue);
        Assert.Empty(capture.Stop());
    }

    [SkippableTheory]
    [MemberData(nameof(Planes))]
    public void Nothing_is_left_open_after_disposal(CapturePlane plane)
    {
        using var pair = NamespacePair.CreateOrSkip();
        Cycle();
        var before = OpenFiles();
        for (var i = 0; i < 5; i++) Cycle();
        Assert.Equal(before, OpenFiles());

        void Cycle()
        {
            using var capture = new RunningCapture(Open(plane, pair, "va", CaptureFilter.ForPorts(80)));
            capture.WaitUntil(_ => capture.Idles > 0, "first idle call");
        }

        // The runtime opens and closes files of its own; only what capture opens is counted.
        static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget ?? "")
            .Count(t => t.StartsWith("socket:", StringComparison.Ordinal) || t.Contains("eventfd", StringComparison.Ordinal) || t.StartsWith("net:", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Any_of_libpcap_sees_all_interfaces_in_cooked_form()
    {
        using var pair = NamespacePair.CreateOrSkip();
        using var capture = new RunningCapture(Open(CapturePlane.Libpcap, pair, "any", CaptureFilter.ForPorts(8080, 8081)));
        Traffic.Exchange(pair.PathB, pair.PathA, NamespacePair.AddressA, 8080, 100);
        Traffic.Exchange(pair.PathA, pair.PathA, "127.0.0.1", 8081, 100);
        Thread.Sleep(100);
        var syns = capture.Stop().Where(f => f.IsSyn).ToList();
        Assert.Equal(4, syns.Count);
        Assert.All(syns, f => Assert.True(f.LinkType is LinkType.LinuxSll or LinkType.LinuxSll2));
    }
}
