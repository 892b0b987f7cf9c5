/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The calls into TLS libraries that a thread or goroutine is in. */
#ifndef WEIR_TLS_CALLS_H
#define WEIR_TLS_CALLS_H

#include "state.h"

/* Frames this close below belong to the same stack; fibres have stacks of their own. */
#define SAME_STACK (1 << 20)

/* The compiler, which knows that an index is small enough, would leave the mask out, by which alone some verifiers see it (Linux 6.1). */
static __always_inline struct frame *frame_at(struct calls *calls, __u32 index)
{
	barrier_var(index);
	return &calls->frames[index & (MAX_FRAMES - 1)];
}

/*
 * Adds a call. False when it is known already: the same function is probed twice (one library seen through two mounts), calls
 * itself by another name (gnutls_record_send by gnutls_record_send2), or grew its stack (Go).
 */
static __always_inline bool push(const struct caller *caller, const struct frame *frame)
{
	struct calls *calls = bpf_map_lookup_elem(&calling, caller);
	__u32 depth;

	if (!calls) {
		if (bpf_map_update_elem(&calling, caller, &no_calls, BPF_ANY))
			count(WEIR_LOST_TLS_TABLE_FULL);
		calls = bpf_map_lookup_elem(&calling, caller);
		if (!calls)
			return false;
	}
	depth = calls->depth;
	for (int i = 0; i < MAX_FRAMES && depth; i++) {
		struct frame *above = frame_at(calls, depth - 1);

		/* A call that lies deeper in the same stack than this one must have returned, unseen. */
		if (caller->goroutine || above->token >= frame->token || frame->token - above->token > SAME_STACK)
			break;
		depth--;
	}
	if (depth) {
		struct frame *above = frame_at(calls, depth - 1);

		if (above->object == frame->object && above->buffer == frame->buffer && above->length == frame->length &&
		    !((above->cookie ^ frame->cookie) & WEIR_TLS_COOKIE_DIRECTION))
			return false;
		/* The same place on the stack, or the same Conn again: that call is over. */
		if (above->token == frame->token)
			depth--;
	}
	if (depth >= MAX_FRAMES) {
		count(WEIR_LOST_TLS_DEPTH);
		return false;
	}
	*frame_at(calls, depth) = *frame;
	calls->depth = depth + 1;
	return true;
}

/* Takes away the call that returns to this stack pointer, and with it what lies above. */
static __always_inline bool pop(const struct caller *caller, __u64 token, struct frame *frame)
{
	struct calls *calls = bpf_map_lookup_elem(&calling, caller);

	if (!calls)
		return false;
	for (int i = MAX_FRAMES - 1; i >= 0; i--) {
		if (i >= calls->depth || calls->frames[i].token != token)
			continue;
		*frame = calls->frames[i];
		calls->depth = i;
		return true;
	}
	return false;
}

/* The same where the stack tells nothing: the innermost call of that direction. */
static __always_inline bool pop_direction(const struct caller *caller, __u64 direction, struct frame *frame)
{
	struct calls *calls = bpf_map_lookup_elem(&calling, caller);

	if (!calls)
		return false;
	for (int i = MAX_FRAMES - 1; i >= 0; i--) {
		if (i >= calls->depth || (calls->frames[i].cookie & WEIR_TLS_COOKIE_DIRECTION) != direction)
			continue;
		*frame = calls->frames[i];
		calls->depth = i;
		return true;
	}
	return false;
}

static __always_inline struct frame *top(const struct caller *caller)
{
	struct calls *calls = bpf_map_lookup_elem(&calling, caller);

	if (!calls || !calls->depth || calls->depth > MAX_FRAMES)
		return NULL;
	return frame_at(calls, calls->depth - 1);
}

/* Where the system call that is under way put what it received: its first buffer. */
static __always_inline bool received_into(struct pt_regs *regs, __u64 *buffer)
{
	long number = BPF_PROBE_READ(regs, orig_ax);
	__u64 argument = BPF_PROBE_READ(regs, si);
	struct user_message message;
	struct user_iovec vector;

	if (number == config.calls.read || number == config.calls.recvfrom) {
		*buffer = argument;
		return true;
	}
	if (number == config.calls.recvmsg) {
		if (bpf_probe_read_user(&message, sizeof(message), (void *)argument))
			return false;
		argument = message.vectors;
	} else if (number != config.calls.readv) {
		return false;
	}
	if (bpf_probe_read_user(&vector, sizeof(vector), (void *)argument))
		return false;
	*buffer = vector.base;
	return true;
}

#endif
