// SPDX-License-Identifier: MIT
#include <config.h>

#include "../lib/tap.h"
#include "act/trial.h"
#include "act/fates.h"
#include "model/catalogue.h"

int main(void)
{
	struct fates fates;
	uint32_t slot = 0;

	fates_init(&fates, 4);
	ok(!fates_highest(&fates, &slot), "nothing is open");
	fates_add(&fates, 7);
	fates_add(&fates, 3);
	ok(fates_highest(&fates, &slot) && slot == 7, "the highest is found");
	fates_add(&fates, 7);
	is(fates.trials[0].fate, FATE_FREED, "given out again: it was free");
	is(fates.trials[2].fate, FATE_OPEN, "... and is watched anew");
	fates_free(&fates, 7);
	ok(fates_highest(&fates, &slot) && slot == 3, "what was seen free is no longer looked for");
	fates_close(&fates, FATE_OCCUPIED);
	ok(fates.trials[1].fate == FATE_OCCUPIED && fates.trials[2].fate == FATE_FREED,
	   "only what is open is closed");
	fates_fini(&fates);

	for (unsigned i = 0; i < catalogue_size; i++)
		ok(trial_find(catalogue[i].id, false) != NULL, "%s has a trial", catalogue[i].id);
	return tap_done();
}
