/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * io_uring: a send happens in no system call of its own, so its memory is not among anybody's arguments. tcp_sendmsg_locked (Linux 6.15)
 * shows it; sock_send_length afterwards tells how much of it was taken. Receives are told by their length only.
 */
#ifndef WEIR_URING_H
#define WEIR_URING_H

#include "call.h"

enum iter_type___now {
	ITER_UBUF___now,
	ITER_IOVEC___now,
};

struct uring_send {
	__u64 socket;
	__u64 pointer;
	__u64 size;
	__u64 skip;
	__u32 memory;
	__u32 padding;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct uring_send);
} uring_sends SEC(".maps");

static __always_inline bool in_uring(const struct call *call)
{
	return call->number == config.calls.io_uring_enter;
}

/* A send begins or goes on; only its begin counts. */
static __always_inline void begin_uring_send(struct sock *sk, const struct msghdr *message)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct uring_send *known = bpf_map_lookup_elem(&uring_sends, &thread);
	__u8 type = BPF_CORE_READ(message, msg_iter.iter_type);
	struct uring_send fresh = { .socket = (__u64)sk };

	if (known && known->socket == (__u64)sk)
		return;
	if (type == bpf_core_enum_value(enum iter_type___now, ITER_UBUF___now)) {
		fresh.memory = MEMORY_BUFFER;
		fresh.pointer = (__u64)BPF_CORE_READ(message, msg_iter.ubuf) + BPF_CORE_READ(message, msg_iter.iov_offset);
	} else if (type == bpf_core_enum_value(enum iter_type___now, ITER_IOVEC___now)) {
		fresh.memory = MEMORY_VECTORS;
		fresh.pointer = (__u64)BPF_CORE_READ(message, msg_iter.__iov);
		fresh.size = BPF_CORE_READ(message, msg_iter.nr_segs);
		fresh.skip = BPF_CORE_READ(message, msg_iter.iov_offset);
	} else {
		return;
	}
	bpf_map_update_elem(&uring_sends, &thread, &fresh, BPF_ANY);
}

/* The send is over: where its bytes are. */
static __always_inline void end_uring_send(struct sock *sk, struct call *call)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct uring_send *known = bpf_map_lookup_elem(&uring_sends, &thread);

	if (!known)
		return;
	if (known->socket == (__u64)sk) {
		call->memory = known->memory;
		call->pointer = known->pointer;
		call->size = known->size;
		call->skip = known->skip;
	}
	bpf_map_delete_elem(&uring_sends, &thread);
}

#endif
