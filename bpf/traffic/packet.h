/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What a program on packets sees of one: the part of include/uapi/linux/bpf.h and if_packet.h that is read, in the kernel's order. */
#ifndef WEIR_TRAFFIC_PACKET_H
#define WEIR_TRAFFIC_PACKET_H

enum {
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_F_NO_PREALLOC = 1,
};

#define PACKET_OUTGOING 4

struct __sk_buff {
	__u32 len;
	__u32 pkt_type;
	__u32 mark;
	__u32 queue_mapping;
	__u32 protocol;
	__u32 vlan_present;
	__u32 vlan_tci;
	__u32 vlan_proto;
	__u32 priority;
	__u32 ingress_ifindex;
	__u32 ifindex;
};

#endif
