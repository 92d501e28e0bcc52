/* SPDX-License-Identifier: MIT */
/* What the commands that try something have in common. */
#ifndef AMDFENCE_CMD_ARGS_H
#define AMDFENCE_CMD_ARGS_H

#include <argp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** The number that an option was given; ends the process, with a message, if it is none. */
uint64_t parse_number(struct argp_state *state, const char *what, const char *text, uint64_t low,
		      uint64_t high);

/** Whether @text begins with @word and is as long as that. */
bool is_word(const char *text, size_t length, const char *word);

/** For argp's help_filter: what @fill writes comes behind the options, other texts stay. */
char *help_behind_options(int key, const char *text, void (*fill)(FILE *out));

/** What is written to standard output. */
enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_TAP };

/** Set by SIGINT, SIGTERM and SIGHUP once they are caught; a second one ends the process. */
extern volatile sig_atomic_t asked_to_stop;
void catch_signals(void);

/** Whether standard output is a terminal that may be given colour. */
bool can_colour(void);

#endif
