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

/*
 * Where the reader stands. A read that takes the last bytes and finds the FIN right behind them steps over it as well, because it has a
 * sequence number (net/ipv4/tcp.c, tcp_recvmsg_locked, found_fin_ok).
 */
static __always_inline __u32 before_fin(__u32 copied, __u32 received, unsigned long flags)
{
	return (flags & (1ul << SOCK_DONE)) && copied == received ? copied - 1 : copied;
}

/* `sk` has moved bytes. What most calls need is asked first: connections that nobody wants, and receives of what the sender gave. */
static __always_inline void on_socket(struct sock *sk, int length, __u32 direction)
{
	struct weir_control *now = current_control();
	__u16 family = sk->__sk_common.skc_family;
	struct connection *connection;
	struct tcp_sock *tcp;
	struct work *work;
	struct place place = {};

	if (!now || length <= 0)
		return;
	if ((family != AF_INET && family != AF_INET6) || sk->sk_protocol != IPPROTO_TCP)
		return;
	place.socket = (__u64)sk;
	place.port = sk->__sk_common.skc_num;
	connection = known_connection(place.socket, place.port);
	if (now->level == WEIR_LEVEL_OFF) {
		if (connection && connection->told && !is_unwanted(connection))
			count(WEIR_COUNT_OFF_CALLS);
		return;
	}
	if (connection && is_unwanted(connection)) {
		count(WEIR_COUNT_CALLS);
		count(WEIR_COUNT_IGNORED_CALLS);
		return;
	}
	if (now->level == WEIR_LEVEL_SAMPLE && !is_sampled(place.port, bpf_ntohs(sk->__sk_common.skc_dport))) {
		count(WEIR_LOST_SAMPLED_CALLS);
		return;
	}
	tcp = bpf_skc_to_tcp_sock(sk);
	if (!tcp)
		return;
	if (direction == WEIR_SENT) {
		place.position = tcp->write_seq;
		place.ack = tcp->copied_seq;
	} else {
		place.position = before_fin(tcp->copied_seq, tcp->rcv_nxt, sk->__sk_common.skc_flags);
		place.ack = tcp->snd_una;
		if (connection && is_given(connection, bpf_get_current_pid_tgid() >> 32, now->level, place.position - length, length)) {
			count(WEIR_COUNT_CALLS);
			count(WEIR_COUNT_GIVEN_CALLS);
			return;
		}
	}
	work = work_of_cpu();
	if (!work || !wants_current(&work->call))
		return;
	if (work->call.memory == MEMORY_MESSAGE)
		open_message(&work->call, work->call.pointer, length);
	else if (work->call.memory == MEMORY_MESSAGES)
		next_message(&work->call, length);
	else if (direction == WEIR_SENT && in_uring(&work->call))
		end_uring_send(sk, &work->call);
	if (!connection)
		connection = late_connection(sk);
	if (!connection)
		return;
	work->place = place;
	observe_connection(work, now, connection, direction, length, length);
}

SEC("?tp_btf/sock_send_length")
int BPF_PROG(socket_sent, struct sock *sk, int length, int flags)
{
	__u64 begun = begin_run();

	on_socket(sk, length, WEIR_SENT);
	end_run(begun);
	return 0;
}

SEC("?tp_btf/sock_recv_length")
int BPF_PROG(socket_received, struct sock *sk, int length, int flags)
{
	__u64 begun = begin_run();

	if (!(flags & MSG_PEEK))
		on_socket(sk, length, WEIR_RECEIVED);
	end_run(begun);
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

/* All sends come by here, so those of threads that never used io_uring leave at once. */
SEC("?tp_btf/tcp_sendmsg_locked")
int BPF_PROG(uring_sends_message, struct sock *sk, struct msghdr *message)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct weir_control *now;

	if (!(task->flags & PF_IO_WORKER) && (!task->io_uring || current_call() != config.calls.io_uring_enter))
		return 0;
	now = current_control();
	if (now && now->level != WEIR_LEVEL_OFF && !is_own(bpf_get_current_pid_tgid() >> 32))
		begin_uring_send(sk, message);
	return 0;
}

/* ---- sends and receives, by the exits of system calls ----------------------------------------------------------------- */

/* Takes down where the socket stands; false when it is not TCP. */
static __always_inline bool stand_at(struct place *place, struct sock *sk, __u32 direction)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;

	if (!is_tcp(sk))
		return false;
	place->socket = (__u64)sk;
	place->port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (direction == WEIR_SENT) {
		place->position = BPF_CORE_READ(tcp, write_seq);
		place->ack = BPF_CORE_READ(tcp, copied_seq);
	} else {
		place->position = before_fin(BPF_CORE_READ(tcp, copied_seq), BPF_CORE_READ(tcp, rcv_nxt), BPF_CORE_READ(sk, __sk_common.skc_flags));
		place->ack = BPF_CORE_READ(tcp, snd_una);
	}
	return true;
}

/* The work of this CPU, when the current thread's call is to be watched. While the plane is off, each call may be on a watched connection. */
static __always_inline struct work *work_of_current(void)
{
	struct weir_control *now = current_control();
	struct work *work = work_of_cpu();

	if (!now || !work)
		return NULL;
	if (now->level == WEIR_LEVEL_OFF) {
		count(WEIR_COUNT_OFF_CALLS);
		return NULL;
	}
	return wants_current(&work->call) ? work : NULL;
}

static __always_inline void on_exit(struct trace_event_raw_sys_exit *context, __u32 direction)
{
	long result = BPF_CORE_READ(context, ret);
	struct work *work;
	struct sock *sk;

	if (result <= 0)
		return;
	work = work_of_current();
	if (!work || (direction == WEIR_RECEIVED && (work->call.flags & MSG_PEEK)))
		return;
	sk = socket_of(work->call.fd);
	if (!sk || !stand_at(&work->place, sk, direction))
		return;
	if (work->call.memory == MEMORY_MESSAGES) {
		observe_messages(direction, (__u32)result, &work->call);
		return;
	}
	if (work->call.memory == MEMORY_MESSAGE)
		open_message(&work->call, work->call.pointer, (__u32)result);
	observe(direction, (__u32)result, (__u32)result);
}

#define ON_EXIT(name, direction)                                          \
	SEC("?tracepoint/syscalls/sys_exit_" #name)                       \
	int exit_##name(struct trace_event_raw_sys_exit *context)         \
	{                                                                 \
		__u64 begun = begin_run();                                \
                                                                          \
		on_exit(context, direction);                              \
		end_run(begun);                                           \
		return 0;                                                 \
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
	struct work *work;
	struct sock *sk;

	if (result <= 0)
		return 0;
	work = work_of_current();
	if (!work)
		return 0;
	sk = socket_of((__s32)work->call.size);
	if (sk && stand_at(&work->place, sk, WEIR_SENT))
		observe(WEIR_SENT, (__u32)result, (__u32)result);
	sk = socket_of(work->call.fd);
	if (sk && stand_at(&work->place, sk, WEIR_RECEIVED))
		observe(WEIR_RECEIVED, (__u32)result, (__u32)result);
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
