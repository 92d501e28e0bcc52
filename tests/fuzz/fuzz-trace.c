// SPDX-License-Identifier: MIT
/* Texts of traces: it is all one how they are cut, and what is held was given out. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "model/ledger.h"

#define SLOTS 64 /* few, to be quick */

static struct ledger *start(void)
{
	struct ledger *ledger = ledger_new(SLOTS);

	if (!ledger || ledger_own(ledger, 83))
		abort();
	return ledger;
}

static void compare(const struct ledger *a, const struct ledger *b)
{
	struct traced_driver x, y;
	char why[160], other[160];

	ledger_doubt(a, why, sizeof(why));
	ledger_doubt(b, other, sizeof(other));
	if (strcmp(why, other) || ledger_events(a) != ledger_events(b) ||
	    ledger_lost(a) != ledger_lost(b) ||
	    ledger_unexplained(a, 1) != ledger_unexplained(b, 1))
		abort();
	for (uint32_t slot = 0; slot < SLOTS; slot++) {
		enum traced traced = ledger_find(a, slot, &x);

		if (traced != ledger_find(b, slot, &y))
			abort();
		if ((traced == TRACED_OURS || traced == TRACED_OTHERS) &&
		    (x.slot != slot || x.pid != y.pid || strcmp(x.comm, y.comm) ||
		     strlen(x.comm) >= TRACE_COMM_BYTES))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct ledger *whole = start(), *cut = start();

	ledger_feed(whole, text, size);
	for (size_t i = 0; i < size; i += 7)
		ledger_feed(cut, text + i, size - i < 7 ? size - i : 7);
	ledger_expect(whole, 2, 1, 0);
	ledger_expect(cut, 2, 1, 0);
	compare(whole, cut);
	ledger_free(whole);
	ledger_free(cut);
	return 0;
}
