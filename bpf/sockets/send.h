/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* From a call on a socket to events in the ring. */
#ifndef WEIR_SEND_H
#define WEIR_SEND_H

#include "connection.h"
#include "verdict.h"
#include "call.h"
#include "peer.h"

/* Vectors of one call whose bytes are read, of at most 1024 that the kernel takes (UIO_MAXIOV); what lies behind is counted. */
#define WEIR_VECTORS 32
/* Events of one vector. */
#define WEIR_CHUNKS 8
#define NSEC_PER_SEC 1000000000ull

static __always_inline void lost_record(__u32 bytes)
{
	count(WEIR_LOST_RING_FULL);
	count_more(WEIR_LOST_RING_FULL_BYTES, bytes);
}

/* One event in a record of constant size, as the ring demands. The limit of `length` must stand right before the copy: clang 14 loses it. */
#define SUBMIT_CLASS(room)                                                                                    \
	do {                                                                                                   \
		struct weir_event *event = bpf_ringbuf_reserve(&events, sizeof(struct weir_event) + (room), 0); \
		__u64 length = captured;                                                                       \
                                                                                                               \
		if (!event) {                                                                                  \
			lost_record(total);                                                                    \
			return 0;                                                                              \
		}                                                                                              \
		*event = *header;                                                                              \
		event->seq = header->seq + offset;                                                             \
		event->total = total;                                                                          \
		if (captured < total)                                                                          \
			event->flags |= WEIR_FLAG_TRUNCATED;                                                   \
		asm volatile("" : "+r"(length));                                                               \
		if (length > (room))                                                                           \
			length = (room);                                                                       \
		if (length && bpf_probe_read_user(event + 1, length, (const void *)buffer)) {                  \
			event->flags |= WEIR_FLAG_FAULT | WEIR_FLAG_TRUNCATED;                                 \
			count_more(WEIR_LOST_FAULT_BYTES, captured);                                           \
			length = 0;                                                                            \
		}                                                                                              \
		event->captured = length;                                                                      \
		work->told++;                                                                                  \
		if (offset == work->given)                                                                     \
			work->given += length;                                                                 \
		count(WEIR_COUNT_EVENTS);                                                                      \
		count_more(WEIR_COUNT_CAPTURED_BYTES, length);                                                 \
		bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);                                                   \
	} while (0)

/*
 * Sends an event for `total` bytes of the call, which begin at `offset` in it, with the first `captured` of them from user memory.
 * A global function: the verifier looks at it once, with any arguments, whatever loops call it.
 */
__attribute__((noinline)) int send_chunk(__u64 buffer, __u32 captured, __u32 total, __u32 offset)
{
	struct work *work = work_of_cpu();
	struct weir_event *header;

	if (!work)
		return 0;
	header = &work->header;
	if (captured > WEIR_EVENT_BYTES)
		captured = WEIR_EVENT_BYTES;
	if (captured <= 256)
		SUBMIT_CLASS(256);
	else if (captured <= 1024)
		SUBMIT_CLASS(1024);
	else if (captured <= 4096)
		SUBMIT_CLASS(4096);
	else
		SUBMIT_CLASS(WEIR_EVENT_BYTES);
	return 0;
}

/*
 * Sends `length` bytes of one buffer. `left` is what may still be captured of the call; returns what remains of it. What may not is told
 * by the length of the last event.
 */
__attribute__((noinline)) int send_buffer(__u64 buffer, __u32 length, __u32 offset, __u32 left)
{
	for (int i = 0; i < WEIR_CHUNKS && length; i++) {
		__u32 captured = length < left ? length : left;
		__u32 total = length;

		if (captured > WEIR_EVENT_BYTES)
			captured = WEIR_EVENT_BYTES;
		/* More of it follows: this event stands for what it carries. */
		if (captured && captured < length && captured < left && i + 1 < WEIR_CHUNKS)
			total = captured;
		send_chunk(buffer, captured, total, offset);
		buffer += total;
		offset += total;
		length -= total;
		left -= captured;
	}
	return left;
}

__attribute__((noinline)) int send_vectors(__u64 vectors, __u64 count_of, __u64 skip, __u32 length, __u32 left)
{
	__u32 offset = 0;

	for (int i = 0; i < WEIR_VECTORS && length; i++) {
		struct user_iovec vector = {};
		__u32 part;

		if (i >= count_of)
			break;
		if (bpf_probe_read_user(&vector, sizeof(vector), (const void *)(vectors + i * sizeof(vector)))) {
			count_more(WEIR_LOST_FAULT_BYTES, length);
			break;
		}
		if (skip) {
			vector.base += skip;
			vector.length = vector.length > skip ? vector.length - skip : 0;
			skip = 0;
		}
		part = vector.length < length ? (__u32)vector.length : length;
		left = send_buffer(vector.base, part, offset, left);
		offset += part;
		length -= part;
	}
	if (!length)
		return 0;
	count_more(WEIR_LOST_VECTORS_BYTES, length);
	send_chunk(0, 0, length, offset);
	return 0;
}

/* What the first bytes of the call look like, as many of them as lie together. A global function, as above. */
__attribute__((noinline)) int look_at_memory(__u64 pointer, __u64 skip, __u32 memory, __u32 length)
{
	__u8 bytes[WEIR_PEEK] = {};
	__u64 buffer = pointer;
	__u64 size = length;

	if (memory != MEMORY_BUFFER && memory != MEMORY_VECTORS)
		return WEIR_LOOK_NOTHING;
	if (memory == MEMORY_VECTORS) {
		struct user_iovec vector = {};

		/* An empty first vector is rare; the second is not looked for. */
		if (bpf_probe_read_user(&vector, sizeof(vector), (const void *)pointer))
			return WEIR_LOOK_NOTHING;
		buffer = vector.base + skip;
		vector.length = vector.length > skip ? vector.length - skip : 0;
		if (vector.length < size)
			size = vector.length;
	}
	if (size > WEIR_PEEK)
		size = WEIR_PEEK;
	asm volatile("" : "+r"(size));
	if (size > WEIR_PEEK)
		return WEIR_LOOK_NOTHING;
	if (size == 0 || bpf_probe_read_user(bytes, size, (const void *)buffer))
		return WEIR_LOOK_NOTHING;
	return look_at(bytes, (__u32)size);
}

/* Decides what the connection is, as long as that is open. False: nothing of this call is sent. */
static __always_inline bool decide(struct connection *connection, const struct call *call, __u32 length, __u32 *flags)
{
	int look;

	if (connection->protocol == WEIR_PROTOCOL_IGNORED || connection->protocol == WEIR_PROTOCOL_TLS)
		return false;
	if (connection->protocol != WEIR_PROTOCOL_UNKNOWN && (connection->protocol != WEIR_PROTOCOL_ASKED || connection->tries))
		return true;
	look = look_at_memory(call->pointer, call->skip, call->memory, length);
	if (look == WEIR_LOOK_HTTP1) {
		if (connection->protocol == WEIR_PROTOCOL_UNKNOWN)
			connection->protocol = WEIR_PROTOCOL_HTTP1;
		connection->tries++;
		return true;
	}
	if (look == WEIR_LOOK_HTTP2) {
		if (connection->protocol == WEIR_PROTOCOL_UNKNOWN)
			connection->protocol = WEIR_PROTOCOL_HTTP2;
		connection->tries++;
		return true;
	}
	if (look == WEIR_LOOK_TLS) {
		connection->protocol = WEIR_PROTOCOL_TLS;
		return false;
	}
	connection->tries++;
	/* Asked for: sent whatever it looks like, unless that is TLS, of which nobody has the keys. */
	if (connection->protocol == WEIR_PROTOCOL_ASKED)
		return true;
	/* In the middle of a message nothing can be said; the next one may begin with any call. */
	if (connection->opened && connection->tries > WEIR_TRIES) {
		connection->protocol = WEIR_PROTOCOL_IGNORED;
		count(WEIR_COUNT_CONNECTIONS_IGNORED);
		return false;
	}
	*flags |= WEIR_FLAG_UNDECIDED;
	return look == WEIR_LOOK_UNDECIDED;
}

/* How many bytes of a call may be captured now. */
static __always_inline __u32 allowance(struct connection *connection, const struct weir_control *now, __u32 length, __u64 time_ns)
{
	__u32 allowed = now->call_bytes;

	if (now->level == WEIR_LEVEL_METADATA) {
		count_more(WEIR_LOST_LEVEL_BYTES, length);
		return 0;
	}
	if (now->level == WEIR_LEVEL_HEADERS) {
		allowed = now->header_bytes;
		if (length > allowed)
			count_more(WEIR_LOST_LEVEL_BYTES, length - allowed);
		return allowed;
	}
	if (time_ns - connection->window_ns >= NSEC_PER_SEC) {
		connection->window_ns = time_ns;
		connection->window_bytes = 0;
	}
	if (connection->window_bytes >= now->budget_bytes && length > now->header_bytes) {
		/* Beyond its budget a connection shows how its calls begin. */
		count_more(WEIR_LOST_BUDGET_BYTES, length - now->header_bytes);
		return now->header_bytes;
	}
	if (length > allowed)
		count_more(WEIR_LOST_CALL_LIMIT_BYTES, length - allowed);
	connection->window_bytes += length < allowed ? length : allowed;
	return allowed;
}

/* Tells Weir that a connection began, which is worth telling only of those that send data. */
static __always_inline void tell_opened(struct sock *sk, struct connection *connection)
{
	struct weir_event *event;

	connection->told = 1;
	if (!connection->opened)
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(WEIR_LOST_CONTROL_EVENTS);
		return;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->kind = WEIR_KIND_OPEN;
	event->flags = WEIR_FLAG_SEQUENCE;
	event->time_ns = connection->opened_ns;
	describe_connection(event, sk, connection);
	event->seq = connection->first_sent;
	event->ack = connection->first_received;
	event->total = connection->handshake_us;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

/* That it is encrypted, once: whoever reads TLS inside of libraries compares. */
static __always_inline void tell_encrypted(struct sock *sk, struct connection *connection)
{
	struct weir_event *event;

	if (connection->told)
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(WEIR_LOST_CONTROL_EVENTS);
		return;
	}
	connection->told = 1;
	__builtin_memset(event, 0, sizeof(*event));
	event->kind = WEIR_KIND_ENCRYPTED;
	event->time_ns = bpf_ktime_get_ns();
	describe_connection(event, sk, connection);
	describe_process(event);
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

/* A struct msghdr is the vectors that it names. */
static __always_inline void open_message(struct call *call, __u64 address, __u32 length)
{
	struct user_message message = {};

	call->memory = MEMORY_NONE;
	if (bpf_probe_read_user(&message, sizeof(message), (const void *)address)) {
		count_more(WEIR_LOST_FAULT_BYTES, length);
		return;
	}
	call->memory = MEMORY_VECTORS;
	call->pointer = message.vectors;
	call->size = message.vector_count;
	call->skip = 0;
}

/* What is not known of a connection but of the call. */
struct happening {
	__u64 time_ns;
	__u32 direction;
	__u32 flags;
	__u32 seq;
	__u32 padding;
};

/* All of a header but `total` and `captured`. */
static __always_inline void fill_header(
	struct weir_event *event, const struct work *work, const struct connection *connection, const struct happening *what)
{
	event->kind = WEIR_KIND_DATA;
	event->direction = what->direction;
	event->flags = what->flags;
	event->time_ns = what->time_ns;
	describe_connection(event, (struct sock *)connection->socket, connection);
	describe_process(event);
	event->reserved = 0;
	event->seq = what->seq;
	event->ack = work->place.ack;
	event->total = event->captured = 0;
	event->call = work->call.number;
	event->ssl = 0;
	*(__u64 *)&event->binding = 0;
}

/* Room of the event that most calls are, and the vectors that it is put together from: a server's head and body often are two. */
#define WEIR_SMALL_BYTES 256
#define WEIR_MEDIUM_BYTES 1024
#define WEIR_SMALL_VECTORS 4

/* Puts the vectors of a call one behind the other, into room for twice `room` bytes: the verifier bounds place and length, not their sum. */
static __always_inline __u32 gather(struct weir_event *event, const struct call *call, __u32 length, const __u32 room)
{
	struct user_iovec vectors[WEIR_SMALL_VECTORS] = {};
	__u64 size = call->size * sizeof(vectors[0]);
	__u32 done = 0;

	asm volatile("" : "+r"(size));
	if (size > sizeof(vectors) || bpf_probe_read_user(vectors, size, (const void *)call->pointer))
		return 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < WEIR_SMALL_VECTORS; i++) {
		__u64 part = length - done, at = done;

		if (vectors[i].length < part)
			part = vectors[i].length;
		if (!part)
			continue;
		asm volatile("" : "+r"(at), "+r"(part));
		at &= room - 1;
		if (part > room || bpf_probe_read_user((char *)(event + 1) + at, part, (const void *)vectors[i].base))
			return done;
		done += part;
	}
	return done;
}

/*
 * One event for a whole call. Each room is code of its own with its own check for a full ring: older verifiers (6.1) lose the reservation
 * where several meet before that check.
 */
static __always_inline bool send_whole(struct work *work, const struct connection *connection, const struct happening *what, __u32 length,
	const __u32 room, const bool vectors)
{
	struct weir_event *event = bpf_ringbuf_reserve(&events, sizeof(struct weir_event) + (vectors ? 2 * room : room), 0);
	__u64 bytes = length;
	__u32 done = 0;

	if (!event) {
		lost_record(length);
		return true;
	}
	asm volatile("" : "+r"(bytes));
	if (vectors)
		done = gather(event, &work->call, length, room);
	else if (bytes <= room && !bpf_probe_read_user(event + 1, bytes, (const void *)work->call.pointer))
		done = bytes;
	fill_header(event, work, connection, what);
	event->total = length;
	event->captured = done;
	if (done < length) {
		event->flags |= WEIR_FLAG_FAULT | WEIR_FLAG_TRUNCATED;
		count_more(WEIR_LOST_FAULT_BYTES, length - done);
	}
	work->told = 1;
	work->given = done;
	count(WEIR_COUNT_EVENTS);
	count_more(WEIR_COUNT_CAPTURED_BYTES, done);
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return true;
}

/* Sends a small call, written in place. False: too much of it, or of its vectors, or not all may be sent. */
static __always_inline bool send_small(
	struct work *work, const struct connection *connection, const struct happening *what, __u32 length, __u32 left)
{
	const struct call *call = &work->call;

	if (length > WEIR_MEDIUM_BYTES || length > left)
		return false;
	if (call->memory == MEMORY_BUFFER)
		return length <= WEIR_SMALL_BYTES ? send_whole(work, connection, what, length, WEIR_SMALL_BYTES, false)
						  : send_whole(work, connection, what, length, WEIR_MEDIUM_BYTES, false);
	if (call->size > WEIR_SMALL_VECTORS || call->skip)
		return false;
	return length <= WEIR_SMALL_BYTES ? send_whole(work, connection, what, length, WEIR_SMALL_BYTES, true)
					  : send_whole(work, connection, what, length, WEIR_MEDIUM_BYTES, true);
}

/* The call in `works` moved `length` bytes over a connection; they begin `behind` bytes before the socket's position. */
static __always_inline void observe_connection(
	struct work *work, const struct weir_control *now, struct connection *connection, __u32 direction, __u32 length, __u32 behind)
{
	struct weir_event *header = &work->header;
	struct call *call = &work->call;
	struct sock *sk = (struct sock *)work->place.socket;
	struct happening what = {};
	__u32 flags = 0, left;

	count(WEIR_COUNT_CALLS);
	if (!decide(connection, call, length, &flags)) {
		count(WEIR_COUNT_IGNORED_CALLS);
		if (connection->protocol == WEIR_PROTOCOL_TLS)
			tell_encrypted(sk, connection);
		return;
	}
	count_more(WEIR_COUNT_BYTES, length);
	if (!connection->told)
		tell_opened(sk, connection);
	if (!connection->joined)
		join_ends(connection->socket);

	what.direction = direction;
	what.flags = flags | WEIR_FLAG_SEQUENCE;
	what.seq = work->place.position - behind;
	what.time_ns = bpf_ktime_get_ns();
	work->told = work->given = 0;
	if (call->memory != MEMORY_BUFFER && call->memory != MEMORY_VECTORS) {
		what.flags |= WEIR_FLAG_NO_BUFFER;
		fill_header(header, work, connection, &what);
		count_more(WEIR_LOST_NO_BUFFER_BYTES, length);
		send_chunk(0, 0, length, 0);
	} else {
		left = allowance(connection, now, length, what.time_ns);
		if (!send_small(work, connection, &what, length, left)) {
			fill_header(header, work, connection, &what);
			if (left == 0)
				send_chunk(0, 0, length, 0);
			else if (call->memory == MEMORY_BUFFER)
				send_buffer(call->pointer, length, 0, left);
			else
				send_vectors(call->pointer, call->size, call->skip, length, left);
		}
	}
	if (work->told)
		connection->named = bpf_get_current_pid_tgid() >> 32;
	if (direction == WEIR_SENT)
		remember_given(connection, what.seq, work->given);
}

/* The same for the connection at `place`. A global function: the verifier looks at it once, with any socket, whatever loops call it. */
__attribute__((noinline)) int observe(__u32 direction, __u32 length, __u32 behind)
{
	struct weir_control *now = current_control();
	struct work *work = work_of_cpu();
	struct connection *connection;

	if (!now || !work)
		return 0;
	connection = known_connection(work->place.socket, work->place.port);
	if (!connection)
		connection = late_connection((struct sock *)work->place.socket);
	if (!connection)
		return 0;
	if (now->level == WEIR_LEVEL_SAMPLE && !is_sampled(connection->local_port, connection->remote_port)) {
		count(is_unwanted(connection) ? WEIR_COUNT_IGNORED_CALLS : WEIR_LOST_SAMPLED_CALLS);
		return 0;
	}
	if (direction == WEIR_RECEIVED &&
	    is_given(connection, bpf_get_current_pid_tgid() >> 32, now->level, work->place.position - behind, length)) {
		count(WEIR_COUNT_CALLS);
		count(WEIR_COUNT_GIVEN_CALLS);
		return 0;
	}
	observe_connection(work, now, connection, direction, length, behind);
	return 0;
}

#endif
