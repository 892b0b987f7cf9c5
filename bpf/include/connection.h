/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What is known of a socket: found by its address, forgotten when the kernel destroys it. */
#ifndef WEIR_CONNECTION_H
#define WEIR_CONNECTION_H

#include "plane.h"

/* Data events of a connection, seen from its start, that may look like nothing before it is ignored. */
#define WEIR_TRIES 8

/* What each call needs comes first. */
struct connection {
	__u64 id;
	/* Address of the struct sock as a number: global functions take no pointer into the kernel. */
	__u64 socket;
	/* The socket at the other end and its connection, where that is on this host and watched; 0 where not. */
	__u64 peer;
	__u64 peer_id;
	/*
	 * Bytes sent that Weir has without a gap, as sequences: the first in the low half, that behind the last in the high one. One word,
	 * for the other end reads it on another CPU.
	 */
	__u64 given;
	/* The process that was last told to have this end. */
	__u32 named;
	__u16 local_port;
	__u16 remote_port;
	/* enum weir_role, enum weir_protocol */
	__u8 role;
	__u8 protocol;
	/* The start was seen. */
	__u8 opened;
	/* Weir has been told of it. */
	__u8 told;
	__u16 tries;
	/* The other end was looked for. */
	__u16 joined;
	__u64 cookie;
	/* Begin of the second that `window_bytes` counts. */
	__u64 window_ns;
	__u32 window_bytes;
	__u32 netns;
	__u8 local_address[16];
	__u8 remote_address[16];
	/* Sequences at which both directions began, where that was seen. */
	__u32 first_sent;
	__u32 first_received;
	__u64 opened_ns;
	__u32 handshake_us;
	__u32 padding;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct connection);
} connections SEC(".maps");

/* Numbers of connections, one counter a CPU; the CPU is the high half. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} connection_ids SEC(".maps");

static __always_inline __u64 next_connection_id(void)
{
	__u32 first = 0;
	__u64 *last = bpf_map_lookup_elem(&connection_ids, &first);

	if (!last)
		return 0;
	*last += 1;
	return ((__u64)(bpf_get_smp_processor_id() + 1) << 40) | *last;
}

static __always_inline bool is_in(const volatile struct weir_port_range *ranges, __u32 size, __u32 local, __u32 remote)
{
	for (int i = 0; i < WEIR_PORT_RANGES; i++) {
		if (i >= size)
			return false;
		if (local >= ranges[i].first && local <= ranges[i].last)
			return true;
		if (remote >= ranges[i].first && remote <= ranges[i].last)
			return true;
	}
	return false;
}

static __always_inline bool is_tcp(struct sock *sk)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	if (family != AF_INET && family != AF_INET6)
		return false;
	return BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP;
}

/* Addresses and ports; IPv4 becomes ::ffff:a.b.c.d. */
static __always_inline void identify(struct connection *connection, struct sock *sk)
{
	connection->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	connection->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	connection->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	connection->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET) {
		__be32 local = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		__be32 remote = BPF_CORE_READ(sk, __sk_common.skc_daddr);

		connection->local_address[10] = connection->local_address[11] = 0xff;
		connection->remote_address[10] = connection->remote_address[11] = 0xff;
		__builtin_memcpy(connection->local_address + 12, &local, 4);
		__builtin_memcpy(connection->remote_address + 12, &remote, 4);
		return;
	}
	BPF_CORE_READ_INTO(&connection->local_address, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
	BPF_CORE_READ_INTO(&connection->remote_address, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
}

/* What ports alone decide. A global function: the verifier looks at it once, whoever calls it. */
__attribute__((noinline)) int first_verdict(__u32 local, __u32 remote)
{
	if (is_in(config.left_out, config.left_out_count, local, remote))
		return WEIR_PROTOCOL_IGNORED;
	if (config.asked_count && is_in(config.asked, config.asked_count, local, remote))
		return WEIR_PROTOCOL_ASKED;
	if (config.only_asked)
		return WEIR_PROTOCOL_IGNORED;
	if (local == 53 || remote == 53)
		return WEIR_PROTOCOL_DNS;
	return WEIR_PROTOCOL_UNKNOWN;
}

/* Adds a connection, in the place of another that had the same address. */
static __always_inline struct connection *add_connection(struct sock *sk, struct connection *fresh)
{
	__u64 key = (__u64)sk;

	fresh->id = next_connection_id();
	fresh->socket = key;
	fresh->protocol = first_verdict(fresh->local_port, fresh->remote_port);
	count(WEIR_COUNT_CONNECTIONS);
	if (fresh->protocol == WEIR_PROTOCOL_IGNORED)
		count(WEIR_COUNT_CONNECTIONS_IGNORED);
	if (bpf_map_update_elem(&connections, &key, fresh, BPF_ANY)) {
		count(WEIR_LOST_TABLE_FULL);
		return NULL;
	}
	return bpf_map_lookup_elem(&connections, &key);
}

/* What is known of a socket that has this local port now; NULL when it was not seen before. */
static __always_inline struct connection *known_connection(__u64 socket, __u16 port)
{
	struct connection *known = bpf_map_lookup_elem(&connections, &socket);

	/* A closed socket has no port any more. Another one means that the memory was used again. */
	return known && (port == 0 || port == known->local_port) ? known : NULL;
}

/* A connection that is older than the probe is made known. */
static __always_inline struct connection *late_connection(struct sock *sk)
{
	struct connection fresh = {};

	identify(&fresh, sk);
	return add_connection(sk, &fresh);
}

/* Nothing of it is sent, and that has been told where it is worth telling. */
static __always_inline bool is_unwanted(const struct connection *connection)
{
	return connection->protocol == WEIR_PROTOCOL_IGNORED || (connection->protocol == WEIR_PROTOCOL_TLS && connection->told);
}

static __always_inline void describe_connection(struct weir_event *event, struct sock *sk, const struct connection *connection)
{
	event->connection = connection->id;
	event->socket = (__u64)sk;
	event->cookie = connection->cookie;
	event->netns = connection->netns;
	event->role = connection->role;
	event->protocol = connection->protocol;
	event->local_port = connection->local_port;
	event->remote_port = connection->remote_port;
	__builtin_memcpy(event->local_address, connection->local_address, 16);
	__builtin_memcpy(event->remote_address, connection->remote_address, 16);
	if (!connection->opened)
		event->flags |= WEIR_FLAG_MIDSTREAM;
}

#endif
