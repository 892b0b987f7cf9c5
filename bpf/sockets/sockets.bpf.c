// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * What crosses TCP sockets: each call's bytes with their TCP sequence, who made it, and the beginning and end of connections.
 *
 * Two sets of programs, of which Weir loads one. From Linux 6.3 on the kernel tells every send and receive on a socket with the socket
 * itself (sock_send_length, sock_recv_length). Before that, the exits of the system calls that can be on a socket.
 */
#include "connection.h"
#include "verdict.h"
#include "call.h"
#include "descriptor.h"
#include "state.h"
#include "send.h"
#include "messages.h"
#include "uring.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* ---- sends and receives, told by the sockets -------------------------------------------------------------------------- */

SEC("?tp_btf/sock_send_length")
int BPF_PROG(socket_sent, struct sock *sk, int length, int flags)
{
	struct work *work = work_of_cpu();

	if (length <= 0 || !work || !wants_current(&work->call))
		return 0;
	if (work->call.memory == MEMORY_MESSAGE)
		open_message(&work->call, work->call.pointer, length);
	else if (work->call.memory == MEMORY_MESSAGES)
		next_message(&work->call, length);
	else if (in_uring(&work->call))
		end_uring_send(sk, &work->call);
	work->socket = (__u64)sk;
	observe(WEIR_SENT, length, length);
	return 0;
}

SEC("?tp_btf/sock_recv_length")
int BPF_PROG(socket_received, struct sock *sk, int length, int flags)
{
	struct work *work = work_of_cpu();

	if (length <= 0 || (flags & MSG_PEEK) || !work || !wants_current(&work->call))
		return 0;
	if (work->call.memory == MEMORY_MESSAGE)
		open_message(&work->call, work->call.pointer, length);
	else if (work->call.memory == MEMORY_MESSAGES)
		next_message(&work->call, length);
	work->socket = (__u64)sk;
	observe(WEIR_RECEIVED, length, length);
	return 0;
}

/* sendmmsg and recvmmsg count their messages from here. */
SEC("?tracepoint/syscalls/sys_enter_sendmmsg")
int begin_sendmmsg(void *context)
{
	begin_messages();
	return 0;
}

SEC("?tracepoint/syscalls/sys_enter_recvmmsg")
int begin_recvmmsg(void *context)
{
	begin_messages();
	return 0;
}

SEC("?tp_btf/tcp_sendmsg_locked")
int BPF_PROG(uring_sends_message, struct sock *sk, struct msghdr *message)
{
	struct work *work = work_of_cpu();

	if (work && wants_current(&work->call) && in_uring(&work->call))
		begin_uring_send(sk, message);
	return 0;
}

/* ---- sends and receives, by the exits of system calls ----------------------------------------------------------------- */

static __always_inline int on_exit(struct trace_event_raw_sys_exit *context, __u32 direction)
{
	long result = BPF_CORE_READ(context, ret);
	struct work *work = work_of_cpu();
	struct sock *sk;

	if (result <= 0 || !work || !wants_current(&work->call))
		return 0;
	if (direction == WEIR_RECEIVED && (work->call.flags & MSG_PEEK))
		return 0;
	sk = socket_of(work->call.fd);
	if (!sk)
		return 0;
	work->socket = (__u64)sk;
	if (work->call.memory == MEMORY_MESSAGES) {
		observe_messages(direction, (__u32)result, &work->call);
		return 0;
	}
	if (work->call.memory == MEMORY_MESSAGE)
		open_message(&work->call, work->call.pointer, (__u32)result);
	observe(direction, (__u32)result, (__u32)result);
	return 0;
}

#define ON_EXIT(name, direction)                                          \
	SEC("?tracepoint/syscalls/sys_exit_" #name)                       \
	int exit_##name(struct trace_event_raw_sys_exit *context)         \
	{                                                                 \
		return on_exit(context, direction);                       \
	}

ON_EXIT(write, WEIR_SENT)
ON_EXIT(writev, WEIR_SENT)
ON_EXIT(pwritev2, WEIR_SENT)
ON_EXIT(sendto, WEIR_SENT)
ON_EXIT(sendmsg, WEIR_SENT)
ON_EXIT(sendmmsg, WEIR_SENT)
ON_EXIT(sendfile64, WEIR_SENT)
ON_EXIT(read, WEIR_RECEIVED)
ON_EXIT(readv, WEIR_RECEIVED)
ON_EXIT(preadv2, WEIR_RECEIVED)
ON_EXIT(recvfrom, WEIR_RECEIVED)
ON_EXIT(recvmsg, WEIR_RECEIVED)
ON_EXIT(recvmmsg, WEIR_RECEIVED)

/* From a pipe to a socket or the other way; the third argument is where it goes. */
SEC("?tracepoint/syscalls/sys_exit_splice")
int exit_splice(struct trace_event_raw_sys_exit *context)
{
	long result = BPF_CORE_READ(context, ret);
	struct work *work = work_of_cpu();
	struct sock *sk;

	if (result <= 0 || !work || !wants_current(&work->call))
		return 0;
	sk = socket_of((__s32)work->call.size);
	if (sk) {
		work->socket = (__u64)sk;
		observe(WEIR_SENT, (__u32)result, (__u32)result);
	}
	sk = socket_of(work->call.fd);
	if (sk) {
		work->socket = (__u64)sk;
		observe(WEIR_RECEIVED, (__u32)result, (__u32)result);
	}
	return 0;
}

/* ---- connections ------------------------------------------------------------------------------------------------------ */

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(socket_state, struct sock *sk, int from, int to)
{
	if (is_tcp(sk))
		on_state(sk, from, to);
	return 0;
}

SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(socket_destroyed, struct sock *sk)
{
	on_destroyed(sk);
	return 0;
}
