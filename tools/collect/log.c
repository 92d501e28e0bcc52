// SPDX-License-Identifier: MIT
#include <config.h>

#include "collect/host.h"
#include "collect/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_BYTES 8192      /* PRINTKRB_RECORD_MAX and more: what a read of /dev/kmsg gives */
#define MOST_RECORDS (1 << 20) /* a kernel that never stops talking */

/*
 * "LEVEL,NUMBER,MICROSECONDS,FLAGS;TEXT", then lines with " KEY=VALUE"
 * (Documentation/ABI/testing/dev-kmsg). False: not of our driver, or no record.
 */
static bool parse_record(char *record, const char *pci, struct log_line *line)
{
	char *text = strchr(record, ';'), device[32], *end;
	unsigned facility_and_level;

	if (!text || sscanf(record, "%u,%*u,%" SCNu64, &facility_and_level, &line->us) != 2)
		return false;
	text++;
	snprintf(device, sizeof(device), "DEVICE=+pci:%s\n", pci);
	end = strchrnul(text, '\n');
	if (!(*end && pci[0] && strstr(end, device))) {
		*end = '\0';
		/* The command line may name disks and more, and has our parameters only. */
		if (!strstr(text, "amdgpu") || strstr(text, "ommand line: "))
			return false;
	}
	*end = '\0';
	line->level = facility_and_level & 7;
	snprintf(line->text, sizeof(line->text), "%s", text);
	dump_redact_line(line->text);
	return true;
}

/* 0 at the end, 1 for a record, -errno. */
static int read_record(int fd, char record[RECORD_BYTES])
{
	ssize_t got;

	do
		got = read(fd, record, RECORD_BYTES - 1);
	while (got < 0 && (errno == EINTR || errno == EPIPE)); /* EPIPE: it was overwritten */
	if (got < 0)
		return errno == EAGAIN ? 0 : -errno;
	record[got] = '\0';
	return got > 0;
}

/* From the oldest on, when @first of a full ring is not the beginning. */
static int turn(struct driver_log *log, unsigned first)
{
	struct log_line *lines;

	if (!first)
		return 0;
	lines = malloc(DUMP_MOST_LINES * sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	for (unsigned i = 0; i < DUMP_MOST_LINES; i++)
		lines[i] = log->lines[(first + i) % DUMP_MOST_LINES];
	free(log->lines);
	log->lines = lines;
	return 0;
}

int collect_log_of(int fd, const char *pci, struct driver_log *log)
{
	unsigned found = 0;
	char *record = malloc(RECORD_BYTES);
	int got = 0;

	log->lines = malloc(DUMP_MOST_LINES * sizeof(*log->lines));
	if (!record || !log->lines) {
		free(record);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < MOST_RECORDS && (got = read_record(fd, record)) > 0; i++)
		found += parse_record(record, pci, &log->lines[found % DUMP_MOST_LINES]);
	log->source = source_of(got < 0 ? got : 0);
	log->num = found < DUMP_MOST_LINES ? found : DUMP_MOST_LINES;
	free(record);
	return turn(log, found > DUMP_MOST_LINES ? found % DUMP_MOST_LINES : 0);
}

int collect_log(const char *pci, struct driver_log *log)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), err;

	log->source = source_of(fd < 0 ? errno : 0);
	if (fd < 0)
		return 0;
	err = collect_log_of(fd, pci, log);
	close(fd);
	return err;
}
