// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/dump-names.h"

const char *engine_state_name(enum auq_ip_state state)
{
	static const char *const names[] = {
		[AUQ_IP_USABLE] = "usable", [AUQ_IP_KERNEL_TOO_OLD] = "kernel-too-old",
		[AUQ_IP_OFF] = "off",       [AUQ_IP_FIRMWARE_TOO_OLD] = "firmware-too-old",
		[AUQ_IP_ABSENT] = "absent", [AUQ_IP_UNSUPPORTED] = "unsupported",
	};

	return names[state];
}

const char *answer_name(enum auq_answer answer)
{
	static const char *const names[] = {
		[AUQ_NO] = "no",
		[AUQ_YES] = "yes",
		[AUQ_UNKNOWN] = "unknown",
	};

	return names[answer];
}
