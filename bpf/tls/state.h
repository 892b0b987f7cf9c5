/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What the TLS programs remember. */
#ifndef WEIR_TLS_STATE_H
#define WEIR_TLS_STATE_H

#include "kernel_tls.h"
#include "../include/plane.h"
#include "../contract/tls.h"

/* TLS calls of one thread that are inside each other: TLS within TLS, through a proxy, makes two. */
#define MAX_FRAMES 4
/* Bytes of a record's body that tell it from all others of the process: of a ClientHello this is mostly its random. */
#define FINGERPRINT_BYTES 16
/* Where they are in the body, behind what handshake messages have in common. */
#define FINGERPRINT_AT 3
#define RECORD_HEADER 5

/* Where a connection leads, as its socket had it. */
struct peer {
	__u64 socket;
	__u64 cookie;
	__u32 netns;
	__u16 local_port;
	__u16 remote_port;
	__u8 local[16];
	__u8 remote[16];
};

struct session_key {
	__u32 tgid;
	__u32 padding;
	/* Address of the library's object. */
	__u64 object;
};

struct session {
	__u64 id;
	__u64 process_start;
	/* Plaintext moved so far, by enum weir_direction. */
	__u32 moved[2];
	struct peer peer;
	__u8 binding;
	__u8 handshake_seen;
	__u8 library;
	/* Calls that worked before a socket was known. */
	__u8 unbound;
	__u8 padding[4];
};

/* One call into a TLS library that has not returned. */
struct frame {
	__u64 object;
	__u64 buffer;
	/* Where the library will write how many bytes it moved. */
	__u64 count_at;
	/* What the return is recognised by: the stack pointer behind it, or of Go the object. */
	__u64 token;
	__u64 cookie;
	/* The read of the library from its BIO that is under way. */
	__u64 bio_buffer;
	__u64 bio_token;
	/* Length as asked for. */
	__u64 length;
};

struct caller {
	/* Thread id, or address of the goroutine. */
	__u64 id;
	__u32 tgid;
	__u32 goroutine;
};

struct calls {
	__u32 depth;
	__u32 padding;
	struct frame frames[MAX_FRAMES];
};

struct fingerprint {
	__u32 tgid;
	__u32 padding;
	__u8 bytes[FINGERPRINT_BYTES];
};

/* How far the last receive of a socket ended from the next record's header. */
struct reading {
	__u32 skip;
	/* The skipped bytes are a whole body: its fingerprint is still to be taken. */
	__u32 at_body;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 << 10);
} notices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct caller);
	__type(value, struct calls);
	__uint(max_entries, 8192);
} calling SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct session_key);
	__type(value, struct session);
	__uint(max_entries, 65536);
} sessions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 8192);
} processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct fingerprint);
	__type(value, struct peer);
	__uint(max_entries, 8192);
} fingerprints SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, __u64);
	__type(value, struct reading);
	__uint(max_entries, 8192);
} readings SEC(".maps");

/* Numbers for sessions, counted by each CPU for itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} numbers SEC(".maps");

/* Not 0 once `processes` has had an entry, from here or from user space: without one, sockets need not be looked at. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 1);
} in_use SEC(".maps");

/* Zeros for new entries: too large for the stack. */
const struct calls no_calls SEC(".rodata.calls") = {};

static __always_inline __u64 process_start(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, group_leader, start_boottime);
}

static __always_inline bool is_in_use(void)
{
	__u32 zero = 0, *used = bpf_map_lookup_elem(&in_use, &zero);

	return used && *used;
}

static __always_inline void mark_process(__u32 tgid, __u32 flags)
{
	__u32 zero = 0, used = 1;
	__u32 *known = bpf_map_lookup_elem(&processes, &tgid);

	if (known && (*known & flags) == flags)
		return;
	flags |= known ? *known : 0;
	bpf_map_update_elem(&processes, &tgid, &flags, BPF_ANY);
	bpf_map_update_elem(&in_use, &zero, &used, BPF_ANY);
}

/* Puts the type into the BTF, for the test that compares it with its C# side. */
const struct weir_tls_notice *notice_type __attribute__((unused));

static __always_inline void notice(__u32 kind, __u32 tgid)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct weir_tls_notice *record = bpf_ringbuf_reserve(&notices, sizeof(*record), 0);

	if (!record) {
		count(WEIR_LOST_TLS_NOTICES);
		return;
	}
	record->kind = kind;
	record->pid = tgid;
	record->process_start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	BPF_CORE_READ_STR_INTO(&record->comm, task, group_leader, comm);
	bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP);
}

/*
 * The session of an object, made when there is none. An address is used again by the next object and a process id by the next
 * process; the end of an object is seen at its free, that of a process by its start time.
 */
static __always_inline struct session *session_of(__u32 tgid, __u64 object, __u64 cookie, bool handshake)
{
	struct session_key key = { .tgid = tgid, .object = object };
	struct session *known = bpf_map_lookup_elem(&sessions, &key);
	__u64 start = process_start();
	struct session fresh = {};
	__u32 zero = 0;
	__u64 *number;

	if (known && known->process_start == start)
		return known;
	number = bpf_map_lookup_elem(&numbers, &zero);
	if (!number)
		return NULL;
	/* The highest bit keeps them apart from the numbers of sockets. */
	fresh.id = 1ull << 63 | (__u64)bpf_get_smp_processor_id() << 48 | ++*number;
	fresh.process_start = start;
	fresh.handshake_seen = handshake;
	fresh.library = WEIR_TLS_COOKIE_LIBRARY(cookie);
	if (bpf_map_update_elem(&sessions, &key, &fresh, BPF_ANY))
		count(WEIR_LOST_TLS_TABLE_FULL);
	else
		count(WEIR_COUNT_TLS_SESSIONS);
	return bpf_map_lookup_elem(&sessions, &key);
}

#endif
