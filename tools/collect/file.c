// SPDX-License-Identifier: MIT
#include <config.h>

#include "collect/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_ROOM 65536

static int read_all(int fd, size_t most, char **text, size_t *size)
{
	size_t room = FIRST_ROOM, used = 0;
	char *buffer = malloc(room + 1), *larger;
	ssize_t got;

	while (buffer) {
		got = read(fd, buffer + used, room - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || used + (size_t)got > most) {
			free(buffer);
			return got < 0 ? -errno : -EFBIG;
		}
		used += (size_t)got;
		if (!got) {
			buffer[used] = '\0';
			*text = buffer;
			*size = used;
			return 0;
		}
		if (used < room)
			continue;
		room *= 2;
		larger = realloc(buffer, room + 1);
		if (!larger)
			free(buffer);
		buffer = larger;
	}
	return -ENOMEM;
}

int collect_file(const char *path, size_t most, char **text, size_t *size)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	int err;

	if (fd < 0)
		return -errno;
	err = read_all(fd, most, text, size);
	if (fd != STDIN_FILENO)
		close(fd);
	return err;
}
