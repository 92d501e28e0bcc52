// SPDX-License-Identifier: MIT
/* In libFuzzer's place under `make check`: the corpus of fuzz-NAME is tests/fuzz/corpus/NAME. */
#include <config.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/tap.h"
#include "fuzz.h"

static bool replay(const char *folder, const char *name)
{
	char path[4096], *text = NULL;
	size_t size;
	FILE *file, *copy;
	int c;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	copy = open_memstream(&text, &size);
	if (!file || !copy)
		return false;
	while ((c = getc(file)) != EOF)
		putc(c, copy);
	fclose(file);
	fclose(copy);
	LLVMFuzzerTestOneInput((const uint8_t *)text, size);
	free(text);
	return true;
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	const char *name = argc ? strrchr(argv[0], '-') : NULL;
	struct dirent *entry;
	char folder[2048];
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".",
		 name ? name + 1 : "");
	dir = opendir(folder);
	if (!ok(dir != NULL, "there is a corpus in %s", folder))
		return tap_done();
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ok(replay(folder, entry->d_name), "%s", entry->d_name);
	closedir(dir);
	return tap_done();
}
