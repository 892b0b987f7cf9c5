/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the programs write into the ring and Weir reads out of it. Every field stands at its natural alignment and there are no holes,
 * so that C and C# agree without packing; a test compares the BTF of the object with Weir.Linux.Bpf.EventHeader.
 */
#ifndef WEIR_CONTRACT_EVENT_H
#define WEIR_CONTRACT_EVENT_H

#ifndef WEIR_CONTRACT_TYPES
#define WEIR_CONTRACT_TYPES
typedef unsigned char weir_u8;
typedef unsigned short weir_u16;
typedef unsigned int weir_u32;
typedef unsigned long long weir_u64;
#endif

/* Grows with every change of a layout or a meaning below. */
#define WEIR_CONTRACT_VERSION 2

enum weir_kind {
	WEIR_KIND_NONE = 0,
	/* Bytes that crossed a socket; data follows the header. */
	WEIR_KIND_DATA = 1,
	/* A TCP connection is established. No process: this often happens in an interrupt. */
	WEIR_KIND_OPEN = 2,
	/* This end sends no more, or receives no more: FIN. `direction` tells whose; `seq` is the sequence of the FIN. */
	WEIR_KIND_FIN = 3,
	/* The socket is gone; nothing more comes of this end. */
	WEIR_KIND_CLOSE = 4,
	/* A connection carries TLS: nothing of it is sent. Once for each end. */
	WEIR_KIND_ENCRYPTED = 5,
	/* Bytes that crossed a TLS library in the clear; `ssl` and `binding` are set, `seq` counts plaintext. */
	WEIR_KIND_TLS_DATA = 16,
	/* A TLS session is over; `ssl` tells which. */
	WEIR_KIND_TLS_CLOSE = 17,
	/* The socket of a TLS session is known now. */
	WEIR_KIND_TLS_BOUND = 18,
};

enum weir_direction {
	/* From the process to the network. */
	WEIR_SENT = 0,
	WEIR_RECEIVED = 1,
};

enum weir_role {
	WEIR_ROLE_UNKNOWN = 0,
	/* This end opened the connection. */
	WEIR_ROLE_CLIENT = 1,
	/* This end accepted it. */
	WEIR_ROLE_SERVER = 2,
};

enum weir_flags {
	/* Fewer bytes follow than `total` says: the limit of a call, of the connection, or the level of the governor. */
	WEIR_FLAG_TRUNCATED = 1u << 0,
	/* The call handed over no user memory (sendfile, splice, io_uring): only the length is known. */
	WEIR_FLAG_NO_BUFFER = 1u << 1,
	/* User memory could not be read. */
	WEIR_FLAG_FAULT = 1u << 2,
	/* `seq` and `ack` are set. */
	WEIR_FLAG_SEQUENCE = 1u << 3,
	/* pid, tid, comm, cgroup and process_start are those of the process that made the call. */
	WEIR_FLAG_PROCESS = 1u << 4,
	/* The connection ended by a reset or a time-out, not by FINs. */
	WEIR_FLAG_RESET = 1u << 5,
	/* The connection is older than the probe: its beginning was not seen. */
	WEIR_FLAG_MIDSTREAM = 1u << 6,
	/* What the bytes look like is not decided yet. */
	WEIR_FLAG_UNDECIDED = 1u << 7,
};

/* How sure it is that a TLS session and a socket belong together; higher is surer. */
enum weir_binding {
	WEIR_BINDING_NONE = 0,
	WEIR_BINDING_THREAD = 1,
	WEIR_BINDING_LENGTH = 2,
	WEIR_BINDING_FINGERPRINT = 3,
	WEIR_BINDING_DECLARED = 4,
	WEIR_BINDING_NESTED = 5,
};

enum weir_protocol {
	WEIR_PROTOCOL_UNKNOWN = 0,
	WEIR_PROTOCOL_HTTP1 = 1,
	WEIR_PROTOCOL_HTTP2 = 2,
	WEIR_PROTOCOL_DNS = 3,
	WEIR_PROTOCOL_TLS = 4,
	/* Not recognised, but asked for by its port. */
	WEIR_PROTOCOL_ASKED = 5,
	/* Not recognised, and not asked for: nothing of it is sent. */
	WEIR_PROTOCOL_IGNORED = 6,
};

/* 160 bytes; `captured` bytes of data follow. A record may be longer than both: its room comes in classes. */
struct weir_event {
	weir_u8 kind;
	weir_u8 direction;
	weir_u8 role;
	weir_u8 protocol;
	weir_u32 flags;
	/* CLOCK_MONOTONIC at the end of the call, nanoseconds. */
	weir_u64 time_ns;
	/* Unlike the address of the socket, never used again while the probe runs. */
	weir_u64 connection;
	/* Address of struct sock. */
	weir_u64 socket;
	/* As SO_COOKIE shows it; 0 where it could not be had. */
	weir_u64 cookie;
	/* Inode number of the process's cgroup v2 directory; 1 where it is in the root, as on hosts with cgroup v1. */
	weir_u64 cgroup;
	/* Start of the process after boot, nanoseconds: tells apart two with the same id. */
	weir_u64 process_start_ns;
	/* In the initial pid namespace. */
	weir_u32 pid;
	weir_u32 tid;
	weir_u8 comm[16];
	/* Inode number of the socket's network namespace. */
	weir_u32 netns;
	/* Interface of the connection is not known to a socket; room for what may be. */
	weir_u32 reserved;
	/* IPv4 as ::ffff:a.b.c.d; network byte order. */
	weir_u8 local_address[16];
	weir_u8 remote_address[16];
	/* Host byte order. */
	weir_u16 local_port;
	weir_u16 remote_port;
	/* TCP sequence of the first byte of this event, as on the wire. */
	weir_u32 seq;
	/* The same of the next byte in the other direction that its reader has not yet taken. */
	weir_u32 ack;
	/* Bytes that this event stands for. */
	weir_u32 total;
	/* Bytes that follow the header. */
	weir_u32 captured;
	/* System call number, or what stood in its place. */
	weir_u32 call;
	/* Address of the TLS session object in its process; 0 on sockets. */
	weir_u64 ssl;
	weir_u8 binding;
	weir_u8 padding[7];
};

#endif
