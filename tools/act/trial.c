// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/trial.h"

#include <string.h>

static const struct trial *const trials[] = {
	&trial_control, &trial_l1, &trial_l1_two_queues, &trial_l2, &trial_l3, &trial_l4,
};

const struct trial *trial_find(const char *id, bool silent)
{
	if (silent && strcmp(id, trial_control_silent.id) == 0)
		return &trial_control_silent;
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
		if (strcmp(id, trials[i]->id) == 0)
			return trials[i];
	return NULL;
}
