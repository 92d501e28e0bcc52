// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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
	written = fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0;
	if (!written)
		complain("", "cannot write to standard output: %s", strerror(errno));
out:
	free(text);
	return written;
}
