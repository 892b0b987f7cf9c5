/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the program that counts bytes tells and is told. Rows are added up in maps; of the few frames that it does not judge by itself it
 * hands the beginning to Weir, which counts them.
 */
#ifndef WEIR_CONTRACT_TRAFFIC_H
#define WEIR_CONTRACT_TRAFFIC_H

#include "event.h"

/* Bytes of a frame that is handed over, a power of two: tunnels in tunnels fit. */
#define WEIR_TRAFFIC_FRAME_BYTES 512

/* What a device's frames begin with; devices that are not in the map are handed over. */
enum weir_device_kind {
	/* Nobody asked for it. */
	WEIR_DEVICE_LEFT_OUT = 0,
	WEIR_DEVICE_ETHERNET = 1,
	/* With IP. */
	WEIR_DEVICE_IP = 2,
	/* Ethernet, counted once where it is received: on loopback each frame passes twice. */
	WEIR_DEVICE_LOOPBACK = 3,
};

/* What an UDP port promises. */
enum weir_tunnel_port {
	WEIR_PORT_VXLAN = 1,
	WEIR_PORT_GENEVE = 2,
	/* Handed over. */
	WEIR_PORT_OTHER = 3,
};

/* As Weir.Flows.Accounting.TrafficKind numbers them. */
enum weir_traffic_kind {
	WEIR_TRAFFIC_IP = 0,
	WEIR_TRAFFIC_NOT_IP = 1,
	WEIR_TRAFFIC_OTHER = 3,
};

struct weir_traffic_key {
	/* Interface index. */
	weir_u32 device;
	/* 1 when this host sent it. */
	weir_u8 sent;
	/* enum weir_traffic_kind */
	weir_u8 kind;
	/* IANA's number; 0 where kind is not WEIR_TRAFFIC_IP. */
	weir_u8 protocol;
	weir_u8 padding;
	/* Network order; IPv4 as ::ffff:a.b.c.d. */
	weir_u8 source[16];
	weir_u8 destination[16];
};

struct weir_traffic_counts {
	/* Of whole frames, link header included. */
	weir_u64 bytes;
	weir_u64 packets;
};

struct weir_traffic_config {
	weir_u32 version;
	/* Whether VXLAN and Geneve are looked into here; else they are handed over. */
	weir_u32 looks_inside;
	/* A bit for each tunnel port, (port ^ (port >> 6)) & 63: one look says that a datagram is none. */
	weir_u64 port_mask;
};

/* A frame that is handed over. */
struct weir_traffic_frame {
	weir_u32 device;
	/* Of the whole frame. */
	weir_u32 length;
	/* Of `data`. */
	weir_u32 captured;
	weir_u16 vlan_tci;
	weir_u8 sent;
	weir_u8 padding;
	weir_u8 data[WEIR_TRAFFIC_FRAME_BYTES];
};

#endif
