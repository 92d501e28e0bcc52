// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "trace.h"

static int control_open(const char *name, int flags)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/0/vasic/%s", name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		die("cannot open '%s': %s", path, strerror(errno));
	return fd;
}

long control_read(const char *name)
{
	int fd = control_open(name, O_RDONLY);
	char text[32];
	ssize_t n;

	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		die("cannot read control '%s': %s", name, strerror(errno));
	close(fd);
	text[n] = '\0';
	return strtol(text, NULL, 10);
}

void control_write(const char *name, long value)
{
	int fd = control_open(name, O_WRONLY);
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", value);

	if (write(fd, text, n) != n)
		die("cannot write control '%s': %s", name, strerror(errno));
	close(fd);
	/* The simulated device has taken it when it answers the next question, not before. */
	control_read(name);
}
