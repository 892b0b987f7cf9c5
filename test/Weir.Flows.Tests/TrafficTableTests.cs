using Weir.Flows.Accounting;
using Weir.Packets;
using Weir.Testing;
using Xunit;

namespace Weir.Flows.Tests;

public class TrafficTableTests
{
    private const long Second = 1_000_000_000;

    private static readonly TrafficLimits s_small = new(100, 4);

    [Fact]
    public void What_has_all_in_common_is_one_row_and_the_rest_is_told_apart()
    {
        var table = new TrafficTable(TrafficLimits.Default, 7);
        table.Add(Key(1), 100);
        table.Add(Key(1), 50);
        foreach (var other in new[]
        {
            Key(2), Key(1) with { Device = 1 }, Key(1) with { Protocol = 17 }, Key(1) with { Direction = FrameDirection.Sent },
            Key(1) with { Source = Key(1).Destination, Destination = Key(1).Source }, Key(1) with { Kind = TrafficKind.NotIp },
        }) table.Add(other, 1);
        Assert.Equal(7, table.Count);
        Assert.Equal((150, 2), (table.Rows[0].Bytes, table.Rows[0].Packets));
        table.Clear();
        Assert.Equal(0, table.Count);
        table.Add(Key(1), 5);
        Assert.Equal(5, Assert.Single(table.Rows.ToArray()).Bytes);
    }

    [Fact]
    public void Many_rows_are_all_found_again_while_the_table_grows()
    {
        var table = new TrafficTable(new TrafficLimits(100_000, 4), 99);
        for (var turn = 0; turn < 2; turn++)
            for (var i = 0; i < 20_000; i++) table.Add(Key(i), i);
        Assert.Equal(20_000, table.Count);
        Assert.All(table.Rows.ToArray(), row => Assert.Equal(2, row.Packets));
        Assert.Equal(2L * 20_000 * 19_999 / 2, table.Rows.ToArray().Sum(row => row.Bytes));
    }

    [Fact]
    public void What_finds_no_row_is_counted_as_other_of_its_device_and_direction_so_that_the_sum_stays_true()
    {
        var table = new TrafficTable(s_small, 1);
        for (var i = 0; i < 1000; i++) table.Add(Key(i) with { Device = i % 2, Direction = i % 4 < 2 ? FrameDirection.Sent : FrameDirection.Received }, 10);
        Assert.Equal((100 + 4, 900), (table.Count, table.Overflowed));
        Assert.Equal(10_000, table.Rows.ToArray().Sum(row => row.Bytes));
        Assert.Equal(1000, table.Rows.ToArray().Sum(row => row.Packets));
        var others = table.Rows.ToArray().Where(row => row.Key.Kind == TrafficKind.Other).ToList();
        Assert.Equal(4, others.Count);
        Assert.All(others, row => Assert.Equal(default, row.Key.Source));
        // What has a row keeps it.
        table.Add(Key(3) with { Device = 1, Direction = FrameDirection.Received }, 10);
        Assert.Equal(900, table.Overflowed);
    }

    [Fact]
    public void Devices_beyond_the_limit_are_counted_together()
    {
        var table = new TrafficTable(s_small, 1);
        for (var device = -1; device < 10; device++) table.Add(Key(1) with { Device = device }, 1);
        Assert.Equal([-1, 0, 1, 2, 3], table.Rows.ToArray().Select(row => row.Key.Device).Order());
        Assert.Equal(11, table.Rows.ToArray().Sum(row => row.Bytes));
    }

    [Fact]
    public void Tables_add_up()
    {
        var (sum, other) = (new TrafficTable(s_small, 1), new TrafficTable(s_small, 2));
        for (var i = 0; i < 80; i++) sum.Add(Key(i), 1);
        for (var i = 40; i < 240; i++) other.Add(Key(i), 1);
        sum.Add(other);
        Assert.Equal(280, sum.Rows.ToArray().Sum(row => row.Bytes));
        Assert.Equal(101, sum.Count);
    }

    [Fact]
    public void Intervals_are_multiples_since_the_epoch_and_end_with_frames_or_with_time()
    {
        var intervals = new Intervals();
        var meter = new TrafficMeter(intervals.New(), intervals, 10 * Second);
        Count(meter, (1000 * Second) + 1, 100);
        Count(meter, 1009 * Second, 100);
        Count(meter, 1010 * Second, 7);
        meter.Advance(1019 * Second);
        Assert.Equal([(1000 * Second, 200L)], intervals.Told);
        meter.Advance(1020 * Second);
        Count(meter, 1055 * Second, 1);
        // Late, as frames of another interface may be: it counts for the interval under way.
        Count(meter, 1049 * Second, 2);
        meter.Finish();
        Assert.Equal([(1000 * Second, 200L), (1010 * Second, 7L), (1050 * Second, 3L)], intervals.Told);
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_stop_the_intervals()
    {
        var intervals = new Intervals();
        var meter = new TrafficMeter(intervals.New(), intervals, Second);
        Count(meter, 5000 * Second, 1);
        Count(meter, 100 * Second, 2);
        Count(meter, 101 * Second, 4);
        meter.Finish();
        Assert.Equal([(5000 * Second, 1L), (100 * Second, 2L), (101 * Second, 4L)], intervals.Told);
    }

    [Fact]
    public void Without_a_spare_table_the_meter_goes_on_with_the_one_it_has_and_loses_nothing()
    {
        var intervals = new Intervals { Refuses = true };
        var meter = new TrafficMeter(intervals.New(), intervals, Second);
        for (var i = 0; i < 50; i++) Count(meter, i * Second / 4, 1);
        intervals.Refuses = false;
        Count(meter, 20 * Second, 1);
        meter.Finish();
        Assert.Equal([(0L, 50L), (20 * Second, 1L)], intervals.Told);
    }

    [Fact]
    public void Every_frame_has_a_key_whatever_the_decoder_made_of_it()
    {
        var decoder = new PacketDecoder();
        foreach (var (frame, kind, protocol, source) in Frames())
        {
            var given = frame.Frame;
            var outcome = decoder.Decode(in given, out var packet);
            var key = TrafficKey.Of(in given, outcome, in packet);
            Assert.Equal((kind, protocol, source), (key.Kind, key.Protocol, key.Kind == TrafficKind.Ip ? key.Source.ToString() : ""));
        }
    }

    [Fact]
    public void Counting_allocates_nothing_once_warm()
    {
        var intervals = new Intervals();
        var meter = new TrafficMeter(intervals.New(), intervals, Second);
        var now = Second;
        for (var i = 0; i < 5; i++) Round(meter, ref now);
        Assert.Equal(0, SteadyState.AllocatedBytes(() => Round(meter, ref now)));
        Assert.True(intervals.Count > 10);
    }

    private static void Round(TrafficMeter meter, ref long now)
    {
        for (var i = 0; i < 5000; i++)
        {
            now += Second / 1000;
            var packet = new PacketView { Source = IpAddress.FromV4([10, 0, (byte)(i >> 8), (byte)i]), Destination = IpAddress.FromV4([10, 1, 0, 1]), Protocol = IpProtocol.Udp };
            var frame = new Frame([], 100, now, LinkType.Ethernet, i % 3);
            meter.Count(in frame, DecodeOutcome.Decoded, in packet);
        }
    }

    private static IEnumerable<(TestFrame Frame, TrafficKind Kind, byte Protocol, string Source)> Frames()
    {
        byte[] arp = [.. new byte[12], 8, 6, .. new byte[28]];
        yield return (Raw(arp), TrafficKind.NotIp, 0, "");
        yield return (Raw(new byte[9]), TrafficKind.Unreadable, 0, "");
        byte[] ip = [0x45, 0, 0, 60, 0, 1, 0, 0, 64, 132, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        byte[] ethernet = [.. new byte[12], 8, 0];
        yield return (Raw([.. ethernet, .. ip, .. new byte[40]]), TrafficKind.Ip, 132, "10.0.0.1");
        // Cut behind the IP header by a snap length.
        yield return (Raw([.. ethernet, .. With(ip, 6)], wire: 1500), TrafficKind.Ip, 6, "10.0.0.1");
        // The first fragment of a datagram: it waits for the others, but has been on the wire.
        byte[] fragment = [.. With(ip, 17)];
        fragment[6] = 0x20;
        yield return (Raw([.. ethernet, .. fragment, .. new byte[40]]), TrafficKind.Ip, 17, "10.0.0.1");
        byte[] six = [0x60, 0, 0, 0, 0, 16, 44, 64, .. new byte[15], 1, .. new byte[15], 2, 58, 0, 0, 1, 0, 0, 0, 9, .. new byte[8]];
        yield return (Raw([.. new byte[12], 0x86, 0xDD, .. six]), TrafficKind.Ip, 58, "::1");
        // IP without any link header.
        yield return (Raw([.. ip, .. new byte[40]], link: LinkType.Raw), TrafficKind.Ip, 132, "10.0.0.1");
        // VXLAN that carries ARP: the tunnel is IP between two hosts.
        byte[] outer = [0x45, 0, 0, 78, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 8, 10, 0, 0, 9, 0x30, 0x39, 0x12, 0xB5, 0, 58, 0, 0, 8, 0, 0, 0, 0, 0, 7, 0];
        yield return (Raw([.. ethernet, .. outer, .. arp]), TrafficKind.Ip, 17, "10.0.0.8");
        byte[] inner = [.. outer, .. ethernet, .. ip, .. new byte[40]];
        inner[3] = 110;
        inner[25] = 90;
        yield return (Raw([.. ethernet, .. inner]), TrafficKind.Ip, 132, "10.0.0.1");
    }

    private static byte[] With(byte[] header, byte protocol)
    {
        byte[] changed = [.. header];
        changed[9] = protocol;
        return changed;
    }

    private static TestFrame Raw(byte[] data, int? wire = null, LinkType link = LinkType.Ethernet) => new(data, Second, link) { OriginalLength = wire ?? 0 };

    private static void Count(TrafficMeter meter, long at, int bytes)
    {
        var frame = new Frame([], bytes, at, LinkType.Ethernet);
        var packet = new PacketView { Source = IpAddress.FromV4([10, 0, 0, 1]), Destination = IpAddress.FromV4([10, 0, 0, 2]), Protocol = IpProtocol.Tcp };
        meter.Count(in frame, DecodeOutcome.Decoded, in packet);
    }

    private static TrafficKey Key(int number) => new(
        0, IpAddress.FromV4([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]), IpAddress.FromV4([10, 9, 9, 9]), 6, FrameDirection.Received, TrafficKind.Ip);

    private sealed class Intervals : ITrafficIntervals
    {
        private TrafficTable? _spare;

        public bool Refuses { get; set; }

        public long Count { get; private set; }

        public List<(long StartNs, long Bytes)> Told { get; } = new(64);

        public TrafficTable New()
        {
            _spare = new TrafficTable(TrafficLimits.Default, 3);
            return new TrafficTable(TrafficLimits.Default, 3);
        }

        public bool TryExchange(ref TrafficTable table)
        {
            if (Refuses) return false;
            Tell(table);
            var full = table;
            table = _spare!;
            full.Clear();
            _spare = full;
            return true;
        }

        public void Take(TrafficTable last) => Tell(last);

        private void Tell(TrafficTable table)
        {
            Count++;
            long bytes = 0;
            foreach (ref readonly var row in table.Rows) bytes += row.Bytes;
            if (Told.Count < 60 && bytes > 0) Told.Add((table.StartNs, bytes));
        }
    }
}
