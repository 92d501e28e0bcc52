/* SPDX-License-Identifier: MIT */
/* The slots of one device over time, from several dumps. Plain data. */
#ifndef AMDFENCE_HISTORY_H
#define AMDFENCE_HISTORY_H

#include <stdint.h>

struct point {
	int64_t time; /* s since 1970 */
	uint32_t used, leaked;
};

/** Only of dumps that have a listing. */
struct history {
	struct point *points; /* owned; in the order of time */
	unsigned num;
};

#endif
