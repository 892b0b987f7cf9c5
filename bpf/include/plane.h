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

static __always_inline struct weir_control *current_control(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&control, &first);
}

static __always_inline bool is_own(__u32 tgid)
{
	for (int i = 0; i < WEIR_OWN_PROCESSES; i++)
		if (config.own_processes[i] == tgid)
			return true;
	return false;
}

/* The thread's process: its leader's name, for a thread may have a name of its own. */
static __always_inline void describe_process(struct weir_event *event)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	__u64 ids = bpf_get_current_pid_tgid();

	event->pid = ids >> 32;
	event->tid = (__u32)ids;
	event->cgroup = bpf_get_current_cgroup_id();
	event->process_start_ns = BPF_CORE_READ(leader, start_boottime);
	BPF_CORE_READ_INTO(&event->comm, leader, comm);
	event->flags |= WEIR_FLAG_PROCESS;
}

#endif
