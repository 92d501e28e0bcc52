// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint64_t parse_number(struct argp_state *state, const char *what, const char *text, uint64_t low,
		      uint64_t high)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 0);
	if (errno || end == text || *end || strchr(text, '-') || number < low || number > high)
		argp_error(state, "%s must be a number from %llu to %llu, not '%s'", what,
			   (unsigned long long)low, (unsigned long long)high, text);
	return number;
}

bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncmp(text, word, length) == 0;
}

char *help_behind_options(int key, const char *text, void (*fill)(FILE *out))
{
	char *filled = NULL;
	size_t size;
	FILE *out;

	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	out = open_memstream(&filled, &size);
	if (!out)
		return NULL;
	fill(out);
	fclose(out);
	return filled;
}

volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
	(void)number;
	/* The second one ends this process; the worker cleans up by itself. */
	if (asked_to_stop) {
		terminal_leave();
		_exit(EXIT_TROUBLE);
	}
	asked_to_stop = 1;
}

void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal}, before;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* nohup asks to go on. A shell has SIGINT ignored in the background, unasked: not that one.
	 */
	if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
}

bool can_colour(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}
