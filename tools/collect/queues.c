// SPDX-License-Identifier: MIT
#include <config.h>

#include "collect/host.h"
#include "collect/queues.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A small file. False: it cannot be read. */
static bool read_text(int folder, const char *name, char *text, size_t size)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	if (got < 0)
		return false;
	text[got] = '\0';
	return true;
}

/* What follows "KEY: " in a text of such lines, to the end of its line; "" if there is none. */
static void find_value(const char *text, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);

	value[0] = '\0';
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (strncmp(text, key, length) == 0 && strncmp(text + length, ": ", 2) == 0) {
			text += length + 2;
			snprintf(value, size, "%.*s", (int)strcspn(text, "\n"), text);
			return;
		}
}

/* The number behind @prefix in a name that has nothing else. */
static bool parse_name(const char *name, const char *prefix, uint64_t *number)
{
	size_t length = strlen(prefix);
	char *end;

	if (strncmp(name, prefix, length) != 0 || name[length] < '0' || name[length] > '9')
		return false;
	*number = strtoull(name + length, &end, 10);
	return !*end;
}

static bool is_of_device(int client, const char *pci)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(client, "device", target, sizeof(target) - 1);
	const char *name;

	if (length < 0)
		return true;
	target[length] = '\0';
	name = strrchr(target, '/');
	return strcmp(name ? name + 1 : target, pci) == 0;
}

/* False: it has gone meanwhile. */
static bool read_queue(int client, const char *name, struct queue_entry *entry)
{
	char path[NAME_MAX + 16], text[256], value[32];
	uint64_t type;

	snprintf(path, sizeof(path), "%s/mqd_info", name);
	entry->ip = -1;
	entry->mqd = 0;
	if (!read_text(client, path, text, sizeof(text)))
		return false;
	find_value(text, "queue_type", value, sizeof(value));
	if (parse_name(value, "", &type) && type < AUQ_NUM_IPS)
		entry->ip = (int)type;
	find_value(text, "mqd_gpu_address", value, sizeof(value));
	entry->mqd = strtoull(value, NULL, 0);
	return true;
}

static void read_client(int client, struct queue_entry *entry, struct queues *queues)
{
	int copy = dup(client);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);
	char text[256], value[32];
	struct dirent *name;
	uint64_t id;

	if (!folder) {
		if (copy >= 0)
			close(copy);
		return;
	}
	if (read_text(client, "proc_info", text, sizeof(text))) {
		find_value(text, "pid", value, sizeof(value));
		entry->pid = (uint32_t)strtoul(value, NULL, 10);
		/* The last line; the kernel writes the name as it is, with its ends of line. */
		find_value(text, "comm", entry->comm, sizeof(entry->comm));
	}
	while ((name = readdir(folder))) {
		/* up to 7.0; from 7.1 */
		if (!parse_name(name->d_name, "queue-", &id) &&
		    !parse_name(name->d_name, "queue_", &id))
			continue;
		if (queues->num == DUMP_MOST_QUEUES) {
			queues->left_out++;
			continue;
		}
		entry->queue = (uint32_t)id;
		if (read_queue(client, name->d_name, entry))
			queues->items[queues->num++] = *entry;
	}
	closedir(folder);
}

static int by_client(const void *a, const void *b)
{
	const struct queue_entry *x = a, *y = b;

	if (x->client != y->client)
		return x->client < y->client ? -1 : 1;
	return (x->queue > y->queue) - (x->queue < y->queue);
}

int collect_queues(const char *dri, const char *pci, struct queues *queues)
{
	DIR *folder = opendir(dri);
	bool has_clients = false;
	struct dirent *name;

	*queues = (struct queues){.source = source_of(folder ? 0 : errno)};
	if (!folder)
		return 0;
	queues->items = malloc(DUMP_MOST_QUEUES * sizeof(*queues->items));
	if (!queues->items) {
		closedir(folder);
		return -ENOMEM;
	}
	while ((name = readdir(folder))) {
		struct queue_entry entry = {0};
		int client;

		if (!parse_name(name->d_name, "client-", &entry.client))
			continue;
		has_clients = true;
		client = openat(dirfd(folder), name->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (client < 0)
			continue;
		if (is_of_device(client, pci))
			read_client(client, &entry, queues);
		close(client);
	}
	closedir(folder);
	if (!has_clients)
		queues->source = source_of(-ENOENT);
	qsort(queues->items, queues->num, sizeof(*queues->items), by_client);
	return 0;
}
