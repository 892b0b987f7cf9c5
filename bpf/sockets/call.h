/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* The system call that the current thread is in: which one, and where its bytes are in user memory. */
#ifndef WEIR_CALL_H
#define WEIR_CALL_H

#include "plane.h"

enum memory_kind {
	/* sendfile, splice: the bytes never were in user memory. */
	MEMORY_NONE = 0,
	MEMORY_BUFFER = 1,
	MEMORY_VECTORS = 2,
	/* struct user_msghdr */
	MEMORY_MESSAGE = 3,
	/* struct mmsghdr[] */
	MEMORY_MESSAGES = 4,
};

struct call {
	__u64 pointer;
	__u64 size;
	/* Descriptor of the socket. */
	__s32 fd;
	__s32 number;
	__u32 memory;
	/* Flags of a receive. */
	__u32 flags;
	/* MEMORY_VECTORS: bytes of the first vector that went before. */
	__u64 skip;
};

/* Where a call left its socket. */
struct place {
	/* Address of the struct sock. */
	__u64 socket;
	/* Sequence behind the bytes that moved, and where the other direction is. */
	__u32 position;
	__u32 ack;
	/* Its port now, 0 once closed. */
	__u32 port;
	__u32 padding;
};

/* What the programs of one CPU work on: the call, and the header of its events. They neither sleep nor are preempted. */
struct work {
	struct weir_event header;
	struct call call;
	/* What of the socket is needed: global functions know no pointer into the kernel. */
	struct place place;
	/* Events of the call in the ring so far, and its bytes from the first on that they carry without a gap. */
	__u32 told;
	__u32 given;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct work);
} works SEC(".maps");

static __always_inline struct work *work_of_cpu(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&works, &first);
}

struct arguments {
	__u64 a0;
	__u64 a1;
	__u64 a2;
	__u64 a3;
	__s32 number;
};

/* A field by a load where the verifier knows the pointer's type, by a probe read where it does not. */
#define FIELD(typed, pointer, field) ((typed) ? (pointer)->field : BPF_CORE_READ(pointer, field))

/* Registers as the system call found them: x86 keeps the number in orig_ax and the arguments as they were; arm64 overwrites x0. */
static __always_inline void read_registers(const void *regs, struct arguments *to, const bool typed)
{
	const struct pt_regs___x86 *x86 = regs;
	const struct pt_regs___arm64 *arm64 = regs;

	if (bpf_core_field_exists(x86->orig_ax)) {
		to->number = (__s32)FIELD(typed, x86, orig_ax);
		to->a0 = FIELD(typed, x86, di);
		to->a1 = FIELD(typed, x86, si);
		to->a2 = FIELD(typed, x86, dx);
		to->a3 = FIELD(typed, x86, r10);
	} else if (bpf_core_field_exists(arm64->syscallno)) {
		to->number = FIELD(typed, arm64, syscallno);
		to->a0 = FIELD(typed, arm64, orig_x0);
		to->a1 = FIELD(typed, arm64, regs[1]);
		to->a2 = FIELD(typed, arm64, regs[2]);
		to->a3 = FIELD(typed, arm64, regs[3]);
	} else {
		to->number = -1;
	}
}

/* A 32-bit system call of the current thread, whose numbers and structures are others. */
static __always_inline bool in_compat_call(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	if (!bpf_core_field_exists(task->thread_info.status))
		return false;
	if (has_typed_task())
		return bpf_get_current_task_btf()->thread_info.status & TS_COMPAT;
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}

/* False in a 32-bit system call, whose numbers and structures are others, and where there are no registers. */
static __always_inline bool read_arguments(struct arguments *to)
{
	struct task_struct *task;

	if (in_compat_call()) {
		count(WEIR_LOST_COMPAT_CALLS);
		return false;
	}
	/* The registers lie at the top of the kernel stack. From Linux 5.15 on a helper says where that is. */
	if (config.stack_bytes) {
		task = (struct task_struct *)bpf_get_current_task();
		read_registers((char *)BPF_CORE_READ(task, stack) + config.stack_bytes, to, false);
		return true;
	}
	if (!has_typed_registers())
		return false;
	read_registers((const void *)bpf_task_pt_regs(bpf_get_current_task_btf()), to, true);
	return true;
}

/* The number of the system call that the current thread is in; only where registers are typed. */
static __always_inline __s32 current_call(void)
{
	const void *regs = (const void *)bpf_task_pt_regs(bpf_get_current_task_btf());

	if (bpf_core_field_exists(((const struct pt_regs___x86 *)regs)->orig_ax))
		return (__s32)((const struct pt_regs___x86 *)regs)->orig_ax;
	return ((const struct pt_regs___arm64 *)regs)->syscallno;
}

/* Fills in where the bytes of a call are. False when the call is none that Weir knows to be on a socket. */
static __always_inline bool locate(struct call *call, const struct arguments *from)
{
	const volatile struct weir_calls *calls = &config.calls;
	__s32 number = from->number;

	call->number = number;
	call->fd = (__s32)from->a0;
	call->pointer = from->a1;
	call->size = from->a2;
	if (number == calls->read || number == calls->write || number == calls->sendto || number == calls->recvfrom) {
		call->memory = MEMORY_BUFFER;
		call->flags = number == calls->recvfrom ? (__u32)from->a3 : 0;
	} else if (number == calls->readv || number == calls->writev || number == calls->preadv2 || number == calls->pwritev2) {
		call->memory = MEMORY_VECTORS;
	} else if (number == calls->sendmsg || number == calls->recvmsg) {
		call->memory = MEMORY_MESSAGE;
		call->flags = (__u32)from->a2;
	} else if (number == calls->sendmmsg || number == calls->recvmmsg) {
		call->memory = MEMORY_MESSAGES;
		call->flags = (__u32)from->a3;
	} else if (number == calls->sendfile || number == calls->splice || number == calls->io_uring_enter) {
		call->memory = MEMORY_NONE;
	} else {
		return false;
	}
	return true;
}

/* Whether the current thread is to be watched; then `call` says what it is in. */
static __always_inline bool wants_current(struct call *call)
{
	struct arguments arguments = {};
	__u32 flags = current_flags();

	if (is_own(bpf_get_current_pid_tgid() >> 32)) {
		count(WEIR_COUNT_OWN_CALLS);
		return false;
	}
	/* The kernel's own sockets (NFS, rxrpc): nobody's calls. A worker of io_uring works for its process. */
	if (flags & PF_KTHREAD)
		return false;
	__builtin_memset(call, 0, sizeof(*call));
	call->number = -1;
	if (flags & PF_IO_WORKER) {
		call->number = config.calls.io_uring_enter;
		return true;
	}
	if (read_arguments(&arguments) && !locate(call, &arguments))
		count(WEIR_LOST_UNKNOWN_CALLS);
	return true;
}

#endif
