using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Weir.Capture;
using Weir.Packets;

namespace Weir.Kernel.Tests;

/// <summary>What a frame was, copied out of the ring.</summary>
internal sealed record SeenFrame(byte[] Data, int OriginalLength, long TimestampNs, LinkType LinkType, int InterfaceId, ushort VlanTci,
    PacketTunnel Tunnel)
{
    /// <summary>Where the IPv4 header starts; -1 when the frame has none (ARP).</summary>
    private int Ip => LinkType switch
    {
        LinkType.Raw => Data[0] >> 4 == 4 ? 0 : -1,
        LinkType.LinuxSll => EtherType(14) == 0x0800 ? 16 : -1,
        LinkType.LinuxSll2 => EtherType(0) == 0x0800 ? 20 : -1,
        _ => EtherType(12) == 0x0800 ? 14 : EtherType(12) == 0x8100 && EtherType(16) == 0x0800 ? 18 : -1,
    };

    public bool IsTcp => Ip >= 0 && Data[Ip + 9] == 6;

    public bool IsUdp => Ip >= 0 && Data[Ip + 9] == 17;

    public bool HasPort(int port) => SourcePort == port || EtherType(Ip + 22) == port;

    public int SourcePort => EtherType(Ip + 20);

    public bool IsSyn => IsTcp && (Data[Ip + 33] & 2) != 0;

    /// <summary>TCP payload bytes on the wire.</summary>
    public int PayloadBytes => EtherType(Ip + 2) - 20 - ((Data[Ip + 32] >> 4) * 4);

    public Frame Frame => new(Data, OriginalLength, TimestampNs, LinkType, InterfaceId, Tunnel) { StrippedVlanTci = VlanTci };

    private int EtherType(int at) => BinaryPrimitives.ReadUInt16BigEndian(Data.AsSpan(at));
}

/// <summary>A source that runs on a thread of its own and keeps all it sees.</summary>
internal sealed class RunningCapture : IFrameSink, IDisposable
{
    private readonly ICaptureSource _source;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly List<SeenFrame> _frames = [];
    private readonly int _delayMs;
    private ExceptionDispatchInfo? _failure;
    private int _idles;

    public RunningCapture(ICaptureSource source, int delayMs = 0)
    {
        (_source, _delayMs) = (source, delayMs);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public int Idles => Volatile.Read(ref _idles);

    public List<SeenFrame> Frames
    {
        get
        {
            lock (_gate) return [.. _frames];
        }
    }

    public void OnFrame(in Frame frame)
    {
        var seen = new SeenFrame(
            frame.Data.ToArray(), frame.OriginalLength, frame.TimestampNs, frame.LinkType, frame.InterfaceId, frame.StrippedVlanTci,
            frame.Tunnel);
        lock (_gate) _frames.Add(seen);
        if (_delayMs > 0) Thread.Sleep(_delayMs);
    }

    public void OnIdle(long nowNs) => Interlocked.Increment(ref _idles);

    /// <summary>Waits until the frames satisfy the condition, or fails with what there was instead.</summary>
    public void WaitUntil(Func<List<SeenFrame>, bool> condition, string what)
    {
        var patience = Stopwatch.StartNew();
        while (!condition(Frames))
        {
            _failure?.Throw();
            if (patience.Elapsed > TimeSpan.FromSeconds(20))
                throw new TimeoutException($"{what}: {Frames.Count} frames; warnings: {string.Join("; ", _source.Warnings)}");
            Thread.Sleep(10);
        }
    }

    /// <summary>Cancels, waits for Run to return and gives all frames.</summary>
    public List<SeenFrame> Stop()
    {
        _stop.Cancel();
        if (!_thread.Join(TimeSpan.FromSeconds(20))) throw new TimeoutException("Run did not return after cancellation");
        _failure?.Throw();
        return Frames;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join(TimeSpan.FromSeconds(20));
        _source.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            _source.Run(this, _stop.Token);
        }
        catch (Exception error)
        {
            _failure = ExceptionDispatchInfo.Capture(error);
        }
    }
}
