/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Beginning and end of connections (net/ipv4/tcp.c, tcp_set_state). */
#ifndef WEIR_STATE_H
#define WEIR_STATE_H

#include "peer.h"

static __always_inline void send_control(struct sock *sk, const struct connection *connection, __u8 kind, __u8 direction, __u32 flags,
	__u32 seq)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	struct weir_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count(WEIR_LOST_CONTROL_EVENTS);
		return;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->kind = kind;
	event->direction = direction;
	event->flags = flags | WEIR_FLAG_SEQUENCE;
	event->time_ns = bpf_ktime_get_ns();
	describe_connection(event, sk, connection);
	event->seq = seq;
	event->ack = direction == WEIR_SENT ? BPF_CORE_READ(tcp, copied_seq) : BPF_CORE_READ(tcp, snd_una);
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

/* The handshake is complete: everything of this connection will be seen. */
static __always_inline void on_established(struct sock *sk, __u8 role)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	struct connection fresh = {};

	identify(&fresh, sk);
	fresh.role = role;
	fresh.opened = 1;
	fresh.opened_ns = bpf_ktime_get_ns();
	fresh.first_sent = BPF_CORE_READ(tcp, write_seq);
	fresh.first_received = BPF_CORE_READ(tcp, copied_seq);
	/* Eight times the microseconds (tcp_rtt_estimator); of a client it is the handshake's, a server may not know it yet. */
	fresh.handshake_us = BPF_CORE_READ(tcp, srtt_us) >> 3;
	add_connection(sk, &fresh);
}

static __always_inline void on_state(struct sock *sk, int from, int to)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	struct connection *connection;
	__u64 key = (__u64)sk;

	if (to == TCP_ESTABLISHED) {
		on_established(sk, from == TCP_SYN_SENT ? WEIR_ROLE_CLIENT : WEIR_ROLE_SERVER);
		return;
	}
	if (to != TCP_FIN_WAIT1 && to != TCP_LAST_ACK && to != TCP_CLOSE_WAIT && to != TCP_CLOSE)
		return;
	connection = bpf_map_lookup_elem(&connections, &key);
	if (!connection || !connection->told)
		return;
	if (to == TCP_FIN_WAIT1 || to == TCP_LAST_ACK) {
		/* The state changes before the FIN takes its number. */
		send_control(sk, connection, WEIR_KIND_FIN, WEIR_SENT, 0, BPF_CORE_READ(tcp, write_seq));
	} else if (to == TCP_CLOSE_WAIT) {
		/* The FIN has its number already. */
		send_control(sk, connection, WEIR_KIND_FIN, WEIR_RECEIVED, 0, BPF_CORE_READ(tcp, rcv_nxt) - 1);
	} else if (from == TCP_FIN_WAIT2 || from == TCP_FIN_WAIT1 || from == TCP_CLOSING) {
		/* Both sent a FIN, and this end goes on as a time-wait socket; else the peer was not heard of any more. */
		send_control(sk, connection, WEIR_KIND_FIN, WEIR_RECEIVED, from == TCP_FIN_WAIT1 ? WEIR_FLAG_RESET : 0,
			BPF_CORE_READ(tcp, rcv_nxt) - 1);
	} else if (from != TCP_LAST_ACK) {
		send_control(sk, connection, WEIR_KIND_FIN, WEIR_RECEIVED, WEIR_FLAG_RESET, BPF_CORE_READ(tcp, rcv_nxt));
	}
}

static __always_inline void on_destroyed(struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct connection *connection = bpf_map_lookup_elem(&connections, &key);

	if (!connection)
		return;
	if (connection->told)
		send_control(sk, connection, WEIR_KIND_CLOSE, WEIR_SENT, 0, 0);
	if (connection->joined && !connection->peer)
		leave_ends(connection->socket);
	bpf_map_delete_elem(&connections, &key);
}

#endif
