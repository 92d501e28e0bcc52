// SPDX-License-Identifier: MIT
#include "golden.h"

#include "../lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_golden(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	size_t size = 0;

	if (file) {
		size = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[size] = 0;
	return text;
}

void golden(const char *name, const char *text)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/tools/render/%s", srcdir ? srcdir : ".", name);
	if (getenv("UPDATE")) {
		FILE *file = fopen(path, "w");

		if (file) {
			fputs(text, file);
			fclose(file);
		}
	}
	if (ok(strcmp(read_golden(path), text) == 0, "%s", name))
		return;
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		printf("# %.*s\n", (int)strcspn(line, "\n"), line);
}
