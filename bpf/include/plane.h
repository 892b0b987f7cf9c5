/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Maps and small things that every program of the kernel plane shares. Included once per object, after the kernel's headers. */
#ifndef WEIR_PLANE_H
#define WEIR_PLANE_H

#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "../contract/event.h"
#include "../contract/counters.h"
#include "../contract/config.h"

/* Written by Weir before the object is loaded. */
const volatile struct weir_config config = { .version = WEIR_CONTRACT_VERSION };

/* Written by Weir at any time; one slot. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct weir_control);
} control SEC(".maps");

/* Everything that Weir reads. Its size is set at load. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WEIR_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline void count_more(__u32 slot, __u64 amount)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &slot);

	if (value)
		*value += amount;
}

static __always_inline void count(__u32 slot)
{
	count_more(slot, 1);
}

/* One of as many runs is timed: what the plane costs on this machine, with these callers, at this level. */
#define WEIR_TIMED_EVERY 64
/* Beyond that a run was interrupted, or the host took the processor away. */
#define WEIR_LONGEST_RUN_NS 20000

/* A run begins; 0 when it is not timed. */
static __always_inline __u64 begin_run(void)
{
	__u32 slot = WEIR_COUNT_RUNS;
	__u64 *runs = bpf_map_lookup_elem(&counters, &slot);

	if (!runs)
		return 0;
	*runs += 1;
	return *runs % WEIR_TIMED_EVERY ? 0 : bpf_ktime_get_ns();
}

static __always_inline void end_run(__u64 begun)
{
	__u64 taken;

	if (!begun)
		return;
	taken = bpf_ktime_get_ns() - begun;
	if (taken > WEIR_LONGEST_RUN_NS)
		return;
	count(WEIR_COUNT_TIMED_RUNS);
	count_more(WEIR_COUNT_TIMED_NS, taken);
}

static __always_inline struct weir_control *current_control(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&control, &first);
}

/* Whether WEIR_LEVEL_SAMPLE watches the connection of these ports: both ends of it come to the same answer. */
static __always_inline bool is_sampled(__u32 local, __u32 remote)
{
	return !(((local ^ remote) * 0x9e3779b1u >> 16) % WEIR_SAMPLED_OF);
}

static __always_inline bool is_own(__u32 tgid)
{
	for (int i = 0; i < WEIR_OWN_PROCESSES; i++)
		if (config.own_processes[i] == tgid)
			return true;
	return false;
}

/*
 * Whether the verifier knows the type of the current task (Linux 5.11) and of its registers (5.15), so that their fields are loads of
 * one instruction. A probe read of one costs twenty times as much.
 */
static __always_inline bool has_typed_task(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id___now, BPF_FUNC_get_current_task_btf___now);
}

static __always_inline bool has_typed_registers(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id___now, BPF_FUNC_task_pt_regs___now);
}

/* PF_… of the current thread. */
static __always_inline __u32 current_flags(void)
{
	struct task_struct *task;

	if (has_typed_task())
		return bpf_get_current_task_btf()->flags;
	task = (struct task_struct *)bpf_get_current_task();
	return BPF_CORE_READ(task, flags);
}

/* The thread's process: its leader's name, for a thread may have a name of its own. */
static __always_inline void describe_process(struct weir_event *event)
{
	__u64 ids = bpf_get_current_pid_tgid();
	struct task_struct *leader;

	event->pid = ids >> 32;
	event->tid = (__u32)ids;
	event->cgroup = bpf_get_current_cgroup_id();
	event->flags |= WEIR_FLAG_PROCESS;
	if (has_typed_task()) {
		leader = bpf_get_current_task_btf()->group_leader;
		event->process_start_ns = leader->start_boottime;
		((__u64 *)event->comm)[0] = ((const __u64 *)leader->comm)[0];
		((__u64 *)event->comm)[1] = ((const __u64 *)leader->comm)[1];
		return;
	}
	leader = BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), group_leader);
	event->process_start_ns = BPF_CORE_READ(leader, start_boottime);
	BPF_CORE_READ_INTO(&event->comm, leader, comm);
}

#endif
