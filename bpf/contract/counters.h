/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Slots of the per-cpu array `counters`. A test compares names and numbers with Weir.Linux.Bpf.BpfCounter. New ones go before
 * WEIR_COUNTERS; the TLS programs have 32 and up.
 */
#ifndef WEIR_CONTRACT_COUNTERS_H
#define WEIR_CONTRACT_COUNTERS_H

enum weir_counter {
	/* No loss: what was done. */
	WEIR_COUNT_CALLS = 0,
	WEIR_COUNT_EVENTS = 1,
	WEIR_COUNT_BYTES = 2,
	WEIR_COUNT_CAPTURED_BYTES = 3,
	WEIR_COUNT_IGNORED_CALLS = 4,
	WEIR_COUNT_OWN_CALLS = 5,
	WEIR_COUNT_CONNECTIONS = 6,
	WEIR_COUNT_CONNECTIONS_IGNORED = 7,

	/* Losses, each under its reason. */
	WEIR_LOST_RING_FULL = 8,
	WEIR_LOST_RING_FULL_BYTES = 9,
	WEIR_LOST_TABLE_FULL = 10,
	WEIR_LOST_FAULT_BYTES = 11,
	WEIR_LOST_NO_BUFFER_BYTES = 12,
	WEIR_LOST_CALL_LIMIT_BYTES = 13,
	WEIR_LOST_BUDGET_BYTES = 14,
	WEIR_LOST_LEVEL_BYTES = 15,
	WEIR_LOST_VECTORS_BYTES = 16,
	WEIR_LOST_COMPAT_CALLS = 17,
	WEIR_LOST_UNKNOWN_CALLS = 18,
	WEIR_LOST_NO_SOCKET = 19,
	WEIR_LOST_NO_TASK = 20,
	WEIR_LOST_CONTROL_EVENTS = 21,
	WEIR_LOST_MESSAGES = 22,

	/* No loss. Receives whose bytes the sender on this host had given. */
	WEIR_COUNT_GIVEN_CALLS = 23,
	/* Calls on watched connections that were let go because of WEIR_LEVEL_OFF. */
	WEIR_COUNT_OFF_CALLS = 24,
	/* Runs of the programs on sends and receives; those of which the time was taken, and the nanoseconds of these. */
	WEIR_COUNT_RUNS = 25,
	WEIR_COUNT_TIMED_RUNS = 26,
	WEIR_COUNT_TIMED_NS = 27,

	/* A loss: calls on connections that WEIR_LEVEL_SAMPLE leaves out, some of which nobody might have wanted. */
	WEIR_LOST_SAMPLED_CALLS = 28,

	/* TLS: no loss. */
	WEIR_COUNT_TLS_FIRST = 32,
	WEIR_COUNT_TLS_CALLS = 32,
	WEIR_COUNT_TLS_BYTES = 33,
	WEIR_COUNT_TLS_SESSIONS = 34,
	WEIR_COUNT_TLS_NESTED = 35,
	WEIR_COUNT_TLS_DECLARED = 36,
	WEIR_COUNT_TLS_FINGERPRINT = 37,
	WEIR_COUNT_TLS_REBOUND = 38,
	/* Calls whose session had no socket at that time. */
	WEIR_COUNT_TLS_UNBOUND = 39,

	/* TLS: losses. */
	WEIR_LOST_TLS_TABLE_FULL = 48,
	WEIR_LOST_TLS_DEPTH = 49,
	WEIR_LOST_TLS_SHAPE = 50,
	WEIR_LOST_TLS_NOTICES = 51,

	WEIR_COUNTERS = 64,
};

#endif
