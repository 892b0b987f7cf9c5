using Weir.Capture;
using Weir.Linux.Bpf;
using Weir.Packets;
using Weir.Probe;
using Weir.Testing;
using Weir.Testing.Corpus;
using Xunit;
using Xunit.Abstractions;

namespace Weir.Kernel.Tests;

/// <summary>Counting in the kernel against counting frames, and at its limits.</summary>
public class KernelTrafficTests(ITestOutputHelper log)
{
    private const int MaxFrameBytes = 9000;

    /// <summary>Opens the counters, or skips the test with the reason why this host can't.</summary>
    internal static KernelTraffic OpenOrSkip(KernelTrafficOptions options)
    {
        Skip.IfNot(BpfObjects.IsCompiled("traffic"), "this build has no kernel programs: clang or the headers of libbpf were missing");
        Skip.IfNot(BpfLibrary.IsAvailable, "libbpf is not installed");
        return new KernelTraffic(options);
    }

    /// <summary>Every capture there is, whole and damaged: what the program is sure of must be what the decoder says.</summary>
    [SkippableFact]
    public void Rows_are_those_of_the_decoder_whatever_comes()
    {
        using var pair = Pair();
        var (inKernel, onFrames) = (new ToldTraffic(), new ToldTraffic());
        var frames = Frames(new Random(2026)).ToList();
        using (var kernel = OpenOrSkip(new KernelTrafficOptions { Devices = ["va"], NetworkNamespace = pair.PathA }))
        {
            using var first = Start(pair, inKernel, kernel);
            using var second = Start(pair, onFrames, null);
            foreach (var part in frames.Chunk(1000))
            {
                RawFrames.Send(pair.PathB, "vb", part);
                second.Settle();
            }

            first.Stop();
            second.Stop();
            Skip.If(second.Drops > 0, "the kernel dropped packets of the ring: this machine has no time to read it");
            Assert.Equal(0, kernel.ReadUncounted());
        }

        log.WriteLine($"{frames.Count} frames, {onFrames.Rows().Count} rows");
        Assert.True(onFrames.Rows().Count > 1000);
        var different = onFrames.Rows().Except(inKernel.Rows()).Select(row => $"frames: {row}").Concat(inKernel.Rows().Except(onFrames.Rows()).Select(row => $"kernel: {row}")).ToList();
        Assert.True(different.Count == 0, string.Join('\n', different));
    }

    [SkippableFact]
    public void What_finds_no_row_is_counted_as_other_of_its_device()
    {
        using var pair = Pair();
        var told = new ToldTraffic();
        using var kernel = OpenOrSkip(new KernelTrafficOptions { Devices = ["va"], NetworkNamespace = pair.PathA, MaxRows = 16 });
        using var run = Start(pair, told, kernel);
        RawFrames.Send(pair.PathB, "vb", Enumerable.Range(0, 500).Select(From));
        run.Stop();
        var counts = told.Counts.Where(count => count.Protocol is "tcp" or "other").ToList();
        Assert.Equal((500, 500 * 54), (counts.Sum(count => count.Packets), counts.Sum(count => count.Bytes)));
        Assert.InRange(counts.Count(count => count.Protocol == "tcp"), 1, 32);
        Assert.All(counts, count => Assert.Equal(("va", "in"), (count.Device, count.Direction)));
        Assert.True(counts.Where(count => count.Protocol == "other").Sum(count => count.Packets) >= 460);
    }

    [SkippableFact]
    public void Interfaces_that_come_and_go_are_counted_by_their_names_and_those_not_asked_for_are_not()
    {
        using var pair = Pair();
        var told = new ToldTraffic();
        using var kernel = OpenOrSkip(new KernelTrafficOptions { Devices = ["late*"], NetworkNamespace = pair.PathA });
        using var run = Start(pair, told, kernel);
        RawFrames.Send(pair.PathB, "vb", From(1));
        foreach (var device in new[] { "late1", "late2" })
        {
            NamespacePair.Ip($"link add {device} netns {pair.A} type veth peer name far netns {pair.B}");
            NamespacePair.Ip($"-n {pair.A} link set {device} up");
            NamespacePair.Ip($"-n {pair.B} link set far up");
            RawFrames.Send(pair.PathB, "far", Enumerable.Range(0, 50).Select(From));
            // One that is gone before anybody looked has no name any more.
            for (var patience = System.Diagnostics.Stopwatch.StartNew(); !kernel.Devices.Contains(device); Thread.Sleep(10)) Assert.True(patience.Elapsed.TotalSeconds < 30);
            NamespacePair.Ip($"-n {pair.A} link del {device}");
        }

        run.Stop();
        Assert.Equal(["late1", "late2"], told.Counts.Select(count => count.Device).Distinct().Order(StringComparer.Ordinal));
        foreach (var device in new[] { "late1", "late2" })
            Assert.Equal(50, told.Counts.Where(count => count.Device == device && count.Protocol == "tcp").Sum(count => count.Packets));
    }

    private static NamespacePair Pair()
    {
        var pair = NamespacePair.CreateOrSkip();
        foreach (var (name, device) in new[] { (pair.A, "va"), (pair.B, "vb") }) NamespacePair.Ip($"-n {name} link set {device} mtu {MaxFrameBytes}");
        return pair;
    }

    /// <summary>Frames that a raw socket may send: those of captures, and the same with bytes changed and ends cut off.</summary>
    private static IEnumerable<byte[]> Frames(Random random)
    {
        var shared = SharedData.List("pcap/zeek/traces/tunnels", ".pcap").Concat(SharedData.List("pcap/ndpi/pcap", ".pcap").Take(100)).Select(file => Path.Combine(SharedData.Root!, file));
        foreach (var file in CorpusFolder.Names.Select(CorpusFolder.Input).Concat(shared))
        {
            foreach (var frame in TestFrames.ReadCapture(file).Where(frame => frame.LinkType == LinkType.Ethernet && frame.Data.Length is >= 15 and < MaxFrameBytes).Take(40))
            {
                if (IsWhole(frame.Data)) yield return frame.Data;
                for (var round = 0; round < 4; round++)
                {
                    var damaged = frame.Data[..random.Next(15, frame.Data.Length + 1)];
                    for (var flips = random.Next(0, 4); flips > 0; flips--) damaged[random.Next(12, Math.Min(damaged.Length, 100))] = (byte)random.Next(256);
                    if (IsWhole(damaged)) yield return damaged;
                }
            }
        }
    }

    /// <summary>No fragment: the last of a tunnel's counts for the addresses inside only where frames are put together.</summary>
    private static bool IsWhole(byte[] data)
    {
        var frame = new Frame(data, data.Length, 1, LinkType.Ethernet);
        return new PacketDecoder().Decode(in frame, out _) is not (DecodeOutcome.FragmentPending or DecodeOutcome.MalformedFragment);
    }

    private static byte[] From(int number)
    {
        var frame = RawFrames.TcpSyn(8080, 0);
        (frame[28], frame[29]) = ((byte)(number >> 8), (byte)number);
        return frame;
    }

    private static Counting Start(NamespacePair pair, ToldTraffic told, KernelTraffic? kernel) => new(pair, told, kernel);

    /// <summary>A run that counts bytes on <c>va</c>, or whatever the kernel was told to.</summary>
    private sealed class Counting : IDisposable
    {
        private readonly TrafficAccountant _traffic;
        private readonly ProbeRun _run;
        private readonly CallList _calls = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Counting(NamespacePair pair, ToldTraffic told, KernelTraffic? kernel)
        {
            _traffic = new TrafficAccountant(new TrafficOptions { Sink = told, Interval = TimeSpan.FromSeconds(1) }, live: true);
            var sources = CaptureSourceSelector.Open(CapturePlane.Ring, new RingOptions { Devices = ["va"], NetworkNamespace = pair.PathA }, 1);
            _run = new ProbeRun(sources, new ProbeOptions { Traffic = _traffic, KernelTraffic = kernel }, [_calls]);
            _running = Task.Run(() => _run.Run(_stop.Token));
        }

        public long Drops => _run.Interfaces.Sum(one => one.KernelDrops);

        /// <summary>Until the ring gives nothing more. What a kernel drops before any packet socket, as tags that are cut off, nobody sees.</summary>
        public void Settle()
        {
            for (var last = -1L; _run.Report().Packets is var now && now != last; Thread.Sleep(50)) last = now;
        }

        public void Stop()
        {
            _stop.Cancel();
            Assert.True(_running.Wait(TimeSpan.FromSeconds(20)));
        }

        public void Dispose()
        {
            _stop.Cancel();
            _running.Wait(TimeSpan.FromSeconds(20));
            _run.Dispose();
            _traffic.Dispose();
            _calls.Dispose();
            _stop.Dispose();
        }
    }
}
