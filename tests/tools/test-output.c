// SPDX-License-Identifier: MIT
/* One whole document or nothing, and no success that is none. */
#include <config.h>

#include "../lib/tap.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int fill(const void *data, FILE *out)
{
	fputs(data, out);
	return 0;
}

static int fill_and_fail(const void *data, FILE *out)
{
	fputs(data, out);
	return -ENOMEM;
}

/* Standard output becomes @file for one print_whole(); TAP goes on to the old one. */
static bool print_to(int file, int (*filler)(const void *, FILE *), const char *text)
{
	int tap = dup(STDOUT_FILENO);
	bool printed;

	dup2(file, STDOUT_FILENO);
	printed = print_whole(filler, text);
	dup2(tap, STDOUT_FILENO);
	close(tap);
	return printed;
}

int main(void)
{
	int full = open("/dev/full", O_WRONLY), null = open("/dev/null", O_RDONLY);
	int tap, pipes[2];
	char text[8] = "";
	bool can;

	if (pipe(pipes))
		return 1;
	ok(print_to(pipes[1], fill, "whole"), "a document");
	ok(read(pipes[0], text, sizeof(text)) == 5 && strcmp(text, "whole") == 0, "... is whole");
	ok(!print_to(pipes[1], fill_and_fail, "half"), "one that could not be made");
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	ok(read(pipes[0], text, sizeof(text)) < 0, "... is not printed at all");
	ok(!print_to(full, fill, "whole"), "a full disk is a failure");
	ok(!print_to(null, fill, "whole"), "what cannot be written to is one, too");

	tap = dup(STDOUT_FILENO);
	dup2(null, STDOUT_FILENO);
	can = can_print();
	dup2(tap, STDOUT_FILENO);
	ok(!can, "... which can be asked beforehand");
	ok(can_print(), "an open one can be printed to");
	return tap_done();
}
