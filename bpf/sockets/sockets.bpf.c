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
#include "state.h"
#include "send.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* ---- sends and receives ---------------------------------------------------------------------------------------------- */

SEC("?tp_btf/sock_send_length")
int BPF_PROG(socket_sent, struct sock *sk, int length, int flags)
{
	struct call call = {};

	if (length <= 0)
		return 0;
	if (!wants_current(&call))
		return 0;
	observe(sk, WEIR_SENT, length, &call);
	return 0;
}

SEC("?tp_btf/sock_recv_length")
int BPF_PROG(socket_received, struct sock *sk, int length, int flags)
{
	struct call call = {};

	if (length <= 0 || (flags & MSG_PEEK))
		return 0;
	if (!wants_current(&call))
		return 0;
	observe(sk, WEIR_RECEIVED, length, &call);
	return 0;
}

/* ---- connections ----------------------------------------------------------------------------------------------------- */

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
