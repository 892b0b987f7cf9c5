/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * TLS in the clear: plaintext where applications hand it to, or get it from, their TLS library. The probes are attached by offset
 * from user space, which finds the functions; a cookie tells each what it stands on (contract/tls.h).
 */
#include "calls.h"
#include "emit.h"
#include "bind.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * A call worked and touched no socket. Either the library is fed from memory, or the connection is older than the probe and the
 * bytes were in the library's buffer: a process that was seen to use sockets gets the benefit of some more calls.
 */
static __always_inline void suspect_memory(__u32 tgid, struct session *session)
{
	const __u8 enough = 4;
	__u32 *known = bpf_map_lookup_elem(&processes, &tgid);

	if (session->unbound < enough)
		session->unbound++;
	if (!known || (*known & WEIR_TLS_PROCESS_MEMORY))
		return;
	if ((*known & WEIR_TLS_PROCESS_NESTED) && session->unbound < enough)
		return;
	mark_process(tgid, WEIR_TLS_PROCESS_MEMORY);
	notice(WEIR_TLS_NOTICE_MEMORY, tgid);
}

/* f(object, buffer, length, count*) of OpenSSL and f(object, buffer, length) of GnuTLS. */
SEC("uprobe")
int tls_enter(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u64 id = bpf_get_current_pid_tgid();
	struct caller caller = { .id = (__u32)id, .tgid = id >> 32 };
	__u64 fourth = ctx->cx, fifth = ctx->r8;
	struct frame frame = {
		.object = ctx->di,
		.buffer = ctx->si,
		.length = ctx->dx,
		/* The return address is popped when the return probe runs. */
		.token = ctx->sp + sizeof(__u64),
		.cookie = cookie,
	};

	/* Both are read: the verifier refuses a choice of places in the context. */
	asm volatile("" : "+r"(fourth), "+r"(fifth));
	frame.count_at = WEIR_TLS_COOKIE_RESULT(cookie) == WEIR_TLS_WRITES_FIFTH ? fifth : fourth;
	if (is_own(caller.tgid) || !frame.object)
		return 0;
	mark_process(caller.tgid, WEIR_TLS_PROCESS_SEEN);
	if (!session_of(caller.tgid, frame.object, cookie, WEIR_TLS_COOKIE_RESULT(cookie) == WEIR_TLS_MOVES_NOTHING))
		return 0;
	push(&caller, &frame);
	return 0;
}

SEC("uretprobe")
int tls_leave(struct pt_regs *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct caller caller = { .id = (__u32)id, .tgid = id >> 32 };
	struct session_key key = { .tgid = caller.tgid };
	__u64 bytes = 0, result;
	struct session *session;
	struct frame frame;

	if (!pop(&caller, ctx->sp, &frame))
		return 0;
	key.object = frame.object;
	session = bpf_map_lookup_elem(&sessions, &key);
	if (!session)
		return 0;
	result = WEIR_TLS_COOKIE_RESULT(frame.cookie);
	/* A step of the handshake has something to send or to receive, whether it succeeds or has to wait. */
	if (!session->binding && session->library == WEIR_TLS_OPENSSL && ((int)ctx->ax > 0 || result == WEIR_TLS_MOVES_NOTHING))
		suspect_memory(caller.tgid, session);
	if (result == WEIR_TLS_MOVES_NOTHING)
		return 0;
	if (result == WEIR_TLS_RETURNS_BYTES) {
		/* int of SSL_read, ssize_t of gnutls_record_recv: both are negative below, and neither is above 2^31. */
		if ((int)ctx->ax <= 0)
			return 0;
		bytes = (__u32)ctx->ax;
	} else {
		if ((int)ctx->ax != 1)
			return 0;
		if (bpf_probe_read_user(&bytes, sizeof(bytes), (void *)frame.count_at) || bytes > frame.length) {
			count(WEIR_LOST_TLS_SHAPE);
			return 0;
		}
	}
	emit(session, frame.object, frame.buffer, bytes, frame.cookie & WEIR_TLS_COOKIE_DIRECTION);
	return 0;
}

static __always_inline void end_session(__u64 object)
{
	struct session_key key = { .tgid = bpf_get_current_pid_tgid() >> 32, .object = object };
	struct session *session = bpf_map_lookup_elem(&sessions, &key);

	if (!session)
		return;
	emit_control(session, key.object, WEIR_KIND_TLS_CLOSE);
	bpf_map_delete_elem(&sessions, &key);
}

/* SSL_free(object) and its like. */
SEC("uprobe")
int tls_free(struct pt_regs *ctx)
{
	end_session(ctx->di);
	return 0;
}

/* SSL_set_fd(object, descriptor), SSL_set_rfd, SSL_set_wfd. */
SEC("uprobe")
int tls_declare(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct sock *sk = socket_of((int)ctx->si);
	struct peer peer;

	if (is_own(tgid) || !ctx->di || !sk || !read_peer(&peer, sk, 0))
		return 0;
	mark_process(tgid, WEIR_TLS_PROCESS_SEEN);
	if (session_of(tgid, ctx->di, cookie, true))
		bind(tgid, ctx->di, &peer, WEIR_BINDING_DECLARED);
	return 0;
}

/* BIO_read(bio, buffer, length), while a TLS call is under way. */
SEC("uprobe")
int bio_enter(struct pt_regs *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct caller caller = { .id = (__u32)id, .tgid = id >> 32 };
	struct frame *frame = top(&caller);

	if (!frame)
		return 0;
	frame->bio_buffer = ctx->si;
	frame->bio_token = ctx->sp + sizeof(__u64);
	return 0;
}

SEC("uretprobe")
int bio_leave(struct pt_regs *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct caller caller = { .id = (__u32)id, .tgid = id >> 32 };
	struct frame *frame = top(&caller);

	if (!frame || frame->bio_token != ctx->sp || (int)ctx->ax <= 0)
		return 0;
	frame->bio_token = 0;
	recognise(caller.tgid, frame->object, frame->bio_buffer, (__u32)ctx->ax);
	return 0;
}

/*
 * crypto/tls.(*Conn).Read(b) and Write(b) of Go 1.17 and later (cmd/compile/abi-internal.md): object in AX, slice in BX and CX,
 * goroutine in R14; the result in AX. Stacks move, so frames are known by their object. The entry is met twice when the stack
 * grows. A write is told at its entry: another goroutine may have the answer before this one returns.
 */
SEC("uprobe")
int go_enter(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	struct caller caller = { .id = ctx->r14, .tgid = bpf_get_current_pid_tgid() >> 32, .goroutine = 1 };
	struct frame frame = {
		/* Of one Conn both directions may be under way, on two goroutines or nested on one. */
		.object = ctx->ax, .buffer = ctx->bx, .length = ctx->cx, .cookie = cookie,
		.token = ctx->ax ^ (cookie & WEIR_TLS_COOKIE_DIRECTION),
	};
	struct session *session;

	if (is_own(caller.tgid) || !frame.object)
		return 0;
	mark_process(caller.tgid, WEIR_TLS_PROCESS_SEEN | WEIR_TLS_PROCESS_GO);
	session = session_of(caller.tgid, frame.object, cookie, false);
	if (!session || !push(&caller, &frame))
		return 0;
	if ((cookie & WEIR_TLS_COOKIE_DIRECTION) == WEIR_SENT)
		emit(session, frame.object, frame.buffer, frame.length, WEIR_SENT);
	return 0;
}

/*
 * A goroutine that reads waits inside Read, often since before the probe. Its arguments are where the compiler keeps those that came
 * in registers: behind the return address, in the caller's frame. They are believed only when they name a Conn that is known.
 */
static __always_inline struct session *spilled(struct pt_regs *ctx, __u32 tgid, struct frame *frame)
{
	struct session_key key = { .tgid = tgid };
	__u64 arguments[3];

	if (bpf_probe_read_user(arguments, sizeof(arguments), (void *)(ctx->sp + sizeof(__u64))))
		return NULL;
	key.object = frame->object = arguments[0];
	frame->buffer = arguments[1];
	frame->length = arguments[2];
	return bpf_map_lookup_elem(&sessions, &key);
}

SEC("uprobe")
int go_leave(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	struct caller caller = { .id = ctx->r14, .tgid = bpf_get_current_pid_tgid() >> 32, .goroutine = 1 };
	struct session_key key = { .tgid = caller.tgid };
	struct session *session;
	struct frame frame;

	bool seen = pop_direction(&caller, cookie & WEIR_TLS_COOKIE_DIRECTION, &frame);

	if ((cookie & WEIR_TLS_COOKIE_DIRECTION) == WEIR_SENT || (long)ctx->ax <= 0)
		return 0;
	if (seen) {
		key.object = frame.object;
		session = bpf_map_lookup_elem(&sessions, &key);
	} else {
		session = spilled(ctx, caller.tgid, &frame);
	}
	if (session && ctx->ax <= frame.length)
		emit(session, frame.object, frame.buffer, ctx->ax, WEIR_RECEIVED);
	return 0;
}

/* crypto/tls.(*Conn).Close(). */
SEC("uprobe")
int go_free(struct pt_regs *ctx)
{
	end_session(ctx->ax);
	return 0;
}

static __always_inline void on_socket(struct sock *sk, int length, bool received)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct caller caller = { .id = (__u32)id, .tgid = id >> 32 };
	struct pt_regs *regs;
	struct peer peer;
	__u64 buffer;
	__u64 cookie;
	__u32 *known;

	if (!is_in_use())
		return;
	known = bpf_map_lookup_elem(&processes, &caller.tgid);
	if (!known)
		return;
	cookie = bpf_get_socket_cookie(sk);
	if (bind_nested(&caller, sk, cookie))
		return;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	if (*known & WEIR_TLS_PROCESS_GO) {
		caller.id = BPF_PROBE_READ(regs, r14);
		caller.goroutine = 1;
		if (bind_nested(&caller, sk, cookie))
			return;
	}
	if (!received || length < RECORD_HEADER || !(*known & WEIR_TLS_PROCESS_MEMORY))
		return;
	if (read_peer(&peer, sk, cookie) && received_into(regs, &buffer))
		remember_records(caller.tgid, buffer, length, &peer);
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(tls_sent, struct sock *sk, int length, int flags)
{
	on_socket(sk, length, false);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(tls_received, struct sock *sk, int length, int flags)
{
	on_socket(sk, length, !(flags & MSG_PEEK));
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(tls_exec, struct task_struct *task)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	bpf_map_delete_elem(&processes, &tgid);
	notice(WEIR_TLS_NOTICE_EXEC, tgid);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(tls_exit, struct task_struct *task)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct caller caller = { .id = (__u32)id, .tgid = id >> 32 };

	bpf_map_delete_elem(&calling, &caller);
	if (BPF_CORE_READ((struct task_struct___signal *)task, signal, live.counter) > 0)
		return 0;
	bpf_map_delete_elem(&processes, &caller.tgid);
	notice(WEIR_TLS_NOTICE_EXIT, caller.tgid);
	return 0;
}

/*
 * _dl_debug_state() of the dynamic loader, which it calls for debuggers each time it has added or removed libraries: at the start
 * of a program and at dlopen.
 */
SEC("uprobe")
int tls_mapped(struct pt_regs *ctx)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (!is_own(tgid))
		notice(WEIR_TLS_NOTICE_MAPPED, tgid);
	return 0;
}
