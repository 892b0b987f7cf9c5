using System.Net;
using System.Net.Sockets;
using Weir.Packets;
using Weir.Testing;
using Xunit;

namespace Weir.Capture.Tests;

/// <summary>Mirrored traffic over loopback: needs Linux, but no capability.</summary>
public class VxlanSourceTests
{
    private static readonly byte[] SmallFrame = PacketBuilder.Tcp("10.0.0.1:1000", "10.0.0.2:80", 7, 9, TcpFlags.Ack, "hello"u8);

    [SkippableTheory]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1", "lo")]
    [InlineData("::1", null)]
    [InlineData("::1", "::1")]
    public void Frames_arrive_with_the_addresses_of_the_tunnel_and_its_network(string address, string? device)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        Skip.If(address == "::1" && !Socket.OSSupportsIPv6, "this host has no IPv6");
        using var receiver = new Receiver(device is null ? [] : [device]);
        receiver.Send(address, TunnelBuilder.Vxlan(0xABCDEF, SmallFrame));
        var frame = Assert.Single(receiver.Take(1));
        Assert.Equal(SmallFrame, frame.Data);
        Assert.Equal(LinkType.Ethernet, frame.LinkType);
        Assert.True(IpAddress.TryParse(address, out var end));
        Assert.Equal(new PacketTunnel(TunnelKind.Vxlan, end, end, 0xABCDEF, 1), frame.Tunnel);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (frame.TimestampNs / 1_000_000), 0, 60_000);
    }

    [SkippableTheory]
    [InlineData(1_500)]
    [InlineData(9_000)]
    [InlineData(65_000)]
    public void Frames_of_any_size_arrive_whole(int bytes)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        using var receiver = new Receiver([]);
        var payload = new byte[bytes - 54];
        new Random(bytes).NextBytes(payload);
        var frame = PacketBuilder.Tcp("10.0.0.1:1000", "10.0.0.2:80", 7, 9, TcpFlags.Ack, payload);
        for (var i = 0; i < 20; i++) receiver.Send("127.0.0.1", TunnelBuilder.Vxlan(1, frame));
        Assert.All(receiver.Take(20), seen => Assert.Equal(frame, seen.Data));
        Assert.Equal(new InterfaceStatistics(receiver.Name, 20, 20L * bytes, 0, 0), Assert.Single(receiver.Stop()));
    }

    [SkippableFact]
    public void What_is_no_vxlan_is_counted_and_left_aside()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        using var receiver = new Receiver([]);
        foreach (var payload in new[] { [], new byte[7], new byte[60], TunnelBuilder.Vxlan(1, SmallFrame, flags: 0) })
            receiver.Send("127.0.0.1", payload);
        receiver.Send("127.0.0.1", TunnelBuilder.Vxlan(1, SmallFrame));
        Assert.Single(receiver.Take(1));
        Assert.Equal(new InterfaceStatistics(receiver.Name, 1, SmallFrame.Length, 0, 0, 4), Assert.Single(receiver.Stop()));
    }

    [SkippableFact]
    public void A_snap_length_cuts_the_frame_inside()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        using var receiver = new Receiver([], new LiveCaptureOptions { SnapLength = 96 });
        receiver.Send("127.0.0.1", TunnelBuilder.Vxlan(1, PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", 1, 1, TcpFlags.Ack, new byte[500])));
        var frame = Assert.Single(receiver.Take(1));
        Assert.Equal((96, 554), (frame.Data.Length, frame.OriginalLength));
        Assert.Equal(1, Assert.Single(receiver.Stop()).Truncated);
    }

    [SkippableFact]
    public void What_was_received_before_the_end_is_handed_over()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        using var receiver = new Receiver([]);
        for (var i = 0; i < 500; i++) receiver.Send("127.0.0.1", TunnelBuilder.Vxlan(1, SmallFrame));
        Assert.Equal(500, Assert.Single(receiver.Stop()).Frames);
    }

    [SkippableFact]
    public void A_full_buffer_is_counted_as_drops_of_the_kernel()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        using var receiver = new Receiver([], new LiveCaptureOptions { BufferBytes = 256 << 10 });
        using var goOn = receiver.Hold();
        receiver.Send("127.0.0.1", TunnelBuilder.Vxlan(1, SmallFrame));
        receiver.Take(1);
        for (var i = 0; i < 3_000; i++) receiver.Send("127.0.0.1", TunnelBuilder.Vxlan(1, SmallFrame));
        goOn.Set();
        var statistics = Assert.Single(receiver.Stop());
        Assert.InRange(statistics.KernelDrops, 1, 3_000);
        Assert.Equal(3_001, statistics.Frames + statistics.KernelDrops);
    }

    [SkippableFact]
    public void Receiving_allocates_nothing_once_warm()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        var port = Receiver.FreePort();
        using var source = new VxlanCaptureSource(new LiveCaptureOptions { VxlanPorts = [port] });
        using var stop = new CancellationTokenSource();
        var meter = new AllocationMeter(stop);
        var running = Task.Run(() => source.Run(meter, stop.Token));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        var payload = TunnelBuilder.Vxlan(1, SmallFrame);
        while (!stop.IsCancellationRequested && !running.IsCompleted) socket.Send(payload);
        Assert.True(running.Wait(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, meter.Least);
    }

    [SkippableFact]
    public void A_port_in_use_is_refused_with_what_to_do()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        using var receiver = new Receiver([]);
        var error = Assert.Throws<CaptureException>(
            () => CaptureSourceSelector.Open(CapturePlane.Vxlan, new RingOptions { VxlanPorts = [receiver.Port] }));
        Assert.Contains("VXLAN device of this host", error.Message, StringComparison.Ordinal);
        Assert.Contains("name another one", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("203.0.113.9", "ip address")]
    [InlineData("nosuch0", "there is no such interface")]
    public void A_place_that_is_not_here_is_refused_with_what_to_do(string device, string advice)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        var error = Assert.Throws<CaptureException>(
            () => CaptureSourceSelector.Open(CapturePlane.Vxlan, new RingOptions { Devices = [device], VxlanPorts = [Receiver.FreePort()] }));
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void What_has_no_meaning_for_mirrored_traffic_is_refused()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        Assert.Throws<CaptureException>(() => new VxlanCaptureSource(new LiveCaptureOptions { VxlanPorts = [] }));
        Assert.Throws<CaptureException>(() => new VxlanCaptureSource(new LiveCaptureOptions { Devices = ["a", "b"] }));
        Assert.Throws<CaptureException>(
            () => new VxlanCaptureSource(new LiveCaptureOptions { Filter = CaptureFilter.FromExpression("host 10.0.0.1") }));
    }

    /// <summary>The least that the reading thread allocated over a hundred frames; several hundreds, as in <see cref="SteadyState"/>.</summary>
    private sealed class AllocationMeter(CancellationTokenSource stop) : IFrameSink
    {
        private long _before;
        private int _frames;

        public long Least { get; private set; } = long.MaxValue;

        public void OnFrame(in Frame frame)
        {
            if (++_frames % 100 != 0) return;
            var now = GC.GetAllocatedBytesForCurrentThread();
            if (_frames > 1_000) Least = Math.Min(Least, now - _before);
            if (_frames == 5_000) stop.Cancel();
            _before = GC.GetAllocatedBytesForCurrentThread();
        }

        public void OnIdle(long nowNs)
        {
            // Time is no matter here.
        }
    }

    private sealed record Seen(byte[] Data, int OriginalLength, long TimestampNs, LinkType LinkType, PacketTunnel Tunnel);

    /// <summary>A running source on a free port, and a sender to it.</summary>
    private sealed class Receiver : IFrameSink, IDisposable
    {
        private readonly VxlanCaptureSource _source;
        private readonly CancellationTokenSource _stop = new();
        private readonly System.Collections.Concurrent.BlockingCollection<Seen> _seen = [];
        private readonly Task _run;
        private ManualResetEventSlim? _hold;

        public Receiver(string[] devices, LiveCaptureOptions? options = null)
        {
            Port = FreePort();
            _source = new VxlanCaptureSource((options ?? new LiveCaptureOptions()) with { Devices = devices, VxlanPorts = [Port] });
            _run = Task.Run(() => _source.Run(this, _stop.Token));
        }

        public ushort Port { get; }

        public string Name => $"vxlan:{Port}";

        public static ushort FreePort()
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Any, 0));
            return (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
        }

        public void Send(string address, byte[] payload)
        {
            var end = new IPEndPoint(IPAddress.Parse(address), Port);
            using var socket = new Socket(end.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.SendTo(payload, end);
        }

        /// <summary>Holds the reading thread at its next frame until the event is set.</summary>
        public ManualResetEventSlim Hold() => _hold = new ManualResetEventSlim();

        public List<Seen> Take(int count)
        {
            var frames = new List<Seen>();
            while (frames.Count < count && _seen.TryTake(out var one, TimeSpan.FromSeconds(20))) frames.Add(one);
            return frames;
        }

        public IReadOnlyList<InterfaceStatistics> Stop()
        {
            _stop.Cancel();
            Assert.True(_run.Wait(TimeSpan.FromSeconds(20)), "Run did not return after cancellation");
            return _source.ReadStatistics();
        }

        public void OnFrame(in Frame frame)
        {
            _seen.Add(new Seen(frame.Data.ToArray(), frame.OriginalLength, frame.TimestampNs, frame.LinkType, frame.Tunnel));
            _hold?.Wait();
        }

        public void OnIdle(long nowNs)
        {
            // Time is no matter here.
        }

        public void Dispose()
        {
            Stop();
            _source.Dispose();
            _stop.Dispose();
            _seen.Dispose();
        }
    }
}
