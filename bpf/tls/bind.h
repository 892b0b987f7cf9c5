/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Which socket a TLS session belongs to. Three ways, all of them proof; what none of them tells stays unbound:
 *
 *   nested       the library called the socket while it was itself being called, on the same thread (or goroutine)
 *   declared     the application gave the library the descriptor (SSL_set_fd)
 *   fingerprint  the library took from its memory BIO the very bytes that a socket of the process had received
 */
#ifndef WEIR_TLS_BIND_H
#define WEIR_TLS_BIND_H

#include "emit.h"

static __always_inline bool read_peer(struct peer *peer, struct sock *sk, __u64 cookie)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	if (family != AF_INET && family != AF_INET6)
		return false;
	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return false;
	__builtin_memset(peer, 0, sizeof(*peer));
	peer->socket = (__u64)sk;
	peer->cookie = cookie;
	peer->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	peer->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	peer->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (family == AF_INET) {
		peer->local[10] = peer->local[11] = peer->remote[10] = peer->remote[11] = 0xff;
		BPF_CORE_READ_INTO((__u32 *)&peer->local[12], sk, __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO((__u32 *)&peer->remote[12], sk, __sk_common.skc_daddr);
	} else {
		BPF_CORE_READ_INTO(&peer->local, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
		BPF_CORE_READ_INTO(&peer->remote, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
	}
	return peer->local_port && peer->remote_port;
}

static __always_inline bool same_socket(const struct peer *one, const struct peer *other)
{
	return one->socket == other->socket && one->cookie == other->cookie && one->local_port == other->local_port &&
	       one->remote_port == other->remote_port;
}

/* A surer answer replaces a less sure one; the same object on another socket is another session. */
static __always_inline void bind(__u32 tgid, __u64 object, const struct peer *peer, __u8 level)
{
	struct session_key key = { .tgid = tgid, .object = object };
	struct session *session = bpf_map_lookup_elem(&sessions, &key);
	__u32 zero = 0;
	__u64 *number;

	if (!session)
		return;
	if (session->binding && same_socket(&session->peer, peer)) {
		if (session->binding < level)
			session->binding = level;
		return;
	}
	if (session->binding && session->binding > level)
		return;
	if (session->binding) {
		number = bpf_map_lookup_elem(&numbers, &zero);
		if (!number)
			return;
		session->id = 1ull << 63 | (__u64)bpf_get_smp_processor_id() << 48 | ++*number;
		session->moved[0] = session->moved[1] = 0;
		count(WEIR_COUNT_TLS_REBOUND);
	}
	session->peer = *peer;
	session->binding = level;
	emit_control(session, object, WEIR_KIND_TLS_BOUND);
	count(level == WEIR_BINDING_NESTED ? WEIR_COUNT_TLS_NESTED :
	      level == WEIR_BINDING_DECLARED ? WEIR_COUNT_TLS_DECLARED : WEIR_COUNT_TLS_FINGERPRINT);
}

/* Binds whatever a thread or goroutine is calling right now: all of it goes through this socket. True when it is calling. */
static __always_inline bool bind_nested(const struct caller *caller, struct sock *sk, __u64 cookie)
{
	struct calls *calls = bpf_map_lookup_elem(&calling, caller);
	struct peer peer;

	if (!calls || !calls->depth)
		return false;
	if (!read_peer(&peer, sk, cookie))
		return true;
	mark_process(caller->tgid, WEIR_TLS_PROCESS_NESTED);
	for (__u32 i = 0; i < MAX_FRAMES; i++)
		if (i < calls->depth)
			bind(caller->tgid, calls->frames[i].object, &peer, WEIR_BINDING_NESTED);
	return true;
}

static __always_inline struct sock *socket_of(int descriptor)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct file **table = BPF_CORE_READ(task, files, fdt, fd);
	struct socket *socket;
	struct file *file;

	if (descriptor < 0 || (__u32)descriptor >= BPF_CORE_READ(task, files, fdt, max_fds))
		return NULL;
	if (bpf_probe_read_kernel(&file, sizeof(file), table + descriptor) || !file)
		return NULL;
	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

/* RFC 8446 section 5.1: type, legacy version 3.x, length. */
static __always_inline bool is_record(const __u8 *header, __u32 *length)
{
	*length = (__u32)header[3] << 8 | header[4];
	return header[0] >= 20 && header[0] <= 24 && header[1] == 3 && header[2] <= 4 && *length <= 16384 + 2048;
}

static __always_inline void remember(__u32 tgid, __u64 body, const struct peer *peer)
{
	struct fingerprint key = { .tgid = tgid };

	if (!bpf_probe_read_user(key.bytes, FINGERPRINT_BYTES, (void *)(body + FINGERPRINT_AT)))
		bpf_map_update_elem(&fingerprints, &key, peer, BPF_ANY);
}

/*
 * Walks the records in what a socket has just received and remembers each by its fingerprint. A receive may begin and end in the
 * middle of a record; where the walk loses the boundary it waits for a receive that begins with a header.
 */
static __always_inline void remember_records(__u32 tgid, __u64 buffer, __u32 length, const struct peer *peer)
{
	const __u32 whole = FINGERPRINT_AT + FINGERPRINT_BYTES;
	__u64 cookie = peer->cookie;
	struct reading *before = bpf_map_lookup_elem(&readings, &cookie);
	struct reading after = {};
	__u8 header[RECORD_HEADER];
	__u32 at = 0, body;

	if (before && before->skip) {
		if (before->at_body && length >= whole)
			remember(tgid, buffer, peer);
		if (before->skip >= length) {
			before->skip -= length;
			before->at_body = 0;
			return;
		}
		at = before->skip;
	}
	for (int i = 0; i < 8; i++) {
		if (at + RECORD_HEADER > length)
			break;
		if (bpf_probe_read_user(header, sizeof(header), (void *)(buffer + at)) || !is_record(header, &body)) {
			at = length;
			break;
		}
		at += RECORD_HEADER;
		if (body >= whole && at + whole <= length)
			remember(tgid, buffer + at, peer);
		after.at_body = at == length && body >= whole;
		at += body;
	}
	after.skip = at > length ? at - length : 0;
	bpf_map_update_elem(&readings, &cookie, &after, BPF_ANY);
}

/* The library took these bytes from its BIO on behalf of an object: a header, a body, or both. */
static __always_inline void recognise(__u32 tgid, __u64 object, __u64 buffer, __u32 length)
{
	struct fingerprint key = { .tgid = tgid };
	__u8 header[RECORD_HEADER];
	struct peer *peer;
	__u32 at = FINGERPRINT_AT, body;

	if (length < FINGERPRINT_AT + FINGERPRINT_BYTES)
		return;
	if (bpf_probe_read_user(header, sizeof(header), (void *)buffer))
		return;
	if (length >= RECORD_HEADER + FINGERPRINT_AT + FINGERPRINT_BYTES && is_record(header, &body))
		at += RECORD_HEADER;
	if (bpf_probe_read_user(key.bytes, FINGERPRINT_BYTES, (void *)(buffer + at)))
		return;
	peer = bpf_map_lookup_elem(&fingerprints, &key);
	if (peer)
		bind(tgid, object, peer, WEIR_BINDING_FINGERPRINT);
}

#endif
