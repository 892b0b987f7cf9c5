/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* sendmmsg and recvmmsg: several messages in one system call. */
#ifndef WEIR_MESSAGES_H
#define WEIR_MESSAGES_H

#include "send.h"

/* Messages of one call whose bytes are read; TCP rarely has more than one. */
#define WEIR_MESSAGES 8

/*
 * Messages that a thread's call has done: the kernel's tracepoints tell each, but not which it is. No entry: the call was not seen to begin,
 * and only if it has a single message is it known which that is.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u32);
} messages_done SEC(".maps");

static __always_inline void begin_messages(void)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u32 none = 0;

	bpf_map_update_elem(&messages_done, &thread, &none, BPF_ANY);
}

/* The next message of the current call. */
static __always_inline void next_message(struct call *call, __u32 length)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u32 *done = bpf_map_lookup_elem(&messages_done, &thread);
	__u32 index = 0;

	if (done) {
		index = *done;
		*done += 1;
	} else if (call->size != 1) {
		count(WEIR_LOST_MESSAGES);
		return;
	}
	open_message(call, call->pointer + (__u64)index * sizeof(struct user_messages), length);
}

/* All messages of a call that is over; the kernel has written the length of each into the array. */
static __always_inline void observe_messages(__u32 direction, __u32 done, struct call *call)
{
	__u64 array = call->pointer;
	__u32 behind = 0;

	if (done > WEIR_MESSAGES) {
		/* Where the first ones stand in the stream is not known without the lengths of all; the sequence of the next call tells the gap. */
		count_more(WEIR_LOST_MESSAGES, done);
		return;
	}
	for (int i = 0; i < WEIR_MESSAGES && i < done; i++) {
		__u32 length = 0;

		bpf_probe_read_user(&length, sizeof(length), (const void *)(array + i * sizeof(struct user_messages) + sizeof(struct user_message)));
		behind += length;
	}
	for (int i = 0; i < WEIR_MESSAGES && i < done; i++) {
		__u32 length = 0;

		bpf_probe_read_user(&length, sizeof(length), (const void *)(array + i * sizeof(struct user_messages) + sizeof(struct user_message)));
		if (!length)
			continue;
		open_message(call, array + i * sizeof(struct user_messages), length);
		observe(direction, length, behind);
		behind -= length;
	}
}

#endif
