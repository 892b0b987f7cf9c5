using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>Counters of one ring since it was opened, the kernel's own included.</summary>
/// <param name="Name">Interface name.</param>
/// <param name="KernelFrames">Frames that passed the filter, dropped ones included.</param>
/// <param name="KernelDrops">Frames lost because the ring was full.</param>
/// <param name="Freezes">Times the ring became full.</param>
/// <param name="RingBytes">Memory of the ring; 0 once the interface is gone.</param>
public readonly record struct RingStatistics(string Name, long KernelFrames, long KernelDrops, long Freezes, long RingBytes);

/// <summary>One interface as one worker reads it: its ring while it has one, its counters for ever.</summary>
/// <remarks>Frame counters are written by the reading thread only; kernel counters under <c>_gate</c>.</remarks>
internal sealed class RingInterface(int id, LinkInfo link, LinkType linkType)
{
    private readonly Lock _gate = new();
    private PacketRing? _ring;
    private long _frames;
    private long _bytes;
    private long _truncated;
    private long _abandoned;
    private long _kernelFrames;
    private long _kernelDrops;
    private long _freezes;

    /// <summary>Position in the source's list: <see cref="Frame.InterfaceId"/>.</summary>
    public int Id { get; } = id;

    public LinkInfo Link { get; } = link;

    public LinkType LinkType { get; } = linkType;

    /// <summary>Member number in the poll set while the ring is open.</summary>
    public int PollMember { get; set; }

    public PacketRing? Ring => _ring;

    public void Open(PacketRing ring)
    {
        lock (_gate) _ring = ring;
    }

    /// <summary>Memory of the ring while it is open.</summary>
    public RingGeometry Geometry
    {
        get
        {
            lock (_gate) return _ring?.Geometry ?? default;
        }
    }

    /// <summary>Closes the ring after reading its counters a last time.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_ring is null) return;
            Accumulate(_ring);
            _ring.Dispose();
            _ring = null;
        }
    }

    /// <summary>Hands one frame over and counts it.</summary>
    public void Deliver(in RingFrame frame, IFrameSink sink)
    {
        Volatile.Write(ref _frames, _frames + 1);
        Volatile.Write(ref _bytes, _bytes + frame.Data.Length);
        if (frame.Data.Length < frame.OriginalLength) Volatile.Write(ref _truncated, _truncated + 1);
        sink.OnFrame(new Frame(frame.Data, frame.OriginalLength, frame.TimestampNs, LinkType, Id)
        {
            StrippedVlanTci = frame.VlanTci,
            Direction = frame.IsSent ? FrameDirection.Sent : FrameDirection.Received,
        });
    }

    /// <summary>Frames that were in the ring but not read before the source had to stop: lost like those the kernel dropped.</summary>
    public void CountAbandoned(int frames) => Volatile.Write(ref _abandoned, _abandoned + frames);

    public InterfaceStatistics ReadStatistics()
    {
        lock (_gate)
        {
            if (_ring is not null) Accumulate(_ring);
            return new InterfaceStatistics(
                Link.Name, Volatile.Read(ref _frames), Volatile.Read(ref _bytes), _kernelDrops + Volatile.Read(ref _abandoned),
                Volatile.Read(ref _truncated));
        }
    }

    public RingStatistics ReadRingStatistics()
    {
        lock (_gate)
        {
            if (_ring is not null) Accumulate(_ring);
            return new RingStatistics(Link.Name, _kernelFrames, _kernelDrops, _freezes, _ring?.Geometry.Bytes ?? 0);
        }
    }

    private void Accumulate(PacketRing ring)
    {
        var counters = ring.ReadCounters();
        _kernelFrames += counters.Packets;
        _kernelDrops += counters.Drops;
        _freezes += counters.Freezes;
    }
}
