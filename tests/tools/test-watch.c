// SPDX-License-Identifier: MIT
#include <config.h>

#include "../lib/tap.h"
#include "act/trial.h"
#include "act/watch.h"
#include "model/catalogue.h"

int main(void)
{
	struct watch watch;
	uint32_t slot = 0;

	watch_init(&watch, 4);
	ok(!watch_highest(&watch, &slot), "nothing is open");
	watch_add(&watch, 7);
	watch_add(&watch, 3);
	ok(watch_highest(&watch, &slot) && slot == 7, "the highest is found");
	watch_add(&watch, 7);
	is(watch.trials[0].fate, FATE_FREED, "given out again: it was free");
	is(watch.trials[2].fate, FATE_OPEN, "... and is watched anew");
	watch_free(&watch, 7);
	ok(watch_highest(&watch, &slot) && slot == 3, "what was seen free is no longer looked for");
	watch_close(&watch, FATE_OCCUPIED);
	ok(watch.trials[1].fate == FATE_OCCUPIED && watch.trials[2].fate == FATE_FREED,
	   "only what is open is closed");
	watch_fini(&watch);

	for (unsigned i = 0; i < catalogue_size; i++)
		ok(trial_find(catalogue[i].id, false) != NULL, "%s has a trial", catalogue[i].id);
	return tap_done();
}
