// SPDX-License-Identifier: MIT
#include <config.h>

#include "collect/host.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <xf86drm.h>

#define PARAMETERS "/sys/module/amdgpu/parameters"

struct source source_of(int err)
{
	struct source source = {.state = SOURCE_OK};

	switch (err < 0 ? -err : err) {
	case 0:
		return source;
	case ENOENT:
	case ENOTDIR:
	case ENODEV:
		source.state = SOURCE_ABSENT;
		break;
	case EACCES:
	case EPERM:
		source.state = SOURCE_DENIED;
		break;
	default:
		source.state = SOURCE_BROKEN;
	}
	snprintf(source.error, sizeof(source.error), "%s", auq_strerror(err));
	return source;
}

/* The first line of a small file, without its end. 0 or -errno. */
static int read_line(int folder, const char *name, char *line, size_t size)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t got;
	int err;

	if (fd < 0)
		return -errno;
	got = read(fd, line, size - 1);
	err = got < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	line[got] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->name, ((const struct pair *)b)->name);
}

/* Each file of a folder with what it says. What may not be read is left out. */
static int read_folder(const char *path, struct pairs *pairs)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	struct stat st;

	pairs->source = source_of(folder ? 0 : errno);
	if (!folder)
		return 0;
	pairs->items = calloc(DUMP_MOST_PAIRS, sizeof(*pairs->items));
	while (pairs->items && pairs->num < DUMP_MOST_PAIRS && (entry = readdir(folder))) {
		struct pair *pair = &pairs->items[pairs->num];

		if (strlen(entry->d_name) >= sizeof(pair->name) ||
		    fstatat(dirfd(folder), entry->d_name, &st, 0) < 0 || !S_ISREG(st.st_mode) ||
		    read_line(dirfd(folder), entry->d_name, pair->value, sizeof(pair->value)))
			continue;
		strcpy(pair->name, entry->d_name);
		pairs->num++;
	}
	closedir(folder);
	if (!pairs->items)
		return -ENOMEM;
	qsort(pairs->items, pairs->num, sizeof(*pairs->items), by_name);
	return 0;
}

/* What the variable of a line of os-release(5) holds, if it is this one. */
static bool take_variable(const char *line, const char *variable, char *value, size_t size)
{
	size_t length = strlen(variable);
	char quote;

	if (strncmp(line, variable, length) != 0 || line[length] != '=')
		return false;
	line += length + 1;
	quote = *line == '"' || *line == '\'' ? *line++ : '\n';
	snprintf(value, size, "%.*s", (int)(strchrnul(line, quote) - line), line);
	return true;
}

static void read_os(char *os, size_t size)
{
	FILE *file = fopen("/etc/os-release", "re");
	char line[512];

	if (!file)
		file = fopen("/usr/lib/os-release", "re");
	while (file && fgets(line, sizeof(line), file))
		if (take_variable(line, "PRETTY_NAME", os, size))
			break;
	if (file)
		fclose(file);
}

/* The file that the program runs with; its name may say more than the version built with. */
static void find_libdrm(char *path, size_t size)
{
	Dl_info info;
	char *real;

	if (!dladdr(dlsym(RTLD_DEFAULT, "drmGetVersion"), &info) || !info.dli_fname)
		return;
	real = realpath(info.dli_fname, NULL);
	snprintf(path, size, "%s", real ? real : info.dli_fname);
	free(real);
}

int collect_host(struct dump *dump)
{
	struct utsname names;
	char line[64];

	read_os(dump->os, sizeof(dump->os));
	if (uname(&names) == 0) {
		snprintf(dump->machine, sizeof(dump->machine), "%s", names.machine);
		snprintf(dump->version, sizeof(dump->version), "%s", names.version);
	}
	dump->taint_source =
		source_of(read_line(AT_FDCWD, "/proc/sys/kernel/tainted", line, sizeof(line)));
	if (dump->taint_source.state == SOURCE_OK)
		dump->taint = strtoull(line, NULL, 10);
	snprintf(dump->libdrm_built, sizeof(dump->libdrm_built), "%s", LIBDRM_VERSION);
	find_libdrm(dump->libdrm_file, sizeof(dump->libdrm_file));
	return read_folder(PARAMETERS, &dump->parameters);
}

int collect_firmware(const char *pci, struct pairs *firmware)
{
	char path[PATH_MAX];

	/* amdgpu_ucode.c, fw_attrs[]; one file each */
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/fw_version", pci);
	return read_folder(path, firmware);
}
