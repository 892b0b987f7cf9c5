/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Both ends of a connection on this host: each byte is seen when it is sent and when it is received. What the sender has given Weir
 * whole, its receiver does not give again. Nothing is left out on trust: the sequences of the sender's bytes say what is there, so what
 * had no buffer, was cut, or found the ring full comes from the receiver.
 */
#ifndef WEIR_PEER_H
#define WEIR_PEER_H

#include "connection.h"

/* Bytes behind the last one given for which the range is kept: sequences are compared within half of their 32 bits. */
#define WEIR_GIVEN_BYTES (1u << 30)

/* One end, as it sees itself. */
struct end {
	__u8 local_address[16];
	__u8 remote_address[16];
	__u16 local_port;
	__u16 remote_port;
	/* 0 for addresses that mean the same in each namespace. */
	__u32 netns;
};

struct waiting_end {
	__u64 socket;
	__u64 id;
};

/* Ends whose other end was not seen yet. Those to other hosts stay until they close, or others take their place. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct end);
	__type(value, struct waiting_end);
} waiting_ends SEC(".maps");

/* 127.0.0.0/8 as ::ffff:127.x.y.z, ::1, or an address that talks to itself: these stay within a namespace. */
static __always_inline bool stays_within(const struct connection *connection)
{
	__u64 local[2], remote[2];

	__builtin_memcpy(local, connection->local_address, 16);
	__builtin_memcpy(remote, connection->remote_address, 16);
	if (local[0] == remote[0] && local[1] == remote[1])
		return true;
	return connection->local_address[10] == 0xff && connection->local_address[12] == 127;
}

static __always_inline void name_end(struct end *end, const struct connection *connection, bool other)
{
	__builtin_memcpy(end->local_address, other ? connection->remote_address : connection->local_address, 16);
	__builtin_memcpy(end->remote_address, other ? connection->local_address : connection->remote_address, 16);
	end->local_port = other ? connection->remote_port : connection->local_port;
	end->remote_port = other ? connection->local_port : connection->remote_port;
	end->netns = stays_within(connection) ? connection->netns : 0;
}

/* Looks for the other end, once a connection; whichever end comes second finds the first. A global function, for its room on the stack. */
__attribute__((noinline)) int join_ends(__u64 socket)
{
	struct connection *connection = bpf_map_lookup_elem(&connections, &socket);
	struct waiting_end here = { .socket = socket }, there;
	struct waiting_end *waiting;
	struct connection *peer;
	struct end end;

	if (!connection)
		return 0;
	connection->joined = 1;
	here.id = connection->id;
	name_end(&end, connection, false);
	bpf_map_update_elem(&waiting_ends, &end, &here, BPF_ANY);
	name_end(&end, connection, true);
	waiting = bpf_map_lookup_elem(&waiting_ends, &end);
	/* A socket may be connected to itself. */
	if (!waiting || waiting->socket == socket)
		return 0;
	there = *waiting;
	peer = bpf_map_lookup_elem(&connections, &there.socket);
	bpf_map_delete_elem(&waiting_ends, &end);
	if (!peer || peer->id != there.id)
		return 0;
	peer->peer_id = here.id;
	peer->peer = socket;
	connection->peer_id = there.id;
	connection->peer = there.socket;
	name_end(&end, connection, false);
	bpf_map_delete_elem(&waiting_ends, &end);
	return 0;
}

/* The end is gone: nobody shall find it any more. */
__attribute__((noinline)) int leave_ends(__u64 socket)
{
	struct connection *connection = bpf_map_lookup_elem(&connections, &socket);
	struct end end;

	if (!connection)
		return 0;
	name_end(&end, connection, false);
	bpf_map_delete_elem(&waiting_ends, &end);
	return 0;
}

/* Weir has these bytes. What it lacks before them, if anything, is not asked for again. */
static __always_inline void remember_given(struct connection *connection, __u32 seq, __u32 length)
{
	__u64 given = connection->given;
	__u32 first = given, behind = given >> 32;

	if (!length)
		return;
	if (!given || behind != seq)
		first = seq;
	behind = seq + length;
	if (behind - first > WEIR_GIVEN_BYTES)
		first = behind - WEIR_GIVEN_BYTES;
	*(volatile __u64 *)&connection->given = (__u64)behind << 32 | first;
}

/*
 * Whether a receive brings Weir nothing: its bytes came from the sender, and who reads them is known. Before the bytes a level leaves out,
 * both ends are alike.
 */
static __always_inline bool is_given(struct connection *connection, __u32 process, __u32 level, __u32 seq, __u32 length)
{
	struct connection *sender;
	__u64 given;
	__u64 key;

	if (!connection->peer || connection->named != process || connection->protocol == WEIR_PROTOCOL_UNKNOWN)
		return false;
	key = connection->peer;
	sender = bpf_map_lookup_elem(&connections, &key);
	if (!sender || sender->id != connection->peer_id) {
		connection->peer = 0;
		return false;
	}
	if (level == WEIR_LEVEL_METADATA)
		return true;
	given = *(volatile __u64 *)&sender->given;
	return given && (__s32)(seq - (__u32)given) >= 0 && (__s32)((__u32)(given >> 32) - (seq + length)) >= 0;
}

#endif
