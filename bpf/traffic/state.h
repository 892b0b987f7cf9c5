/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Where rows are added up, and what Weir tells the program. */
#ifndef WEIR_TRAFFIC_STATE_H
#define WEIR_TRAFFIC_STATE_H

/* WEIR_CONTRACT_VERSION: compared when it is loaded. */
const volatile struct weir_traffic_config config = { .version = WEIR_CONTRACT_VERSION };

struct rows {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct weir_traffic_key);
	__type(value, struct weir_traffic_counts);
};

/*
 * Two of each: one is added to while the other is read. The kernel tells who changes an array of maps only after every program that
 * could still use the old one has ended (kernel/bpf/syscall.c, maybe_wait_bpf_programs), so what is read stands still.
 */
struct rows rows_a SEC(".maps"), rows_b SEC(".maps");
/* By device and direction, for what found no row. */
struct rows others_a SEC(".maps"), others_b SEC(".maps");

enum { CURRENT_ROWS = 0, CURRENT_OTHERS = 1 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct rows);
} current SEC(".maps") = {
	.values = { [CURRENT_ROWS] = &rows_a, [CURRENT_OTHERS] = &others_a },
};

/* enum weir_device_kind by interface index. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
} devices SEC(".maps");

/* enum weir_tunnel_port by UDP port. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
} tunnel_ports SEC(".maps");

/* struct weir_traffic_frame; named, so that the object tells its layout. */
const struct weir_traffic_frame *frame_layout __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} frames SEC(".maps");

/* Packets that found no room at all. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} uncounted SEC(".maps");

static __always_inline bool add(__u32 slot, struct weir_traffic_key *key, __u32 bytes)
{
	void *table = bpf_map_lookup_elem(&current, &slot);
	struct weir_traffic_counts nothing = {};
	struct weir_traffic_counts *counts;

	if (!table)
		return false;
	counts = bpf_map_lookup_elem(table, key);
	if (!counts) {
		/* Another CPU may be first: then its row is there. */
		bpf_map_update_elem(table, key, &nothing, BPF_NOEXIST);
		counts = bpf_map_lookup_elem(table, key);
		if (!counts)
			return false;
	}
	__sync_fetch_and_add(&counts->bytes, bytes);
	__sync_fetch_and_add(&counts->packets, 1);
	return true;
}

static __always_inline bool count_row(struct weir_traffic_key *key, __u32 bytes)
{
	return add(CURRENT_ROWS, key, bytes);
}

static __always_inline void add_uncounted(void)
{
	__u32 only = 0;
	__u64 *packets = bpf_map_lookup_elem(&uncounted, &only);

	if (packets)
		*packets += 1;
}

static __always_inline void count_other(struct weir_traffic_key *key, __u32 bytes)
{
	struct weir_traffic_key other = { .device = key->device, .sent = key->sent, .kind = WEIR_TRAFFIC_OTHER };

	if (!add(CURRENT_OTHERS, &other, bytes))
		add_uncounted();
}

#endif
