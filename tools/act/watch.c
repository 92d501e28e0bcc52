// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/watch.h"

#include <errno.h>
#include <stdlib.h>

int watch_init(struct watch *watch, unsigned room)
{
	*watch = (struct watch){.room = room};
	watch->trials = calloc(room, sizeof(*watch->trials));
	return watch->trials ? 0 : -ENOMEM;
}

void watch_fini(struct watch *watch)
{
	free(watch->trials);
	watch->trials = NULL;
}

void watch_free(struct watch *watch, uint32_t slot)
{
	for (unsigned i = 0; i < watch->num; i++)
		if (watch->trials[i].slot == slot && watch->trials[i].fate == FATE_OPEN)
			watch->trials[i].fate = FATE_FREED;
}

void watch_add(struct watch *watch, uint32_t slot)
{
	watch_free(watch, slot);
	watch->trials[watch->num].slot = slot;
	watch->trials[watch->num].fate = FATE_OPEN;
	watch->num++;
}

bool watch_highest(const struct watch *watch, uint32_t *slot)
{
	bool found = false;

	for (unsigned i = 0; i < watch->num; i++) {
		if (watch->trials[i].fate != FATE_OPEN)
			continue;
		if (!found || watch->trials[i].slot > *slot)
			*slot = watch->trials[i].slot;
		found = true;
	}
	return found;
}

void watch_close(struct watch *watch, enum fate fate)
{
	for (unsigned i = 0; i < watch->num; i++)
		if (watch->trials[i].fate == FATE_OPEN)
			watch->trials[i].fate = fate;
}
