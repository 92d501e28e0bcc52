/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_COLLECT_FILE_H
#define AMDFENCE_COLLECT_FILE_H

#include <stddef.h>

/**
 * All of a file, or of standard input if @path is "-".
 * @text: gets it, to be freed, with a NUL behind that @size does not count
 * -errno of opening and reading, -EFBIG if it has more than @most bytes
 */
int collect_file(const char *path, size_t most, char **text, size_t *size);

#endif
