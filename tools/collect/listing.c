// SPDX-License-Identifier: MIT
#include <config.h>

#include "collect/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int read_listing(const char *path, struct auq_listing **out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = auq_listing_read(fd, out);
	close(fd);
	return err;
}

void collect_listing(const char *path, struct listing_snapshot *snapshot)
{
	auq_listing_free(snapshot->listing);
	*snapshot = (struct listing_snapshot){0};
	snapshot->err = read_listing(path, &snapshot->listing);
	switch (-snapshot->err) {
	case 0:
		snapshot->state = SOURCE_OK;
		break;
	case ENOENT:
	case ENOTDIR:
		snapshot->state = SOURCE_ABSENT;
		break;
	case EACCES:
	case EPERM:
		snapshot->state = SOURCE_DENIED;
		break;
	default:
		snapshot->state = SOURCE_BROKEN;
		break;
	}
}

const char *listing_remedy(const struct listing_snapshot *snapshot)
{
	switch (snapshot->state) {
	case SOURCE_ABSENT:
		return "it takes debugfs (mount -t debugfs debugfs /sys/kernel/debug) and a kernel "
		       "with the patch that lists fence drivers, see kernel-patch/ in the source "
		       "of amdfence";
	case SOURCE_DENIED:
		return "debugfs is for root: run amdfence as root";
	case SOURCE_BROKEN:
		return "another version of amdfence may understand this kernel's listing";
	default:
		return "";
	}
}
