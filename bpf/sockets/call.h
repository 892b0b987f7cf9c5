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

/* What the programs of one CPU work on: the call, and the header of its events. They neither sleep nor are preempted. */
struct work {
	struct weir_event header;
	struct call call;
	/* Address of the struct sock: from here it is a number, as global functions want it. */
	__u64 socket;
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

/* Registers as the system call found them: x86 keeps the number in orig_ax and the arguments as they were; arm64 overwrites x0. */
static __always_inline void read_registers(const void *regs, struct arguments *to)
{
	const struct pt_regs___x86 *x86 = regs;
	const struct pt_regs___arm64 *arm64 = regs;

	if (bpf_core_field_exists(x86->orig_ax)) {
		to->number = (__s32)BPF_CORE_READ(x86, orig_ax);
		to->a0 = BPF_CORE_READ(x86, di);
		to->a1 = BPF_CORE_READ(x86, si);
		to->a2 = BPF_CORE_READ(x86, dx);
		to->a3 = BPF_CORE_READ(x86, r10);
	} else if (bpf_core_field_exists(arm64->syscallno)) {
		to->number = BPF_CORE_READ(arm64, syscallno);
		to->a0 = BPF_CORE_READ(arm64, orig_x0);
		to->a1 = BPF_CORE_READ(arm64, regs[1]);
		to->a2 = BPF_CORE_READ(arm64, regs[2]);
		to->a3 = BPF_CORE_READ(arm64, regs[3]);
	} else {
		to->number = -1;
	}
}

/* False in a 32-bit system call, whose numbers and structures are others, and where there are no registers. */
static __always_inline bool read_arguments(struct arguments *to)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	if (bpf_core_field_exists(task->thread_info.status) && (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT)) {
		count(WEIR_LOST_COMPAT_CALLS);
		return false;
	}
	/* The registers lie at the top of the kernel stack. From Linux 5.15 on a helper says where that is. */
	if (config.stack_bytes) {
		read_registers((char *)BPF_CORE_READ(task, stack) + config.stack_bytes, to);
		return true;
	}
	if (!bpf_core_enum_value_exists(enum bpf_func_id___now, BPF_FUNC_task_pt_regs___now))
		return false;
	read_registers((const void *)bpf_task_pt_regs((void *)bpf_get_current_task_btf()), to);
	return true;
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
	struct weir_control *now = current_control();
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct arguments arguments = {};
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (!now || now->level == WEIR_LEVEL_OFF)
		return false;
	if (is_own(tgid)) {
		count(WEIR_COUNT_OWN_CALLS);
		return false;
	}
	/* The kernel's own sockets (NFS, rxrpc): nobody's calls. A worker of io_uring works for its process. */
	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return false;
	__builtin_memset(call, 0, sizeof(*call));
	call->number = -1;
	if (BPF_CORE_READ(task, flags) & PF_IO_WORKER) {
		call->number = config.calls.io_uring_enter;
		return true;
	}
	if (read_arguments(&arguments) && !locate(call, &arguments))
		count(WEIR_LOST_UNKNOWN_CALLS);
	return true;
}

#endif
