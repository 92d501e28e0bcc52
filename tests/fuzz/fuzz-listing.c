// SPDX-License-Identifier: MIT
/* Listings of fence drivers: both ways in agree, and what is accepted is in order. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "amdgpu_userq.h"
#include "fuzz.h"

static int read_text(const uint8_t *data, size_t size, struct auq_listing **out)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	int r;

	if (fd < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	r = auq_listing_read(fd, out);
	close(fd);
	return r;
}

static bool is_same(const struct auq_fence_driver *a, const struct auq_fence_driver *b)
{
	return a->slot == b->slot && a->va == b->va && a->context == b->context &&
	       a->pending == b->pending && !strcmp(a->comm, b->comm);
}

static void check(const struct auq_listing *parsed, const struct auq_listing *got)
{
	uint32_t count = auq_listing_count(parsed), i;

	if (auq_listing_count(got) != count || auq_listing_used(parsed) > auq_listing_total(parsed))
		abort();
	for (i = 0; i < count; i++) {
		const struct auq_fence_driver *driver = auq_listing_get(parsed, i);

		if (!is_same(driver, auq_listing_get(got, i)) ||
		    auq_listing_find(parsed, driver->slot) != driver ||
		    driver->slot >= auq_listing_total(parsed) ||
		    (driver->live && auq_fence_driver_is_leaked(driver)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct auq_listing *parsed = NULL, *got = NULL;
	int r = auq_listing_parse((const char *)data, size, &parsed);

	if (read_text(data, size, &got) != r || !r != !!parsed || !r != !!got)
		abort();
	if (!r)
		check(parsed, got);
	auq_listing_free(parsed);
	auq_listing_free(got);
	return 0;
}
