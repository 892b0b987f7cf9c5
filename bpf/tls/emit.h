/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Plaintext into the ring. */
#ifndef WEIR_TLS_EMIT_H
#define WEIR_TLS_EMIT_H

#include "state.h"

#define MAX_PARTS 16

static __always_inline void fill_session(struct weir_event *event, struct session *session, __u64 object)
{
	event->role = WEIR_ROLE_UNKNOWN;
	event->protocol = WEIR_PROTOCOL_UNKNOWN;
	event->time_ns = bpf_ktime_get_ns();
	event->connection = session->id;
	event->socket = session->peer.socket;
	event->cookie = session->peer.cookie;
	event->netns = session->peer.netns;
	event->reserved = session->library;
	event->local_port = session->peer.local_port;
	event->remote_port = session->peer.remote_port;
	__builtin_memcpy(event->local_address, session->peer.local, 16);
	__builtin_memcpy(event->remote_address, session->peer.remote, 16);
	event->ssl = object;
	event->binding = session->binding;
	__builtin_memset(event->padding, 0, sizeof(event->padding));
	event->call = 0;
}

/* Sessions whose socket is not known are sampled by their number. */
static __always_inline bool is_sampled_session(const struct session *session)
{
	return session->binding ? is_sampled(session->peer.local_port, session->peer.remote_port) : is_sampled((__u32)session->id, 0);
}

/* One event of at most `room` bytes of payload; `room` is a constant, as bpf_ringbuf_reserve demands. */
static __always_inline bool emit_class(
	struct session *session, __u64 object, __u64 from, __u32 bytes, __u32 total, __u32 direction, __u32 flags, const __u32 room)
{
	struct weir_event *event = bpf_ringbuf_reserve(&events, sizeof(*event) + room, 0);
	__u64 length = bytes;

	if (!event)
		return false;
	event->kind = WEIR_KIND_TLS_DATA;
	event->direction = direction;
	event->flags = 0;
	fill_session(event, session, object);
	describe_process(event);
	flags |= WEIR_FLAG_SEQUENCE | (session->handshake_seen ? 0 : WEIR_FLAG_MIDSTREAM);
	asm volatile("" : "+r"(length));
	if (length > room)
		length = room;
	if (length && bpf_probe_read_user((void *)(event + 1), length, (void *)from)) {
		count_more(WEIR_LOST_FAULT_BYTES, length);
		flags |= WEIR_FLAG_FAULT;
		length = 0;
	}
	event->seq = __sync_fetch_and_add(&session->moved[direction & 1], total);
	event->ack = session->moved[(direction & 1) ^ 1];
	event->flags |= flags;
	event->total = total;
	event->captured = length;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return true;
}

/* Everything that one call moved. What the ring has no room for is told by the positions of what comes next. */
static __always_inline void emit(struct session *session, __u64 object, __u64 from, __u64 total, __u32 direction)
{
	struct weir_control *now = current_control();
	__u32 left, keep, part, whole;
	bool sent;

	direction &= 1;
	if (!now || !total)
		return;
	left = total > 0x7fffffff ? 0x7fffffff : total;
	if (now->level == WEIR_LEVEL_OFF || (now->level == WEIR_LEVEL_SAMPLE && !is_sampled_session(session))) {
		/* What comes later tells by its position that this is missing. */
		__sync_fetch_and_add(&session->moved[direction], left);
		if (now->level == WEIR_LEVEL_SAMPLE)
			count(WEIR_LOST_SAMPLED_CALLS);
		return;
	}
	keep = now->level == WEIR_LEVEL_METADATA ? 0 : now->level == WEIR_LEVEL_HEADERS ? now->header_bytes : now->call_bytes;
	if (keep > left)
		keep = left;
	if (keep < left) {
		bool whole_calls = now->level == WEIR_LEVEL_BODIES || now->level == WEIR_LEVEL_SAMPLE;

		count_more(whole_calls ? WEIR_LOST_CALL_LIMIT_BYTES : WEIR_LOST_LEVEL_BYTES, left - keep);
	}
	count(WEIR_COUNT_TLS_CALLS);
	count_more(WEIR_COUNT_TLS_BYTES, left);
	if (!session->binding)
		count(WEIR_COUNT_TLS_UNBOUND);

	for (int i = 0; i < MAX_PARTS; i++) {
		bool last = keep <= WEIR_EVENT_BYTES || i == MAX_PARTS - 1;

		part = keep < WEIR_EVENT_BYTES ? keep : WEIR_EVENT_BYTES;
		whole = last ? left : part;
		__u32 flags = whole > part ? WEIR_FLAG_TRUNCATED : 0;

		if (part <= 256)
			sent = emit_class(session, object, from, part, whole, direction, flags, 256);
		else if (part <= 1024)
			sent = emit_class(session, object, from, part, whole, direction, flags, 1024);
		else if (part <= 4096)
			sent = emit_class(session, object, from, part, whole, direction, flags, 4096);
		else
			sent = emit_class(session, object, from, part, whole, direction, flags, WEIR_EVENT_BYTES);
		if (!sent) {
			count(WEIR_LOST_RING_FULL);
			count_more(WEIR_LOST_RING_FULL_BYTES, left);
			__sync_fetch_and_add(&session->moved[direction], left);
			return;
		}
		if (last)
			return;
		left -= part;
		keep -= part;
		from += part;
	}
}

/* Something about a session that is not plaintext. */
static __always_inline void emit_control(struct session *session, __u64 object, __u8 kind)
{
	struct weir_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count(WEIR_LOST_CONTROL_EVENTS);
		return;
	}
	event->kind = kind;
	event->direction = 0;
	event->flags = WEIR_FLAG_SEQUENCE;
	fill_session(event, session, object);
	describe_process(event);
	event->seq = session->moved[WEIR_SENT];
	event->ack = session->moved[WEIR_RECEIVED];
	event->total = 0;
	event->captured = 0;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

#endif
