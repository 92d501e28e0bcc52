// SPDX-License-Identifier: MIT
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "internal.h"

const char *auq_strerror(int err)
{
	const char *text;

	if (err == AUQ_ENOTSUPP || err == -AUQ_ENOTSUPP)
		return "User queues are switched off (ENOTSUPP)";
	/* Unlike strerror() safe in threads. */
	text = strerrordesc_np(err < 0 ? -(unsigned int)err : (unsigned int)err);
	return text ? text : "Unknown error";
}
