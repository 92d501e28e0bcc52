// SPDX-License-Identifier: MIT
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "internal.h"

#define USUAL_MOUNT "/sys/kernel/debug"

static void find_debugfs(char *dir, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char line[4096];

	snprintf(dir, size, "%s", USUAL_MOUNT);
	if (!mounts)
		return;
	while (getmntent_r(mounts, &entry, line, sizeof(line))) {
		if (strcmp(entry.mnt_type, "debugfs"))
			continue;
		snprintf(dir, size, "%s", entry.mnt_dir);
		break;
	}
	endmntent(mounts);
}

int auq_device_listing_path(const struct auq_device *dev, char *path, size_t size)
{
	char dir[4096], whole[sizeof(dir) + 64];
	struct stat st;
	int length;

	if (!dev || !path)
		return -EINVAL;
	if (fstat(dev->fd, &st))
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENODEV;
	find_debugfs(dir, sizeof(dir));
	length = snprintf(whole, sizeof(whole), "%s/dri/%u/amdgpu_userq_fence_drivers", dir,
			  minor(st.st_rdev));
	if ((size_t)length >= size)
		return -ENAMETOOLONG;
	memcpy(path, whole, (size_t)length + 1);
	return 0;
}
