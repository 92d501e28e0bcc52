// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/snapshot.h"

const char *source_state_name(enum source_state state)
{
	static const char *const names[] = {
		[SOURCE_OK] = "ok",           [SOURCE_ABSENT] = "absent",
		[SOURCE_DENIED] = "denied",   [SOURCE_BROKEN] = "broken",
		[SOURCE_UNASKED] = "unasked",
	};

	return names[state];
}

const char *ip_name(enum auq_ip ip)
{
	static const char *const names[AUQ_NUM_IPS] = {
		[AUQ_IP_GFX] = "gfx",
		[AUQ_IP_COMPUTE] = "compute",
		[AUQ_IP_SDMA] = "sdma",
	};

	return names[ip];
}

unsigned cheapest_usable_ip(const struct gpu_snapshot *gpu)
{
	/* SDMA needs one small area, COMPUTE an EOP buffer, GFX the shadow of all its state */
	static const enum auq_ip order[AUQ_NUM_IPS] = {AUQ_IP_SDMA, AUQ_IP_COMPUTE, AUQ_IP_GFX};

	for (unsigned i = 0; i < AUQ_NUM_IPS; i++)
		if (gpu->ip[order[i]].state == AUQ_IP_USABLE)
			return order[i];
	return AUQ_NUM_IPS;
}
