// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/fates.h"

#include <errno.h>
#include <stdlib.h>

int fates_init(struct fates *fates, unsigned room)
{
	*fates = (struct fates){.room = room};
	fates->trials = calloc(room, sizeof(*fates->trials));
	return fates->trials ? 0 : -ENOMEM;
}

void fates_fini(struct fates *fates)
{
	free(fates->trials);
	fates->trials = NULL;
}

void fates_free(struct fates *fates, uint32_t slot)
{
	for (unsigned i = 0; i < fates->num; i++)
		if (fates->trials[i].slot == slot && fates->trials[i].fate == FATE_OPEN)
			fates->trials[i].fate = FATE_FREED;
}

void fates_add(struct fates *fates, uint32_t slot)
{
	fates_free(fates, slot);
	fates->trials[fates->num].slot = slot;
	fates->trials[fates->num].fate = FATE_OPEN;
	fates->num++;
}

bool fates_highest(const struct fates *fates, uint32_t *slot)
{
	bool found = false;

	for (unsigned i = 0; i < fates->num; i++) {
		if (fates->trials[i].fate != FATE_OPEN)
			continue;
		if (!found || fates->trials[i].slot > *slot)
			*slot = fates->trials[i].slot;
		found = true;
	}
	return found;
}

void fates_close(struct fates *fates, enum fate fate)
{
	for (unsigned i = 0; i < fates->num; i++)
		if (fates->trials[i].fate == FATE_OPEN)
			fates->trials[i].fate = fate;
}
