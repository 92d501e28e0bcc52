// SPDX-License-Identifier: MIT
/*
 * What each kernel does differently or gets wrong: one table, by version.
 *
 * A range is written down only as far as trees were read (6.18.5, 6.18.15,
 * 7.0.0, 7.0.14, 7.1.3, 7.1.13, 7.2.13, 7.3.4) or as far as it follows from
 * them: a defect that two kernels of a line have, those in between have; one
 * that is fixed stays fixed; one that is not may be fixed by any later stable
 * update. What no range covers is AUQ_UNKNOWN, so are release candidates next
 * to a change. Before 6.16 there are no user queues, hence no traits.
 *
 * 7.0.14 was read in Ubuntu's 7.0.0-31.31, which has all of it and next to
 * nothing of later kernels; those after it are 7.0.14 by name, and take fixes
 * from 7.1 and 7.2 that no other 7.0.14 has.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* A release candidate comes before its .0, which is why sublevels count from 1. */
#define KERNEL(major, minor, sub) (((major) << 20) | ((minor) << 10) | ((sub) + 1u))
#define SUBLEVELS                 1022u
#define LAST_OF(major, minor)     KERNEL(major, minor, SUBLEVELS)
#define EVER                      UINT32_MAX

struct range {
	uint32_t first;
	uint32_t last;
	enum auq_answer answer;
};

struct trait {
	const char *kernels; /* for people */
	struct range ranges[8];
};

#define YES(first, last)                                                                           \
	{                                                                                          \
		first, last, AUQ_YES                                                               \
	}
#define NO(first, last)                                                                            \
	{                                                                                          \
		first, last, AUQ_NO                                                                \
	}

/* Functions without a file are in drivers/gpu/drm/amd/amdgpu/amdgpu_userq_fence.c. */
static const struct trait traits[AUQ_NUM_TRAITS] = {
	/* amdgpu_userq_wait_ioctl(): size of the elements that it copies from the user */
	[AUQ_TRAIT_POINTS_U64] =
		{
			"since 7.1.3, perhaps earlier",
			{NO(KERNEL(6, 18, 0), KERNEL(6, 18, 15)),
			 NO(KERNEL(7, 0, 0), KERNEL(7, 0, 14)), YES(KERNEL(7, 1, 3), EVER)},
		},
	/* amdgpu_userq_fence_create(), from 7.1 amdgpu_userq_fence_init() */
	[AUQ_TRAIT_LEAK_BORN_SIGNALED] =
		{
			"6.18 to 7.0; fixed in 7.1.3, perhaps earlier",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)),
			 YES(KERNEL(7, 0, 0), KERNEL(7, 0, 14)), NO(KERNEL(7, 1, 3), EVER)},
		},
	/* amdgpu_userq_fence_driver_free() */
	[AUQ_TRAIT_LEAK_LAST_FENCE] =
		{
			"6.18.0 to 6.18.5 and perhaps up to 6.18.14; fixed in 6.18.15 and 7.0",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 5)),
			 NO(KERNEL(6, 18, 15), LAST_OF(6, 18)), NO(KERNEL(7, 0, 0), EVER)},
		},
	/* amdgpu_userq_fence_driver_destroy() cannot run while fence_drv->fences has an entry */
	[AUQ_TRAIT_LEAK_PENDING_LIST] =
		{
			"6.18 to 7.3.4 at least; no fix known",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)),
			 YES(KERNEL(7, 0, 0), KERNEL(7, 0, 14)),
			 YES(KERNEL(7, 1, 0), KERNEL(7, 1, 13)),
			 YES(KERNEL(7, 2, 0), KERNEL(7, 2, 13)),
			 YES(KERNEL(7, 3, 0), KERNEL(7, 3, 4))},
		},
	/* amdgpu_userq_wait_ioctl(): the fence of drm_syncobj_find_fence() when the array is full
	 */
	[AUQ_TRAIT_LEAK_SHORT_WAIT] =
		{
			"6.18; fixed in 7.0",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)), NO(KERNEL(7, 0, 0), EVER)},
		},
	/* amdgpu_userq_wait_ioctl(): dma_fence_put() in the loop and again at free_fences */
	[AUQ_TRAIT_WAIT_DOUBLE_PUT] =
		{
			"7.0; fixed in 7.1.3, perhaps earlier",
			{NO(KERNEL(6, 18, 0), LAST_OF(6, 18)),
			 YES(KERNEL(7, 0, 0), KERNEL(7, 0, 14)), NO(KERNEL(7, 1, 3), EVER)},
		},
	/* amdgpu_userq_wait_ioctl(): goto free_fences after fences of the loop were put */
	[AUQ_TRAIT_WAIT_ERROR_DOUBLE_PUT] =
		{
			"6.18 to 7.0; fixed in 7.1.3, perhaps earlier",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)),
			 YES(KERNEL(7, 0, 0), KERNEL(7, 0, 14)), NO(KERNEL(7, 1, 3), EVER)},
		},
	/* drivers/dma-buf/dma-fence-unwrap.c, dma_fence_dedup_array(): returned 1 for 0 fences */
	[AUQ_TRAIT_WAIT_ZERO_UNSAFE] =
		{
			"6.18, 7.0, 7.1.0 to 7.1.3; fixed in 7.1.13 and 7.2.13, perhaps earlier",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)),
			 YES(KERNEL(7, 0, 0), KERNEL(7, 0, 14)),
			 YES(KERNEL(7, 1, 0), KERNEL(7, 1, 3)), NO(KERNEL(7, 1, 13), LAST_OF(7, 1)),
			 NO(KERNEL(7, 2, 13), LAST_OF(7, 2)), NO(KERNEL(7, 3, 4), EVER)},
		},
	/* amdgpu_userq_wait_add_fence() */
	[AUQ_TRAIT_WAIT_SHORT_BLOCKS] =
		{
			"since 7.1.3, perhaps earlier",
			{NO(KERNEL(6, 18, 0), LAST_OF(6, 18)), NO(KERNEL(7, 0, 0), LAST_OF(7, 0)),
			 YES(KERNEL(7, 1, 3), KERNEL(7, 3, 4))},
		},
	/* amdgpu_userq_wait_ioctl(): WARN_ON_ONCE(num_fences >= ...) */
	[AUQ_TRAIT_WAIT_SHORT_WARNS] =
		{
			"6.18; gone in 7.0",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)), NO(KERNEL(7, 0, 0), EVER)},
		},
	/* amdgpu_seq64.c, amdgpu_seq64_alloc() and amdgpu_seq64_free() */
	[AUQ_TRAIT_SLOT_RACE] =
		{
			"6.18, 7.0; fixed in 7.1.3, perhaps earlier",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)),
			 YES(KERNEL(7, 0, 0), KERNEL(7, 0, 14)), NO(KERNEL(7, 1, 3), EVER)},
		},
	/* amdgpu_userq.c, amdgpu_userq_wait_for_last_fence(): 100 ms in 6.18 */
	[AUQ_TRAIT_FREE_PENDING_BLOCKS] =
		{
			"since 7.0; from 7.3 until hang detection ends the wait",
			{NO(KERNEL(6, 18, 0), LAST_OF(6, 18)),
			 YES(KERNEL(7, 0, 0), KERNEL(7, 3, 4))},
		},
	/* amdgpu_userq.c, amdgpu_userq_evict() in 6.18, amdgpu_userq_mgr_fini() from 7.1 */
	[AUQ_TRAIT_CLOSE_PENDING_HANGS] =
		{
			"6.18, 7.1, 7.2; in 7.3 with amdgpu.gpu_recovery=0",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)),
			 YES(KERNEL(7, 1, 3), KERNEL(7, 1, 13)),
			 YES(KERNEL(7, 2, 0), KERNEL(7, 2, 13)),
			 YES(KERNEL(7, 3, 0), KERNEL(7, 3, 4))},
		},
	/* amdgpu_userq.c, amdgpu_userq_start_hang_detect_work() */
	[AUQ_TRAIT_HANG_DETECTION] =
		{
			"since 7.0",
			{NO(KERNEL(6, 18, 0), LAST_OF(6, 18)), YES(KERNEL(7, 0, 0), EVER)},
		},
	/* amdgpu_userq_fence_driver_process() and _destroy() both lock adev->userq_xa */
	[AUQ_TRAIT_IRQ_PUT_DEADLOCKS] =
		{
			"6.18, 7.0; fixed in 7.1.3, perhaps earlier",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)),
			 YES(KERNEL(7, 0, 0), KERNEL(7, 0, 14)), NO(KERNEL(7, 1, 3), EVER)},
		},
	/* amdgpu_userq_signal_ioctl() and amdgpu_userq_wait_ioctl(): idr_find() and no more */
	[AUQ_TRAIT_QUEUE_UNHELD] =
		{
			"6.18; fixed in 7.0",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)), NO(KERNEL(7, 0, 0), EVER)},
		},
	/* amdgpu_userq_wait_ioctl(), from 7.1 amdgpu_userq_wait_return_fence_info() */
	[AUQ_TRAIT_WAIT_LATE_REF] =
		{
			"6.18 to 7.3.4 at least; no fix known",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)),
			 YES(KERNEL(7, 0, 0), KERNEL(7, 0, 14)),
			 YES(KERNEL(7, 1, 0), KERNEL(7, 1, 13)),
			 YES(KERNEL(7, 2, 0), KERNEL(7, 2, 13)),
			 YES(KERNEL(7, 3, 0), KERNEL(7, 3, 4))},
		},
	/* amdgpu_userq.c, amdgpu_userq_mgr_fini(): only FREE unpins the doorbell's BO */
	[AUQ_TRAIT_CLOSE_KEEPS_DOORBELL] =
		{
			"6.18; fixed in 7.0",
			{YES(KERNEL(6, 18, 0), KERNEL(6, 18, 15)), NO(KERNEL(7, 0, 0), EVER)},
		},
};

static enum auq_answer at(enum auq_trait trait, uint32_t first, uint32_t last)
{
	const struct range *range = traits[trait].ranges;

	if (last < KERNEL(6, 16, 0) - 1)
		return AUQ_NO;
	for (; range->last; range++) {
		if (first >= range->first && last <= range->last)
			return range->answer;
	}
	return AUQ_UNKNOWN;
}

/* A decimal number of at most four digits, or -1. */
static int number(const char **s)
{
	int value = 0, digits = 0;

	while (isdigit((unsigned char)**s) && digits++ < 4)
		value = value * 10 + *(*s)++ - '0';
	return digits > 0 && digits <= 4 ? value : -1;
}

static bool has_candidate(const char *suffix)
{
	for (; (suffix = strstr(suffix, "rc")); suffix++) {
		if (isdigit((unsigned char)suffix[2]))
			return true;
	}
	return false;
}

/* The kernels that @release can stand for, or false if it is no release. */
static bool parse(const char *s, uint32_t *first, uint32_t *last)
{
	int major, minor, sub = 0;

	major = number(&s);
	if (major < 0 || major > 4095 || *s++ != '.')
		return false;
	minor = number(&s);
	if (minor < 0 || minor > 1023)
		return false;
	if (*s == '.') {
		s++;
		sub = number(&s);
		if (sub < 0 || sub > (int)SUBLEVELS)
			return false;
	}
	if (*s && !strchr("-+_~.", *s))
		return false;

	*first = *last = KERNEL((uint32_t)major, (uint32_t)minor, (uint32_t)sub);
	if (has_candidate(s))
		*first = *last = *first - 1;
	else if (!sub && s[0] == '-' && isdigit((unsigned char)s[1]))
		/* Ubuntu's 7.0.0-14-generic is 7.0 with any of its stable updates. */
		*last = LAST_OF((uint32_t)major, (uint32_t)minor);
	return true;
}

enum auq_answer auq_release_trait(const char *release, enum auq_trait trait)
{
	uint32_t first, last;

	if (!release || (unsigned int)trait >= AUQ_NUM_TRAITS || !parse(release, &first, &last))
		return AUQ_UNKNOWN;
	return at(trait, first, last);
}

const char *auq_trait_kernels(enum auq_trait trait)
{
	return (unsigned int)trait < AUQ_NUM_TRAITS ? traits[trait].kernels : NULL;
}
