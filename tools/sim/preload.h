/* SPDX-License-Identifier: MIT */
/*
 * The preloaded object: what libc's functions do on simulated files and paths.
 *
 * It keeps no table of files and allocates nothing: a file is known by its peer's name, a path by
 * its beginning. Its own system calls are raw ones, which neither sanitizers nor itself see.
 */
#ifndef SIM_PRELOAD_H
#define SIM_PRELOAD_H

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol.h"

/* Symbols that stand before libc's. */
#define SIM_EXPORT __attribute__((visibility("default")))

/* The function that would have been called without us. */
#define NEXT(function)                                                                             \
	({                                                                                         \
		static __typeof__(function) *next_;                                                \
		__typeof__(function) *found_ = __atomic_load_n(&next_, __ATOMIC_RELAXED);          \
		if (!found_) {                                                                     \
			*(void **)&found_ = dlsym(RTLD_NEXT, #function);                           \
			__atomic_store_n(&next_, found_, __ATOMIC_RELAXED);                        \
		}                                                                                  \
		found_;                                                                            \
	})

/* The result of a kernel's call as libc returns it. */
long sim_return(long result);

/* The session's folder, NULL outside of one. */
const char *sim_folder(void);

/* ---- preload-call.c ------------------------------------------------------ */

bool sim_is_simulated(int fd);
/*
 * Asks the server of simulated file @fd. @arg: of request->bytes, to go along. *@got: a file that
 * the server sent, -1 if none. The result or -errno.
 */
long sim_call(int fd, struct sim_request *request, const void *arg, int *got);
/* The same where no file is open yet. The connection is closed unless @keep is given. */
long sim_call_server(struct sim_request *request, const void *arg, int *got);

/* 0 or -errno. */
int sim_stat_fd(int fd, struct sim_stat *st);

/* ---- preload-path.c ------------------------------------------------------ */

/* @path itself or, where the machine is simulated, what stands for it in the tree, in @buf. */
const char *sim_path(int dirfd, const char *path, char buf[PATH_MAX]);
/* What a program is to see in place of @path: if it is in the tree, the simulated path. */
const char *sim_shown(const char *path);
/* The number of the file of this process that "/proc/self/fd/…" stands for, or -1. */
int sim_fd_of_path(const char *path);

#endif
