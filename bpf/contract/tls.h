/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What Weir and the TLS programs tell each other beside `weir_event`. A test compares the layouts with Weir.Linux.Bpf.TlsContract.
 */
#ifndef WEIR_CONTRACT_TLS_H
#define WEIR_CONTRACT_TLS_H

#include "event.h"

/*
 * The cookie of an attached probe says what the function under it is:
 *
 *   bit  0     direction, enum weir_direction
 *   bits 1-3   how it tells what it moved, enum weir_tls_result
 *   bits 8-15  enum weir_tls_library
 */
enum weir_tls_result {
	/* Returns the number of bytes; 0 or less when there are none. */
	WEIR_TLS_RETURNS_BYTES = 0,
	/* Returns 1 and writes the number through its fourth argument. */
	WEIR_TLS_WRITES_FOURTH = 1,
	/* The same through its fifth. */
	WEIR_TLS_WRITES_FIFTH = 2,
	/* Moves no plaintext: the handshake. */
	WEIR_TLS_MOVES_NOTHING = 3,
};

#define WEIR_TLS_COOKIE_DIRECTION 1ull
#define WEIR_TLS_COOKIE_RESULT(cookie) (((cookie) >> 1) & 7)
#define WEIR_TLS_COOKIE_LIBRARY(cookie) (((cookie) >> 8) & 255)

enum weir_tls_library {
	WEIR_TLS_OPENSSL = 1,
	WEIR_TLS_GNUTLS = 2,
	WEIR_TLS_GO = 3,
};

/* Value of the map `processes`: what is known of a process that uses TLS. */
enum weir_tls_process {
	WEIR_TLS_PROCESS_SEEN = 1u << 0,
	/* Its goroutines, not its threads, are what calls. */
	WEIR_TLS_PROCESS_GO = 1u << 1,
	/* It gives the library bytes from memory: sockets are found by what they carry. */
	WEIR_TLS_PROCESS_MEMORY = 1u << 2,
	/* A TLS call of it touched a socket. */
	WEIR_TLS_PROCESS_NESTED = 1u << 3,
};

enum weir_tls_notice_kind {
	/* The process runs another program now. */
	WEIR_TLS_NOTICE_EXEC = 1,
	/* Its dynamic loader added or removed libraries. */
	WEIR_TLS_NOTICE_MAPPED = 2,
	WEIR_TLS_NOTICE_EXIT = 3,
	/* A TLS call of it touched no socket: its library is fed from memory. */
	WEIR_TLS_NOTICE_MEMORY = 4,
};

/* One record of the ring `notices`. 32 bytes. */
struct weir_tls_notice {
	weir_u32 kind;
	weir_u32 pid;
	weir_u64 process_start_ns;
	weir_u8 comm[16];
};

#endif
