// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void complain(const char *remedy, const char *format, ...)
{
	va_list args;

	fputs("amdfence: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	if (remedy[0])
		fprintf(stderr, "  %s\n", remedy);
}

/* Not through stdout, which would try again, and complain again, at exit. */
static bool write_all(const char *text, size_t size)
{
	while (size) {
		ssize_t written = write(STDOUT_FILENO, text, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		text += written;
		size -= written;
	}
	return true;
}

static bool complain_of_output(void)
{
	complain("", "cannot write to standard output: %s", strerror(errno));
	return false;
}

bool can_print(void)
{
	return write(STDOUT_FILENO, "", 0) == 0 || complain_of_output();
}

bool print_whole(int (*fill)(const void *data, FILE *out), const void *data)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	bool written = false;
	int err = memory ? fill(data, memory) : -ENOMEM;

	if (memory && fclose(memory))
		err = -ENOMEM;
	if (err) {
		complain("", "cannot prepare the output: %s", strerror(-err));
		goto out;
	}
	written = write_all(text, size) || complain_of_output();
out:
	free(text);
	return written;
}
