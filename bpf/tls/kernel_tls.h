/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* What the TLS programs need of the kernel beside include/kernel.h. */
#ifndef WEIR_TLS_KERNEL_H
#define WEIR_TLS_KERNEL_H

#include "../include/kernel.h"

enum {
	BPF_RB_FORCE_WAKEUP = 2,
};

/* Context of a uprobe: arch/x86/include/asm/ptrace.h, which does not change, as debuggers see it too. */
struct pt_regs {
	unsigned long r15;
	unsigned long r14;
	unsigned long r13;
	unsigned long r12;
	unsigned long bp;
	unsigned long bx;
	unsigned long r11;
	unsigned long r10;
	unsigned long r9;
	unsigned long r8;
	unsigned long ax;
	unsigned long cx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long orig_ax;
	unsigned long ip;
	unsigned long cs;
	unsigned long flags;
	unsigned long sp;
	unsigned long ss;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
};

struct task_struct___signal {
	struct signal_struct *signal;
};

#pragma clang attribute pop

#endif
