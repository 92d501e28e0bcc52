/* SPDX-License-Identifier: MIT */
/* The defects that leak-check tries, one row each: everything else reads this table. */
#ifndef AMDFENCE_CATALOGUE_H
#define AMDFENCE_CATALOGUE_H

#include <amdgpu_userq.h>

/* In place of a trait: the row measures what other programs do to the slots meanwhile. */
#define DEFECT_CONTROL (-1)

struct defect {
	const char *id;
	const char *title;
	int trait; /* enum auq_trait or DEFECT_CONTROL */
	/* Refused without --force where the kernel has this trait and panic_on_warn is set; or -1.
	 */
	int warns;
	unsigned slots; /* pinned by one positive trial */
	const char *remedy;
	const char *description; /* a paragraph, for the manual page */
};

extern const struct defect catalogue[];
extern const unsigned catalogue_size;

/** NULL if there is none; upper and lower case are the same. */
const struct defect *catalogue_find(const char *id);

#endif
