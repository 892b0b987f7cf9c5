/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The few fields of the kernel's structures that the programs read, by the kernel's names. `preserve_access_index` makes libbpf put in
 * the offsets of the running kernel (CO-RE); order, neighbours and unions here mean nothing. A name with three underscores stands for
 * the structure before them, as it was in some other kernel or architecture.
 */
#ifndef WEIR_KERNEL_H
#define WEIR_KERNEL_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;

#define NULL ((void *)0)
#define false 0
#define true 1

/* include/uapi/linux/bpf.h */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_RB_NO_WAKEUP = 1,
};

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define MSG_PEEK 2
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define PF_IO_WORKER 0x00000010
#define PF_KTHREAD 0x00200000
/* arch/x86/include/asm/thread_info.h: a 32-bit system call. */
#define TS_COMPAT 0x0002

/* include/net/sock.h, enum sock_flags: the peer's FIN has come. */
#define SOCK_DONE 1

/* include/net/tcp_states.h */
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
	TCP_FIN_WAIT1 = 4,
	TCP_FIN_WAIT2 = 5,
	TCP_TIME_WAIT = 6,
	TCP_CLOSE = 7,
	TCP_CLOSE_WAIT = 8,
	TCP_LAST_ACK = 9,
	TCP_LISTEN = 10,
	TCP_CLOSING = 11,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

typedef struct {
	long long counter;
} atomic64_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
	unsigned long skc_flags;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
};

struct tcp_sock {
	__u32 write_seq;
	__u32 copied_seq;
	__u32 rcv_nxt;
	__u32 snd_una;
	__u32 srtt_us;
};

struct socket {
	struct sock *sk;
};

struct inode {
	unsigned short i_mode;
};

struct file {
	struct inode *f_inode;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct thread_info {
	__u32 status;
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	unsigned int flags;
	int pid;
	int tgid;
	struct task_struct *group_leader;
	__u64 start_boottime;
	char comm[16];
	struct files_struct *files;
	void *io_uring;
};

/* arch/x86/include/asm/ptrace.h */
struct pt_regs___x86 {
	unsigned long r10;
	unsigned long r9;
	unsigned long r8;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long orig_ax;
};

/* arch/arm64/include/asm/ptrace.h */
struct pt_regs___arm64 {
	__u64 regs[31];
	__u64 orig_x0;
	__s32 syscallno;
};

struct pt_regs;

/* include/linux/uio.h */
struct iovec {
	void *iov_base;
	unsigned long iov_len;
};

struct iov_iter {
	__u8 iter_type;
	unsigned long iov_offset;
	const struct iovec *__iov;
	void *ubuf;
	unsigned long count;
	unsigned long nr_segs;
};

struct msghdr {
	struct iov_iter msg_iter;
};

/* kernel/trace/trace.h, as tracefs events/syscalls/.../format shows it */
struct trace_event_raw_sys_exit {
	__u64 common;
	long id;
	long ret;
};

enum bpf_func_id___now {
	BPF_FUNC_get_current_task_btf___now = 158,
	BPF_FUNC_task_pt_regs___now = 175,
};

#pragma clang attribute pop

/* What processes hand over; a layout of the system call interface, the same in every kernel of 64 bits. */
struct user_iovec {
	__u64 base;
	__u64 length;
};

struct user_message {
	__u64 name;
	__u32 name_length;
	__u32 padding;
	__u64 vectors;
	__u64 vector_count;
	__u64 control;
	__u64 control_length;
	__u32 flags;
	__u32 tail;
};

struct user_messages {
	struct user_message header;
	__u32 length;
	__u32 padding;
};

#endif
