// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * Counts the bytes of all frames by device, direction, protocol and addresses, and keeps none. It is the filter of a packet socket, so it
 * sees what such a socket sees, and nothing is copied or woken for what it counts. It is sure of the plain cases (Ethernet with tags, IP,
 * VXLAN and Geneve around that); of all else it hands over the beginning, which Weir.Packets judges as it does in a capture.
 */
#include "kernel.h"
#include "packet.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "../contract/traffic.h"
#include "state.h"
#include "decode.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The rest of the frame is Weir's to judge; where there is no room for it, it counts as other. */
static __always_inline void hand_over(struct __sk_buff *skb, struct weir_traffic_key *key)
{
	/* One less than what is taken, so that a mask shows the verifier a length that is neither 0 nor too large. */
	__u32 rest = skb->len - 1;
	struct weir_traffic_frame *frame;

	frame = bpf_ringbuf_reserve(&frames, sizeof(*frame), 0);
	if (!frame) {
		count_other(key, skb->len);
		return;
	}
	if (rest > WEIR_TRAFFIC_FRAME_BYTES - 1)
		rest = WEIR_TRAFFIC_FRAME_BYTES - 1;
	frame->device = key->device;
	frame->length = skb->len;
	frame->captured = rest + 1;
	frame->vlan_tci = skb->vlan_present ? skb->vlan_tci : 0;
	frame->sent = key->sent;
	frame->padding = 0;
	/* The compiler knows the limit and would leave the mask out. */
	barrier_var(rest);
	rest &= WEIR_TRAFFIC_FRAME_BYTES - 1;
	if (bpf_skb_load_bytes(skb, 0, frame->data, rest + 1) < 0) {
		bpf_ringbuf_discard(frame, BPF_RB_NO_WAKEUP);
		count_other(key, skb->len);
		return;
	}
	bpf_ringbuf_submit(frame, BPF_RB_NO_WAKEUP);
}

SEC("socket")
int count_frame(struct __sk_buff *skb)
{
	struct weir_traffic_key key = {};
	__u32 *kind;

	key.device = skb->ifindex;
	key.sent = skb->pkt_type == PACKET_OUTGOING;
	kind = bpf_map_lookup_elem(&devices, &key.device);
	if (!kind) {
		hand_over(skb, &key);
		return 0;
	}
	if (*kind == WEIR_DEVICE_LEFT_OUT || (*kind == WEIR_DEVICE_LOOPBACK && key.sent))
		return 0;
	if (!decode(skb, *kind == WEIR_DEVICE_IP, &key)) {
		hand_over(skb, &key);
		return 0;
	}
	if (!count_row(&key, skb->len))
		count_other(&key, skb->len);
	return 0;
}
