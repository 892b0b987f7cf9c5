/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Finds addresses and protocol of a frame where that is plain; what it says is what Weir.Packets.PacketDecoder says. */
#ifndef WEIR_TRAFFIC_DECODE_H
#define WEIR_TRAFFIC_DECODE_H

#define ETHERNET_BYTES 14
#define UDP_BYTES 8
#define VXLAN_BYTES 8
#define GENEVE_BYTES 8
#define IPV6_BYTES 40

enum {
	TYPE_IPV4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_VLAN = 0x8100,
	TYPE_PROVIDER_VLAN = 0x88A8,
	TYPE_BRIDGED = 0x6558,
	TYPE_IPV6 = 0x86DD,
};

enum {
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_IPIP = 4,
	PROTOCOL_UDP = 17,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_GRE = 47,
	PROTOCOL_AUTHENTICATION = 51,
	PROTOCOL_DESTINATION = 60,
};

struct ipv4_header {
	__u8 version_length;
	__u8 service;
	__be16 total;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__u8 source[4];
	__u8 destination[4];
};

struct ipv6_header {
	__u8 version_class;
	__u8 flow[3];
	__be16 payload;
	__u8 next;
	__u8 hops;
	__u8 source[16];
	__u8 destination[16];
};

struct udp_header {
	__be16 source;
	__be16 destination;
	__be16 length;
	__be16 checksum;
};

/* What lies between two offsets of a frame. */
struct part {
	__u32 at;
	__u32 end;
};

enum found {
	/* Not plain. */
	HAND_OVER,
	COUNT,
	/* A frame of Ethernet lies in `part`. */
	INSIDE,
};

static __always_inline void map_ipv4(__u8 *to, const __u8 *from)
{
	__builtin_memset(to, 0, 10);
	to[10] = to[11] = 0xff;
	__builtin_memcpy(to + 12, from, 4);
}

static __always_inline bool has_tunnel_port(struct udp_header *udp, __u32 *kind)
{
	__u32 source = bpf_ntohs(udp->source), destination = bpf_ntohs(udp->destination);
	__u64 mask = config.port_mask;
	__u32 *found;

	if (!(((mask >> ((source ^ (source >> 6)) & 63)) | (mask >> ((destination ^ (destination >> 6)) & 63))) & 1))
		return false;
	found = bpf_map_lookup_elem(&tunnel_ports, &destination);
	if (found) {
		*kind = *found;
		return true;
	}
	/* Those of VXLAN and Geneve say nothing as a source; of the others Weir knows which do. */
	*kind = WEIR_PORT_OTHER;
	found = bpf_map_lookup_elem(&tunnel_ports, &source);
	return found && *found == WEIR_PORT_OTHER;
}

/* RFC 4380 §5.1.1 between peers: IPv6 that fills the datagram. Its addresses would decide; that many are handed over. */
static __always_inline bool may_be_teredo(struct __sk_buff *skb, __u32 at, __u32 payload)
{
	__u8 start[6];

	if (payload < IPV6_BYTES || bpf_skb_load_bytes(skb, at, start, sizeof(start)) < 0)
		return false;
	return start[0] >> 4 == 6 && ((__u32)start[4] << 8 | start[5]) + IPV6_BYTES == payload;
}

/* RFC 7348 §5 without group policy; RFC 8926 §3.4 with Ethernet inside. */
static __always_inline bool enter(struct __sk_buff *skb, __u32 kind, struct part *part)
{
	__u8 header[8];

	if (bpf_skb_load_bytes(skb, part->at, header, sizeof(header)) < 0)
		return false;
	if (kind == WEIR_PORT_VXLAN) {
		if (header[0] != 0x08 || header[1] | header[2] | header[3] | header[7])
			return false;
		part->at += VXLAN_BYTES;
	} else {
		if (header[0] & 0xC0 || header[1] & 0xBF || header[7] || ((__u32)header[2] << 8 | header[3]) != TYPE_BRIDGED)
			return false;
		part->at += GENEVE_BYTES + (header[0] & 0x3F) * 4;
	}
	return part->at + ETHERNET_BYTES <= part->end;
}

static __always_inline enum found decode_udp(struct __sk_buff *skb, struct part *part, bool is_inside)
{
	struct udp_header udp;
	__u32 kind = 0, length;
	bool is_tunnel;

	/* Cut off or malformed: no tunnel, and the addresses count. */
	if (part->at + UDP_BYTES > part->end || bpf_skb_load_bytes(skb, part->at, &udp, sizeof(udp)) < 0)
		return COUNT;
	is_tunnel = has_tunnel_port(&udp, &kind);
	length = bpf_ntohs(udp.length);
	if (length < UDP_BYTES || part->at + length > part->end)
		return is_tunnel ? HAND_OVER : COUNT;
	part->end = part->at + length;
	part->at += UDP_BYTES;
	if (!is_tunnel)
		return may_be_teredo(skb, part->at, part->end - part->at) ? HAND_OVER : COUNT;
	if (is_inside || !config.looks_inside || kind == WEIR_PORT_OTHER)
		return HAND_OVER;
	return enter(skb, kind, part) ? INSIDE : HAND_OVER;
}

static __always_inline enum found decode_upper(struct __sk_buff *skb, __u8 protocol, bool is_ipv6, struct part *part, bool is_inside)
{
	switch (protocol) {
	case PROTOCOL_UDP:
		return decode_udp(skb, part, is_inside);
	case PROTOCOL_IPIP:
	case PROTOCOL_IPV6:
	case PROTOCOL_GRE:
	case PROTOCOL_AUTHENTICATION:
		return HAND_OVER;
	case PROTOCOL_HOP_BY_HOP:
	case PROTOCOL_ROUTING:
	case PROTOCOL_FRAGMENT:
	case PROTOCOL_DESTINATION:
		return is_ipv6 ? HAND_OVER : COUNT;
	default:
		return COUNT;
	}
}

/* RFC 791 §3.1. Of fragments the addresses count, whatever they are fragments of. */
static __always_inline enum found decode_ipv4(struct __sk_buff *skb, struct part *part, struct weir_traffic_key *key, bool is_inside)
{
	struct ipv4_header header;
	__u32 header_length, total;

	if (part->at + sizeof(header) > part->end || bpf_skb_load_bytes(skb, part->at, &header, sizeof(header)) < 0)
		return HAND_OVER;
	header_length = (header.version_length & 15) * 4;
	total = bpf_ntohs(header.total);
	if (header.version_length >> 4 != 4 || header_length < sizeof(header) || part->at + header_length > part->end)
		return HAND_OVER;
	/* Offload leaves 0 where 16 bits do not suffice: then the frame's length counts. */
	if (total != 0) {
		if (total < header_length || part->at + total > part->end)
			return HAND_OVER;
		part->end = part->at + total;
	}
	map_ipv4(key->source, header.source);
	map_ipv4(key->destination, header.destination);
	key->protocol = header.protocol;
	part->at += header_length;
	if (bpf_ntohs(header.fragment) & 0x3FFF)
		return COUNT;
	return decode_upper(skb, header.protocol, false, part, is_inside);
}

/* RFC 8200 §3. */
static __always_inline enum found decode_ipv6(struct __sk_buff *skb, struct part *part, struct weir_traffic_key *key, bool is_inside)
{
	struct ipv6_header header;
	__u32 payload;

	if (part->at + sizeof(header) > part->end || bpf_skb_load_bytes(skb, part->at, &header, sizeof(header)) < 0)
		return HAND_OVER;
	if (header.version_class >> 4 != 6)
		return HAND_OVER;
	payload = bpf_ntohs(header.payload);
	part->at += IPV6_BYTES;
	/* 0 is offload, or an option that tells the length, behind which it is not plain any more. */
	if (payload != 0) {
		if (part->at + payload > part->end)
			return HAND_OVER;
		part->end = part->at + payload;
	}
	__builtin_memcpy(key->source, header.source, 16);
	__builtin_memcpy(key->destination, header.destination, 16);
	key->protocol = header.next;
	return decode_upper(skb, header.next, true, part, is_inside);
}

static __always_inline enum found decode_network(
	struct __sk_buff *skb, __u32 type, struct part *part, struct weir_traffic_key *key, bool is_inside)
{
	if (type == TYPE_IPV4)
		return decode_ipv4(skb, part, key, is_inside);
	if (type == TYPE_IPV6)
		return decode_ipv6(skb, part, key, is_inside);
	if (type != TYPE_ARP || is_inside)
		return HAND_OVER;
	key->kind = WEIR_TRAFFIC_NOT_IP;
	return COUNT;
}

/* Ethernet's type, behind up to two tags. False when the frame is too short. */
static __always_inline bool read_type(struct __sk_buff *skb, struct part *part, __u32 *type)
{
	__be16 value;
	int tags;

	part->at += ETHERNET_BYTES;
	if (part->at > part->end || bpf_skb_load_bytes(skb, part->at - 2, &value, sizeof(value)) < 0)
		return false;
	*type = bpf_ntohs(value);
#pragma unroll
	for (tags = 0; tags < 2; tags++) {
		if (*type != TYPE_VLAN && *type != TYPE_PROVIDER_VLAN)
			break;
		part->at += 4;
		if (part->at > part->end || bpf_skb_load_bytes(skb, part->at - 2, &value, sizeof(value)) < 0)
			return false;
		*type = bpf_ntohs(value);
	}
	return true;
}

/* The frame inside a tunnel. What does not look like one leaves the datagram what it was, which Weir decides. */
static __always_inline bool decode_inside(struct __sk_buff *skb, struct part *part, struct weir_traffic_key *key)
{
	__u8 from;
	__be16 type;

	/* The group bit of a source address is never set (IEEE 802.3 §3.2.3). */
	if (bpf_skb_load_bytes(skb, part->at + 6, &from, sizeof(from)) < 0 || from & 1)
		return false;
	if (bpf_skb_load_bytes(skb, part->at + 12, &type, sizeof(type)) < 0)
		return false;
	part->at += ETHERNET_BYTES;
	return decode_network(skb, bpf_ntohs(type), part, key, true) == COUNT;
}

/* Fills the key; false when the frame is to be handed over. */
static __always_inline bool decode(struct __sk_buff *skb, bool begins_with_ip, struct weir_traffic_key *key)
{
	struct part part = { .at = 0, .end = skb->len };
	enum found found;
	__u8 first;
	__u32 type;

	if (begins_with_ip) {
		if (bpf_skb_load_bytes(skb, 0, &first, sizeof(first)) < 0)
			return false;
		type = first >> 4 == 4 ? TYPE_IPV4 : first >> 4 == 6 ? TYPE_IPV6 : 0;
	} else if (!read_type(skb, &part, &type)) {
		return false;
	}
	found = decode_network(skb, type, &part, key, false);
	return found == INSIDE ? decode_inside(skb, &part, key) : found == COUNT;
}

#endif
