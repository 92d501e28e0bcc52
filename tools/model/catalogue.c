// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/catalogue.h"

#include <strings.h>

const struct defect catalogue[] = {
	{
		.id = "control",
		.title = "signal, wait, free: nothing may stay behind",
		.trait = DEFECT_CONTROL,
		.warns = -1,
		.description = "A queue signals a fence, waits for it itself and is freed. No "
			       "defect but L2 "
			       "leaks here, so what stays occupied shows what other programs do "
			       "meanwhile. "
			       "Where L2 is there, the control's queues do not signal, and their "
			       "slots are "
			       "told from those of the queues made just before and after.",
	},
	{
		.id = "L2",
		.title = "the last fence of a queue is kept for ever",
		.trait = AUQ_TRAIT_LEAK_LAST_FENCE,
		.warns = -1,
		.slots = 1,
		.remedy = "upstream commit 8e051e38a8d4",
		.description =
			"A queue signals a fence and is freed; another queue, which never signals, "
			"reads the slot. Where this leaks, every queue that ever signalled does, "
			"and "
			"the other defects cannot be told apart from it: they are left out.",
	},
	{
		.id = "L1",
		.title = "a fence born signaled loses the references it inherits",
		.trait = AUQ_TRAIT_LEAK_BORN_SIGNALED,
		.warns = -1,
		.slots = 1,
		.remedy = "upstream commit dd88d42d9ca0",
		.description = "A queue signals a fence, waits for it itself, and signals again. "
			       "What WAIT "
			       "gathered goes to the second fence, which is signaled already when "
			       "it is made, "
			       "so that nobody gives the references back.",
	},
	{
		.id = "L1-2q",
		.title = "the same, the victim being another process's queue",
		.trait = AUQ_TRAIT_LEAK_BORN_SIGNALED,
		.warns = -1,
		.slots = 1,
		.remedy = "upstream commit dd88d42d9ca0",
		.description =
			"As L1 with two queues: one in another process signals and hands over its "
			"syncobj, ours waits for it and signals. What stays is the slot of the "
			"other "
			"process, after it has freed its queue and has ended.",
	},
	{
		.id = "L3",
		.title = "a fence still pending when its queue goes is never freed",
		.trait = AUQ_TRAIT_LEAK_PENDING_LIST,
		.warns = -1,
		.slots = 1,
		.remedy =
			"no fix is known upstream; kernel-patch/ in the source of amdfence has one",
		.description = "A queue signals with a wptr of 1, which stays pending, then with a "
			       "wptr of 0, "
			       "which is signaled at once, and is freed. The kernel waits for the "
			       "last fence "
			       "only; the pending one and its fence driver keep each other alive.",
	},
	{
		.id = "L4",
		.title = "WAIT with too small an array loses a fence",
		.trait = AUQ_TRAIT_LEAK_SHORT_WAIT,
		.warns = AUQ_TRAIT_WAIT_SHORT_WARNS,
		.slots = 1,
		.remedy = "fixed by the rework of amdgpu_userq_wait_ioctl() in Linux 7.0",
		.description =
			"WAIT is given one syncobj twice and room for one fence. Its fence is "
			"signaled, "
			"so no kernel blocks. Kernels that leak here also print one warning (WARN) "
			"into "
			"the kernel log, once until the driver is reloaded; where panic_on_warn is "
			"set "
			"that would stop the machine, and the trial is left out without --force.",
	},
};

const unsigned catalogue_size = sizeof(catalogue) / sizeof(catalogue[0]);

const struct defect *catalogue_find(const char *id)
{
	for (unsigned i = 0; i < catalogue_size; i++)
		if (strcasecmp(id, catalogue[i].id) == 0)
			return &catalogue[i];
	return NULL;
}
