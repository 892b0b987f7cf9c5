using System.Runtime.InteropServices;

namespace Weir.Linux.Native;

/// <summary>linux/if_packet.h: numbers and layouts, names kept.</summary>
internal static class PacketAbi
{
    public const int SOL_PACKET = 263;
    public const int PACKET_ADD_MEMBERSHIP = 1;
    public const int PACKET_RX_RING = 5;
    public const int PACKET_STATISTICS = 6;
    public const int PACKET_VERSION = 10;
    public const int PACKET_RESERVE = 12;
    public const int PACKET_FANOUT = 18;
    public const int PACKET_IGNORE_OUTGOING = 23;
    public const int TPACKET_V3 = 2;
    public const ushort PACKET_MR_PROMISC = 1;
    public const int PACKET_FANOUT_HASH = 0;
    public const int PACKET_FANOUT_CBPF = 6;
    public const int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
    public const int PACKET_FANOUT_FLAG_DEFRAG = 0x8000;
    public const int PACKET_FANOUT_DATA = 22;
    public const uint TP_STATUS_KERNEL = 0;
    public const uint TP_STATUS_USER = 1;
    public const uint TP_STATUS_VLAN_VALID = 0x10;
    public const uint TP_STATUS_VLAN_TPID_VALID = 0x40;

    /// <summary>ETH_P_ALL (0x0003) in network byte order, as bind(2) wants it.</summary>
    public const ushort ETH_P_ALL_BE = 0x0300;

    [StructLayout(LayoutKind.Sequential)]
    public struct tpacket_req3
    {
        public uint tp_block_size;
        public uint tp_block_nr;
        public uint tp_frame_size;
        public uint tp_frame_nr;
        public uint tp_retire_blk_tov;
        public uint tp_sizeof_priv;
        public uint tp_feature_req_word;
    }

    /// <summary>tpacket_block_desc with its tpacket_hdr_v1.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct tpacket_block_desc
    {
        public uint version;
        public uint offset_to_priv;
        public uint block_status;
        public uint num_pkts;
        public uint offset_to_first_pkt;
        public uint blk_len;
        public ulong seq_num;
        public uint ts_first_sec;
        public uint ts_first_nsec;
        public uint ts_last_sec;
        public uint ts_last_nsec;
    }

    [StructLayout(LayoutKind.Sequential, Size = 48)]
    public struct tpacket3_hdr
    {
        public uint tp_next_offset;
        public uint tp_sec;
        public uint tp_nsec;
        public uint tp_snaplen;
        public uint tp_len;
        public uint tp_status;
        public ushort tp_mac;
        public ushort tp_net;
        public uint tp_rxhash;
        public uint tp_vlan_tci;
        public ushort tp_vlan_tpid;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct sockaddr_ll
    {
        public ushort sll_family;
        public ushort sll_protocol;
        public int sll_ifindex;
        public ushort sll_hatype;
        public byte sll_pkttype;
        public byte sll_halen;
        public ulong sll_addr;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct packet_mreq
    {
        public int mr_ifindex;
        public ushort mr_type;
        public ushort mr_alen;
        public ulong mr_address;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct tpacket_stats_v3
    {
        public uint tp_packets;
        public uint tp_drops;
        public uint tp_freeze_q_cnt;
    }

    /// <summary>linux/filter.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct sock_fprog
    {
        public ushort len;
        public ulong* filter;
    }
}
