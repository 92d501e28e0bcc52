// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/read-dump.h"
#include "cmd/cmd.h"
#include "collect/file.h"
#include "render/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The largest that we write has some 5 MiB. */
#define MOST_MIB 8
#define REMEDY   "'amdfence dump' writes what can be read here"

bool read_dump(const char *path, struct dump *dump)
{
	char *text, why[200];
	size_t size;
	int err = collect_file(path, (size_t)MOST_MIB << 20, &text, &size);
	bool read;

	if (err == -EFBIG) {
		complain(REMEDY, "'%s' is no dump: it has more than %d MiB", path, MOST_MIB);
		return false;
	}
	if (err) {
		complain("", "cannot read '%s': %s", path, strerror(-err));
		return false;
	}
	read = parse_dump(text, size, dump, why, sizeof(why));
	free(text);
	if (!read)
		complain(REMEDY, "cannot use '%s': %s", path, why);
	return read;
}
