// SPDX-License-Identifier: MIT
/*
 * The tree: real files, which the preloaded object shows in place of the machine's own. What
 * libdrm, libpciaccess and their users look at, as Linux has it.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profile.h"
#include "protocol.h"
#include "tree.h"

#define PCI     "/sys/devices/pci0000:00/" SIM_PCI_ADDRESS
#define DEBUGFS "/sys/kernel/debug/dri/"
#define CARD    "card0"
#define RENDER  "renderD128"
#define TO_PCI  "../../../devices/pci0000:00/" SIM_PCI_ADDRESS

/* The virtual ASIC's numbers, no real device's: tests/lab/asic. */
static const struct {
	const char *path, *text;
} files[] = {
	{PCI "/vendor", "0x1002\n"},
	{PCI "/device", "0x1110\n"},
	{PCI "/subsystem_vendor", "0x1af4\n"},
	{PCI "/subsystem_device", "0x1100\n"},
	{PCI "/revision", "0x01\n"},
	{PCI "/class", "0x038000\n"},
	{PCI "/irq", "24\n"},
	{PCI "/enable", "1\n"},
	{PCI "/boot_vga", "0\n"},
	{PCI "/numa_node", "-1\n"},
	{PCI "/modalias", "pci:v00001002d00001110sv00001AF4sd00001100bc03sc80i00\n"},
	{PCI "/uevent", "DRIVER=amdgpu\nPCI_CLASS=38000\nPCI_ID=1002:1110\n"
			"PCI_SUBSYS_ID=1AF4:1100\nPCI_SLOT_NAME=" SIM_PCI_ADDRESS "\n"
			"MODALIAS=pci:v00001002d00001110sv00001AF4sd00001100bc03sc80i00\n"},
	{PCI "/drm/" CARD "/dev", "226:0\n"},
	{PCI "/drm/" CARD "/uevent",
	 "MAJOR=226\nMINOR=0\nDEVNAME=dri/" CARD "\nDEVTYPE=drm_minor\n"},
	{PCI "/drm/" RENDER "/dev", "226:128\n"},
	{PCI "/drm/" RENDER "/uevent",
	 "MAJOR=226\nMINOR=128\nDEVNAME=dri/" RENDER "\nDEVTYPE=drm_minor\n"},
	{"/sys/class/drm/version", "drm 1.1.0 20060810\n"},
	{"/sys/module/amdgpu/parameters/user_queue", "1\n"},
	{"/proc/cmdline", "amdgpu.user_queue=1\n"},
	{"/proc/sys/kernel/panic_on_warn", "0\n"},
	{"/proc/sys/kernel/tainted", "0\n"},
	{DEBUGFS SIM_PCI_ADDRESS "/name",
	 "amdgpu dev=" SIM_PCI_ADDRESS " unique=" SIM_PCI_ADDRESS "\n"},
};

static const struct {
	const char *path, *target;
} links[] = {
	{PCI "/subsystem", "../../../bus/pci"},
	{PCI "/driver", "../../../bus/pci/drivers/amdgpu"},
	{PCI "/drm/" CARD "/device", "../../../" SIM_PCI_ADDRESS},
	{PCI "/drm/" CARD "/subsystem", "../../../../../class/drm"},
	{PCI "/drm/" RENDER "/device", "../../../" SIM_PCI_ADDRESS},
	{PCI "/drm/" RENDER "/subsystem", "../../../../../class/drm"},
	{"/sys/bus/pci/devices/" SIM_PCI_ADDRESS, TO_PCI},
	{"/sys/bus/pci/drivers/amdgpu/" SIM_PCI_ADDRESS, "../" TO_PCI},
	{"/sys/bus/pci/drivers/amdgpu/module", "../../../../module/amdgpu"},
	{"/sys/class/drm/" CARD, "../../devices/pci0000:00/" SIM_PCI_ADDRESS "/drm/" CARD},
	{"/sys/class/drm/" RENDER, "../../devices/pci0000:00/" SIM_PCI_ADDRESS "/drm/" RENDER},
	{"/sys/dev/char/226:0", "../../devices/pci0000:00/" SIM_PCI_ADDRESS "/drm/" CARD},
	{"/sys/dev/char/226:128", "../../devices/pci0000:00/" SIM_PCI_ADDRESS "/drm/" RENDER},
	{"/dev/dri/by-path/pci-" SIM_PCI_ADDRESS "-card", "../" CARD},
	{"/dev/dri/by-path/pci-" SIM_PCI_ADDRESS "-render", "../" RENDER},
	{DEBUGFS "0", SIM_PCI_ADDRESS},
	{DEBUGFS "128", SIM_PCI_ADDRESS},
};

/* "FOLDER/tree" and @path, with the folders that lead there. 0 or -errno. */
static int make_way(const char *folder, const char *path, char *out, size_t room)
{
	int length = snprintf(out, room, "%s/%s%s", folder, SIM_TREE, path);
	char *slash;

	if (length < 0 || (size_t)length >= room)
		return -ENAMETOOLONG;
	slash = out + strlen(folder);
	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(out, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int make_file(const char *folder, const char *path, const void *data, size_t bytes,
		     mode_t mode)
{
	char full[512];
	int fd, err = make_way(folder, path, full, sizeof(full));
	ssize_t written;

	if (err)
		return err;
	fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	written = write(fd, data, bytes);
	if (written != (ssize_t)bytes)
		err = written < 0 ? -errno : -ENOSPC;
	/* After the write, which would take the bits away that mean something here. */
	else if (fchmod(fd, mode) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int make_text(const char *folder, const char *path, const char *text)
{
	return make_file(folder, path, text, strlen(text), 0444);
}

static int make_link(const char *folder, const char *path, const char *target)
{
	char full[512];
	int err = make_way(folder, path, full, sizeof(full));

	return err ? err : symlink(target, full) < 0 ? -errno : 0;
}

/* A node's size is its minor number. */
static int make_node(const char *folder, const char *path, unsigned minor)
{
	char minor_many[256] = {0};

	return make_file(folder, path, minor_many, minor, SIM_MODE_NODE | 0660);
}

/* What libpciaccess reads: the header of type 0, and where the BARs are (none is mapped). */
static int make_pci(const char *folder)
{
	unsigned char config[256] = {
		[0] = 0x02,    [1] = 0x10,                            /* vendor, device */
		[2] = 0x10,    [3] = 0x11,    [4] = 0x06, [8] = 0x01, /* command, revision */
		[11] = 0x03,   [10] = 0x80,                           /* class */
		[0x2c] = 0xf4, [0x2d] = 0x1a,                         /* subsystem */
		[0x2e] = 0x00, [0x2f] = 0x11,
	};
	char resource[13 * 57 + 1] = "";
	int err = make_file(folder, PCI "/config", config, sizeof(config), 0444);

	for (unsigned bar = 0; bar < 13; bar++)
		strcat(resource, "0x0000000000000000 0x0000000000000000 0x0000000000000000\n");
	return err ? err : make_text(folder, PCI "/resource", resource);
}

static int make_release(const struct sim_profile *profile, const char *folder)
{
	char text[256];
	int err;

	snprintf(text, sizeof(text), "%s%s\n", profile->release, SIM_RELEASE_SUFFIX);
	err = make_text(folder, "/proc/sys/kernel/osrelease", text);
	snprintf(text, sizeof(text), "Linux version %s%s\n", profile->release, SIM_RELEASE_SUFFIX);
	return err ? err : make_text(folder, "/proc/version", text);
}

static int make_debugfs(struct sim *sim, const char *folder)
{
	const char *const *name;
	char path[256], *text;
	size_t bytes;
	int err = 0;

	for (name = sim_debugfs_list(); *name && !err; name++) {
		if ((*name)[strlen(*name) - 1] == '/')
			continue; /* its files bring it along */
		sim_lock(sim);
		text = sim_debugfs_read(sim, *name, &bytes);
		sim_unlock(sim);
		/* Not every kernel has every file. */
		if (!text)
			continue;
		free(text);
		snprintf(path, sizeof(path), "%s%s/%s", DEBUGFS, SIM_PCI_ADDRESS, *name);
		err = make_file(folder, path, "", 0, SIM_MODE_TEXT | 0600);
	}
	return err;
}

/* ---- folders that come and go -------------------------------------------- */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* drm_debugfs_clients_add(), amdgpu_debugfs_userq_init(). The kernel, too, goes on without. */
static void show_folder(void *arg, const char *name, bool is_there)
{
	const char *folder = arg;
	char path[128], full[512];

	if (!is_there) {
		snprintf(full, sizeof(full), "%s/" SIM_TREE DEBUGFS "%s", folder, name);
		nftw(full, remove_entry, 4, FTW_DEPTH | FTW_PHYS);
		return;
	}
	snprintf(path, sizeof(path), DEBUGFS "%s/%s", name,
		 strchr(name, '/') ? "mqd_info" : "proc_info");
	make_file(folder, path, "", 0, SIM_MODE_TEXT | 0444);
	if (strchr(name, '/'))
		return;
	snprintf(path, sizeof(path), DEBUGFS "%s/device", name);
	make_link(folder, path, "../" SIM_PCI_ADDRESS);
}

int sim_tree_make(struct sim *sim, const struct sim_profile *profile, const char *folder)
{
	int err = make_node(folder, "/dev/dri/" CARD, 0);

	if (!err)
		err = make_node(folder, "/dev/dri/" RENDER, 128);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !err; i++)
		err = make_text(folder, files[i].path, files[i].text);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]) && !err; i++)
		err = make_link(folder, links[i].path, links[i].target);
	if (!err)
		err = make_pci(folder);
	if (!err)
		err = make_release(profile, folder);
	if (!err)
		err = make_debugfs(sim, folder);
	if (err)
		return err;
	sim_lock(sim);
	sim_on_folder(sim, show_folder, (void *)folder);
	sim_unlock(sim);
	return 0;
}
