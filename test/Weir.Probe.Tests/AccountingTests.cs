using Weir.Export;
using Weir.Flows.Accounting;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Traffic;
using Weir.Testing;

namespace Weir.Probe.Tests;

/// <summary>Bytes of all traffic on their way through a run.</summary>
public class AccountingTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_frame_is_counted_once_by_its_length_on_the_wire_whatever_the_snap_length_and_the_ports(int workers)
    {
        var frames = Frames(300);
        var told = Run([.. frames.Select(frame => frame.Cut(60))], workers, options => options);
        Assert.Equal(frames.Sum(frame => frame.Data.Length), told.Counts.Sum(count => count.Bytes));
        Assert.Equal(frames.Count, told.Counts.Sum(count => count.Packets));
        Assert.Equal(["10.0.0.0", "10.0.0.1", "10.0.0.2"], told.Counts.Select(count => count.Source).Distinct().Order(StringComparer.Ordinal));
        Assert.All(told.Counts, count => Assert.Equal(("udp", "10.0.1.1", ""), (count.Protocol, count.Destination, count.Direction)));
    }

    [Fact]
    public void Reports_are_those_of_the_intervals_of_packet_time()
    {
        var told = Run(Frames(300), 1, options => options with { Interval = TimeSpan.FromSeconds(10) });
        // A frame a tenth of a second.
        Assert.Equal([1000 * Second, 1010 * Second, 1020 * Second], told.Reports.Select(report => report.StartNs).Distinct().Order());
        Assert.All(told.Reports.GroupBy(report => report.StartNs), same => Assert.Equal(100, same.Sum(report => report.Counts.Sum(count => count.Packets))));
        Assert.Equal(told.Reports.Count, told.Reports.Select(report => report.Id).Distinct().Count());
    }

    [Fact]
    public void What_finds_no_row_is_told_as_other_and_the_sum_stays_true()
    {
        var frames = Frames(300, sources: 50);
        var told = Run(frames, 1, options => options with { Interval = TimeSpan.FromHours(1), Limits = new TrafficLimits(10, 4) });
        Assert.Equal(frames.Sum(frame => frame.Data.Length), told.Counts.Sum(count => count.Bytes));
        Assert.Equal((11, 240), (told.Counts.Count, told.Counts.Single(count => count.Source == "other").Packets));
        Assert.Equal("other", told.Counts.Single(count => count.Source == "other").Protocol);
    }

    [Fact]
    public void Addresses_have_the_names_of_the_end_of_their_interval_and_each_is_asked_for_once()
    {
        var names = new Names();
        var told = Run(Frames(300), 1, options => options with { Interval = TimeSpan.FromHours(1), Identifier = names });
        Assert.Equal(4, names.Asked);
        Assert.All(told.Counts, count => Assert.Equal(new TrafficPeer("shop", $"pod-{count.Source}", "", "orders"), count.SourcePeer));
        // Nobody known.
        Assert.All(told.Counts, count => Assert.Equal(TrafficPeer.Unknown, count.DestinationPeer));
    }

    private static Told Run(IReadOnlyList<TestFrame> frames, int workers, Func<TrafficOptions, TrafficOptions> change)
    {
        var told = new Told();
        using var traffic = new TrafficAccountant(change(new TrafficOptions { Sink = told }), live: false);
        using var run = new ProbeRun(
            [new GivenFrames(frames)], new ProbeOptions { Ports = [new Capture.PortRange(9999, 9999)], Workers = workers, Traffic = traffic }, [new NoneOutput()]);
        run.Run(CancellationToken.None);
        Assert.Equal(told.Counts.Sum(count => count.Bytes), traffic.Bytes);
        return told;
    }

    private static List<TestFrame> Frames(int count, int sources = 3) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            byte[] ip = [0x45, 0, 0, (byte)(28 + (i % 100)), 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, (byte)(i % sources), 10, 0, 1, 1, 0x10, 0, 0x20, 0, 0, (byte)(8 + (i % 100)), 0, 0];
            return new TestFrame([.. new byte[12], 8, 0, .. ip, .. new byte[i % 100]], (1000 * Second) + (i * Second / 10));
        }),
    ];

    private sealed class Told : ITrafficSink
    {
        public List<TrafficReport> Reports { get; } = [];

        public List<TrafficCount> Counts => [.. Reports.SelectMany(report => report.Counts)];

        public void Write(TrafficReport report) => Reports.Add(report);
    }

    private sealed class Names : IPeerIdentifier
    {
        public int Asked { get; private set; }

        public void Identify(Exchange exchange)
        {
            // No call is made of what is counted here.
        }

        public void Identify(FlowRecord flow)
        {
            Asked++;
            if (flow.Server.Peer.Ip.ToString().StartsWith("10.0.1.", StringComparison.Ordinal)) return;
            Assert.Equal(3600 * Second, flow.EndedAtNs);
            (flow.Server.Peer.Namespace, flow.Server.Peer.Pod, flow.Server.Peer.Service) = ("shop", $"pod-{flow.Server.Peer.Ip}", "orders");
        }
    }
}
