/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* From a file descriptor of the current process to its socket, which works for those that were there before the probe. */
#ifndef WEIR_DESCRIPTOR_H
#define WEIR_DESCRIPTOR_H

#include "plane.h"

static __always_inline struct sock *socket_of(__s32 fd)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct socket *socket;
	struct file **files;
	struct file *file;

	if (!table) {
		count(WEIR_LOST_NO_TASK);
		return NULL;
	}
	if (fd < 0 || (__u32)fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	files = BPF_CORE_READ(table, fd);
	if (bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file) {
		/* Closed by another thread while the call ran. */
		count(WEIR_LOST_NO_SOCKET);
		return NULL;
	}
	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

#endif
