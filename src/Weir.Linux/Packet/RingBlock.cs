using static Weir.Linux.Native.PacketAbi;

namespace Weir.Linux;

/// <summary>The frames of one block, in order of arrival. Use it as <c>while (block.Next(out var frame))</c>.</summary>
public unsafe ref struct RingBlock
{
    private byte* _next;

    internal RingBlock(byte* start)
    {
        var description = (tpacket_block_desc*)start;
        Remaining = (int)description->num_pkts;
        _next = start + description->offset_to_first_pkt;
    }

    /// <summary>Frames not read yet.</summary>
    public int Remaining { get; private set; }

    public bool Next(out RingFrame frame)
    {
        if (Remaining == 0)
        {
            frame = default;
            return false;
        }

        frame = new RingFrame((tpacket3_hdr*)_next);
        _next += ((tpacket3_hdr*)_next)->tp_next_offset;
        Remaining--;
        return true;
    }
}

/// <summary>One frame inside a ring. Valid until its block is released.</summary>
public readonly unsafe ref struct RingFrame
{
    internal RingFrame(tpacket3_hdr* header)
    {
        Data = new ReadOnlySpan<byte>((byte*)header + header->tp_mac, (int)header->tp_snaplen);
        OriginalLength = (int)header->tp_len;
        TimestampNs = (header->tp_sec * 1_000_000_000L) + header->tp_nsec;
        // The address stands behind the header, whose size is a multiple of TPACKET_ALIGNMENT already.
        IsSent = ((sockaddr_ll*)((byte*)header + sizeof(tpacket3_hdr)))->sll_pkttype == FlowSteering.PACKET_OUTGOING;
        if ((header->tp_status & TP_STATUS_VLAN_VALID) == 0) return;
        VlanTci = (ushort)header->tp_vlan_tci;
        VlanTpid = (header->tp_status & TP_STATUS_VLAN_TPID_VALID) != 0 ? header->tp_vlan_tpid : (ushort)0x8100;
    }

    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Bytes on the wire, without the tag the kernel took out.</summary>
    public int OriginalLength { get; }

    /// <summary>CLOCK_REALTIME in Unix nanoseconds.</summary>
    public long TimestampNs { get; }

    /// <summary>This host sent it (PACKET_OUTGOING, packet(7)).</summary>
    public bool IsSent { get; }

    /// <summary>Tag control information the kernel took out of the frame; 0 without one.</summary>
    public ushort VlanTci { get; }

    /// <summary>EtherType of that tag (0x8100 or 0x88A8); 0 without one.</summary>
    public ushort VlanTpid { get; }
}
