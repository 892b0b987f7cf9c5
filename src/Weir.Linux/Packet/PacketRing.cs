using System.Runtime.InteropServices;
using Weir.Linux.Native;
using static Weir.Linux.Native.PacketAbi;

namespace Weir.Linux;

/// <summary>Counters of a packet socket since the previous reading: the kernel resets them when they are read.</summary>
/// <param name="Packets">Frames that passed the filter, the dropped ones included.</param>
/// <param name="Drops">Frames lost because the ring was full.</param>
/// <param name="Freezes">Times the ring became full.</param>
public readonly record struct PacketSocketCounters(uint Packets, uint Drops, uint Freezes);

/// <summary>
/// An AF_PACKET socket on one interface with a TPACKET_V3 receive ring (Documentation/networking/packet_mmap.rst).
/// One thread reads; <see cref="ReadCounters"/> is safe beside it.
/// </summary>
public sealed unsafe class PacketRing : IDisposable
{
    // The kernel checks it against the block size but stores frames of any length: V3 packs them.
    private const uint FrameSize = 2048;

    private readonly MemoryMapping _mapping;
    private int _block;

    /// <summary>
    /// Opens the socket in the calling thread's network namespace. It is made with protocol 0 and bound last, so nothing of
    /// another interface and nothing unfiltered is ever queued.
    /// </summary>
    /// <exception cref="LinuxException">CAP_NET_RAW or memory is missing, or the interface is gone.</exception>
    public PacketRing(PacketRingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Fd = FileDescriptor.Adopt(Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0), "socket(AF_PACKET)");
        try
        {
            Set(SOL_PACKET, PACKET_VERSION, TPACKET_V3, "setsockopt(PACKET_VERSION)");
            if (settings.Filter is not null) Attach(settings.Filter);
            // Room for a tag that the kernel may put back.
            Set(SOL_PACKET, PACKET_RESERVE, 4, "setsockopt(PACKET_RESERVE)");
            if (settings.IgnoreOutgoing) Set(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "setsockopt(PACKET_IGNORE_OUTGOING)");
            Geometry = Reserve(settings);
            _mapping = new MemoryMapping(Fd, (nuint)Geometry.Bytes, "mmap(PACKET_RX_RING)");
            Bind(settings.InterfaceIndex);
            if (settings.Promiscuous) JoinPromiscuous(settings.InterfaceIndex);
        }
        catch
        {
            _mapping?.Dispose();
            Fd.Dispose();
            throw;
        }
    }

    internal FileDescriptor Fd { get; }

    /// <summary>What the kernel granted: blocks may be smaller than asked when memory is fragmented.</summary>
    public RingGeometry Geometry { get; }

    /// <summary>
    /// The next block the kernel has handed over. Its frames are valid until <see cref="ReleaseBlock"/>, which must follow.
    /// </summary>
    public bool TryReadBlock(out RingBlock block)
    {
        var description = Current;
        // Acquire: the frames are visible once the status is.
        if ((Volatile.Read(ref description->block_status) & TP_STATUS_USER) == 0)
        {
            block = default;
            return false;
        }

        block = new RingBlock((byte*)description);
        return true;
    }

    /// <summary>Gives the block back to the kernel.</summary>
    public void ReleaseBlock()
    {
        Volatile.Write(ref Current->block_status, TP_STATUS_KERNEL);
        _block = _block + 1 == Geometry.BlockCount ? 0 : _block + 1;
    }

    /// <summary>Reads and resets the kernel's counters.</summary>
    public PacketSocketCounters ReadCounters()
    {
        tpacket_stats_v3 statistics;
        var length = (uint)sizeof(tpacket_stats_v3);
        if (Libc.getsockopt(Fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) < 0)
            throw LinuxException.Last("getsockopt(PACKET_STATISTICS)");
        return new PacketSocketCounters(statistics.tp_packets, statistics.tp_drops, statistics.tp_freeze_q_cnt);
    }

    /// <summary>
    /// Takes the socket's pending error (<see cref="Errno.ENETDOWN"/> after the interface went down), so that poll stops
    /// reporting it. The kernel re-attaches the socket by itself when the interface comes up again.
    /// </summary>
    public int TakeError()
    {
        int error;
        var length = (uint)sizeof(int);
        if (Libc.getsockopt(Fd, Libc.SOL_SOCKET, Libc.SO_ERROR, &error, &length) < 0)
            throw LinuxException.Last("getsockopt(SO_ERROR)");
        return error;
    }

    /// <summary>Joins a fanout group and returns its id.</summary>
    /// <param name="id">The group's id; null to found one with an id that nobody has.</param>
    /// <param name="mode">PACKET_FANOUT_HASH or PACKET_FANOUT_CBPF.</param>
    internal ushort JoinFanout(ushort? id, int mode)
    {
        var flags = PACKET_FANOUT_FLAG_DEFRAG | (id is null ? PACKET_FANOUT_FLAG_UNIQUEID : 0);
        Set(SOL_PACKET, PACKET_FANOUT, (id ?? 0) | ((mode | flags) << 16), "setsockopt(PACKET_FANOUT)");
        if (id is { } known) return known;
        int group;
        var length = (uint)sizeof(int);
        if (Libc.getsockopt(Fd, SOL_PACKET, PACKET_FANOUT, &group, &length) < 0)
            throw LinuxException.Last("getsockopt(PACKET_FANOUT)");
        return (ushort)group;
    }

    /// <summary>The program that chooses the ring for each packet of the group.</summary>
    internal void SteerFanout(FilterProgram program) => Set(SOL_PACKET, PACKET_FANOUT_DATA, program, "setsockopt(PACKET_FANOUT_DATA)");

    /// <summary>Replaces the filter.</summary>
    internal void Attach(FilterProgram program) =>
        Set(Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, program, "setsockopt(SO_ATTACH_FILTER)");

    public void Dispose()
    {
        _mapping.Dispose();
        Fd.Dispose();
    }

    private tpacket_block_desc* Current => (tpacket_block_desc*)(_mapping.Start + ((long)_block * Geometry.BlockBytes));

    private RingGeometry Reserve(PacketRingSettings settings)
    {
        for (var geometry = settings.Geometry; ;)
        {
            var request = new tpacket_req3
            {
                tp_block_size = (uint)geometry.BlockBytes,
                tp_block_nr = (uint)geometry.BlockCount,
                tp_frame_size = FrameSize,
                tp_frame_nr = (uint)(geometry.Bytes / FrameSize),
                tp_retire_blk_tov = (uint)settings.BlockTimeoutMs,
            };
            if (Libc.setsockopt(Fd, SOL_PACKET, PACKET_RX_RING, &request, (uint)sizeof(tpacket_req3)) == 0) return geometry;
            var fragmented = Marshal.GetLastPInvokeError() == Errno.ENOMEM && geometry.TryHalveBlocks(out geometry);
            if (!fragmented) throw LinuxException.Last("setsockopt(PACKET_RX_RING)");
        }
    }

    private void Set(int level, int name, FilterProgram program, string operation)
    {
        fixed (ulong* instructions = program.Instructions)
        {
            var filter = new sock_fprog { len = checked((ushort)program.Length), filter = instructions };
            if (Libc.setsockopt(Fd, level, name, &filter, (uint)sizeof(sock_fprog)) < 0) throw LinuxException.Last(operation);
        }
    }

    private void Bind(int interfaceIndex)
    {
        var address = new sockaddr_ll
        {
            sll_family = Libc.AF_PACKET,
            sll_protocol = ETH_P_ALL_BE,
            sll_ifindex = interfaceIndex,
        };
        if (Libc.bind(Fd, &address, (uint)sizeof(sockaddr_ll)) < 0) throw LinuxException.Last("bind(AF_PACKET)");
    }

    private void JoinPromiscuous(int interfaceIndex)
    {
        var request = new packet_mreq { mr_ifindex = interfaceIndex, mr_type = PACKET_MR_PROMISC };
        if (Libc.setsockopt(Fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, (uint)sizeof(packet_mreq)) < 0)
            throw LinuxException.Last("setsockopt(PACKET_ADD_MEMBERSHIP)");
    }

    private void Set(int level, int name, int value, string operation)
    {
        if (Libc.setsockopt(Fd, level, name, &value, sizeof(int)) < 0) throw LinuxException.Last(operation);
    }
}
