/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What Weir tells the programs. `weir_config` is read-only data, fixed at load, so that the verifier removes what is switched off;
 * `weir_control` is one slot of an array map and may change at any time.
 */
#ifndef WEIR_CONTRACT_CONFIG_H
#define WEIR_CONTRACT_CONFIG_H

#include "event.h"

/* Largest payload of one event. A longer call becomes several. */
#define WEIR_EVENT_BYTES 16384
/* Ranges of ports that may be asked for or left out. */
#define WEIR_PORT_RANGES 16
/* Processes whose traffic is left out: the probe's own, and what it is told. */
#define WEIR_OWN_PROCESSES 4

enum weir_level {
	/* Nothing is sent; programs return at once. */
	WEIR_LEVEL_OFF = 0,
	/* One connection in WEIR_SAMPLED_OF with its bodies, nothing of the others. */
	WEIR_LEVEL_SAMPLE = 1,
	/* Who talks to whom, how much and when: no bytes. */
	WEIR_LEVEL_METADATA = 2,
	/* The beginning of each call only. */
	WEIR_LEVEL_HEADERS = 3,
	WEIR_LEVEL_BODIES = 4,
};

/* A power of two. */
#define WEIR_SAMPLED_OF 16

struct weir_port_range {
	weir_u16 first;
	weir_u16 last;
};

/* System call numbers of the architecture; -1 where it has none of the name. */
struct weir_calls {
	int read;
	int write;
	int readv;
	int writev;
	int recvfrom;
	int sendto;
	int recvmsg;
	int sendmsg;
	int recvmmsg;
	int sendmmsg;
	int sendfile;
	int splice;
	int io_uring_enter;
	int preadv2;
	int pwritev2;
	int padding;
};

struct weir_config {
	weir_u32 version;
	weir_u32 flags;
	weir_u32 own_processes[WEIR_OWN_PROCESSES];
	struct weir_calls calls;
	/* Connections with one of these local or remote ports are sent whatever they look like; nothing else when `only_asked`. */
	struct weir_port_range asked[WEIR_PORT_RANGES];
	/* Connections with one of these ports are left out: the probe's way to the center. */
	struct weir_port_range left_out[WEIR_PORT_RANGES];
	weir_u32 asked_count;
	weir_u32 left_out_count;
	weir_u32 only_asked;
	/* Bytes between the top of a kernel stack and its pt_regs, for kernels without bpf_task_pt_regs; 0 where the helper serves. */
	weir_u32 stack_bytes;
};

struct weir_control {
	/* enum weir_level */
	weir_u32 level;
	/* Bytes kept of one call at WEIR_LEVEL_BODIES. */
	weir_u32 call_bytes;
	/* The same at WEIR_LEVEL_HEADERS. */
	weir_u32 header_bytes;
	/* Bytes of one connection per second beyond which only what begins a message is kept. */
	weir_u32 budget_bytes;
};

#endif
