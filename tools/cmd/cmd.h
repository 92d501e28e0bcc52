/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_CMD_H
#define AMDFENCE_CMD_H

#include "model/snapshot.h"

#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

/* Exit statuses of amdfence. */
enum { EXIT_CLEAN = 0, EXIT_FOUND = 1, EXIT_TROUBLE = 2 };

struct argp;

struct command {
	const char *name;
	const char *summary;
	/** What --help and the completions of shells are made from; NULL: it has no options. */
	const struct argp *argp;
	/** argv[0] is "amdfence NAME". The exit status. */
	int (*run)(int argc, char **argv);
};

/* Ends with NULL. */
extern const struct command *const commands[];

extern const struct command cmd_leak_check, cmd_race, cmd_sync_check, cmd_list, cmd_dump, cmd_diff,
	cmd_report, cmd_watch, cmd_sim, cmd_completion, cmd_help;

const struct command *command_find(const char *name);

/** Whether this process runs on the simulated device. */
bool is_simulated(void);

/** "amdfence: ..." on standard error, @remedy (may be "") on the next line. */
void complain(const char *remedy, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** False, with a message, when standard output is closed: to be asked before it costs something. */
bool can_print(void);

/**
 * What @fill writes, to standard output: all of it or, when something is wrong
 * beforehand, nothing. False, with a message, when it cannot be written.
 */
bool print_whole(int (*fill)(const void *data, FILE *out), const void *data);

/**
 * As print_whole(), or nothing when, while the reader is slow, a signal sets *@stop: who watches
 * for days is not asked twice to end.
 */
bool print_unless_stopped(int (*fill)(const void *data, FILE *out), const void *data,
			  const volatile sig_atomic_t *stop);

/**
 * As print_whole(), into a file, which is there as a whole or as it was before,
 * also when a signal ends the process.
 * @mode: 0: as it was, or as new files are
 */
bool write_whole(const char *path, mode_t mode, int (*fill)(const void *data, FILE *out),
		 const void *data);

/** That there is none, and why. */
void complain_no_gpu(void);

/**
 * The GPU that @wanted (a node, a PCI address or NULL for the first that can)
 * names, asked what it can do. False, with a message, if there is none.
 */
bool find_gpu(const char *wanted, unsigned deadline_s, struct gpu_snapshot *gpu);

/** As find_gpu() of one node, without a message: why and remedy instead. */
bool survey_gpu(struct gpu_snapshot *gpu, unsigned deadline_s, char *why, size_t size,
		const char **remedy);

#endif
