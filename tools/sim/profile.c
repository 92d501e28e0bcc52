/* SPDX-License-Identifier: MIT */
/*
 * What each simulated kernel does differently. Defects that the library knows come from its table;
 * the rest was read in the sources of Linux 6.18.5, 6.18.15, 7.1.3, 7.1.13, 7.2.13 and 7.3.4, 7.0.0
 * and 7.0.14 (amdgpu_userq.c, amdgpu_userq_fence.c, mes_userqueue.c, amdgpu_gem.c, amdgpu_kms.c).
 */
#include <amdgpu_userq.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device.h"

const struct sim_profile sim_profiles[] = {
	{.name = "6.18.5", .release = "6.18.5"},
	{.name = "6.18.15", .release = "6.18.15"},
	{.name = "7.0.0", .release = "7.0.0"},
	{.name = "7.1.3", .release = "7.1.3"},
	{.name = "7.1.13", .release = "7.1.13"},
	{.name = "7.2", .release = "7.2.13"},
	{.name = "7.3", .release = "7.3.4"},
	{.name = "fixed", .release = "7.3.4", .fixed = true},
	{0},
};

const struct sim_profile *sim_profile_find(const char *name)
{
	const struct sim_profile *profile;

	for (profile = sim_profiles; profile->name; profile++) {
		if (strcmp(profile->name, name) == 0 || strcmp(profile->release, name) == 0)
			return profile;
	}
	return NULL;
}

static unsigned number_of(const char *release)
{
	unsigned major = 0, minor = 0, patch = 0;

	sscanf(release, "%u.%u.%u", &major, &minor, &patch);
	return major << 16 | minor << 8 | patch;
}

#define VERSION(major, minor, patch) ((major) << 16 | (minor) << 8 | (patch))

void quirks_of(const struct sim_profile *profile, struct quirks *quirks)
{
	const char *release = profile->release;
	unsigned version = number_of(release);
	bool before_7_0 = version < VERSION(7, 0, 0), before_7_1 = version < VERSION(7, 1, 0);
	bool before_7_1_13 = version < VERSION(7, 1, 13), before_7_2 = version < VERSION(7, 2, 0);
	bool before_7_3 = version < VERSION(7, 3, 0);
#define HAS(trait) (auq_release_trait(release, AUQ_TRAIT_##trait) == AUQ_YES)

	*quirks = (struct quirks){
		.leaks_born_signaled = HAS(LEAK_BORN_SIGNALED),
		.leaks_last_fence = HAS(LEAK_LAST_FENCE),
		.leaks_pending = HAS(LEAK_PENDING_LIST) && !profile->fixed,
		.leaks_short_wait = HAS(LEAK_SHORT_WAIT),
		.puts_twice = HAS(WAIT_DOUBLE_PUT),
		.puts_twice_on_error = HAS(WAIT_ERROR_DOUBLE_PUT),
		.dedups_nothing_to_one = HAS(WAIT_ZERO_UNSAFE),
		.wakes_by_driver = version <= VERSION(7, 0, 0),
		.short_wait_blocks = HAS(WAIT_SHORT_BLOCKS),
		.short_wait_warns = HAS(WAIT_SHORT_WARNS),
		.refuses_same_bo = before_7_3,
		.points_are_64 = HAS(POINTS_U64),
		.collects_bos_first = before_7_1,
		.counts_in_16_bits = before_7_1,
		.limits_bos = !before_7_0,
		.detects_hangs = HAS(HANG_DETECTION),
		.cancels_detection_first = !before_7_1 && before_7_3,
		.free_pending = before_7_0   ? FREE_WAITS_100_MS
				: before_7_1 ? FREE_WAITS_INTR
					     : FREE_WAITS_FOREVER,
		.unknown_queue_is_einval = before_7_0,
		.gates_signal = version >= VERSION(6, 18, 15),
		.create_disabled_errno = version >= VERSION(6, 18, 15) ? -AUQ_ENOTSUPP : -EINVAL,
		.max_queues = before_7_0 ? 511 : 512,
		.too_many_errno = before_7_1 ? -ENOMEM : -EBUSY,
		.takes_doorbell_over = before_7_1_13,
		.checks_ring_size = !before_7_0,
		.checks_ring_align = !before_7_3,
		.checks_last_page = !before_7_3,
		.checks_doorbell_range = !before_7_1,
		.checks_doorbell_domain = !before_7_2,
		.checks_va_overflow = !before_7_0,
		.has_all_fw_areas = !before_7_0,
		.mqd_fault_is_enomem = before_7_3,
		.refuses_late_timeline = !before_7_3,
		.trap_bytes = before_7_1_13 ? 2 << 12 : 1 << 16,
		.dev_info_bytes = before_7_3 ? 448 : 440,
		.checks_bo_list = !before_7_3,
		.has_proc_options = !before_7_3,
		.counts_alignment = before_7_3,
		.open_reserves = before_7_3 ? 1 : 9,
		.ensure_reserves = before_7_3 ? 1 : 9,
		.leaks_wptr_buffer = before_7_0,
		.attaches_each_open = before_7_0,
		.attaches_unmapped = !before_7_3,
		.late_eviction_fence = !before_7_1,
		.dashes_queues = before_7_1,
		.close_hangs = before_7_0,
	};
#undef HAS
}
