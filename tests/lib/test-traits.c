// SPDX-License-Identifier: MIT
/* Which answer each release string gets. */
#include <string.h>

#include "amdgpu_userq.h"
#include "tap.h"

#define N AUQ_NO
#define Y AUQ_YES
#define U AUQ_UNKNOWN

/* The trees that were read, before them and between them. */
static const struct {
	const char *release;
	enum auq_answer answers[AUQ_NUM_TRAITS];
} read[] = {
	/* u64 L1 L2 L3 L4 2put err0 zero blocks warns race free close hang D1 D5 D6 D11 */
	{"6.18.5", {N, Y, Y, Y, Y, N, Y, Y, N, Y, Y, N, Y, N, Y, Y, Y, Y}},
	{"6.18.15", {N, Y, N, Y, Y, N, Y, Y, N, Y, Y, N, Y, N, Y, Y, Y, Y}},
	{"7.0.0", {N, Y, N, Y, N, Y, Y, Y, N, N, Y, Y, U, Y, Y, N, Y, N}},
	{"7.0.14", {N, Y, N, Y, N, Y, Y, Y, N, N, Y, Y, U, Y, Y, N, Y, N}},
	{"7.1.3", {Y, N, N, Y, N, N, N, Y, Y, N, N, Y, Y, Y, N, N, Y, N}},
	{"7.1.13", {Y, N, N, Y, N, N, N, N, Y, N, N, Y, Y, Y, N, N, Y, N}},
	{"7.2.13", {Y, N, N, Y, N, N, N, N, Y, N, N, Y, Y, Y, N, N, Y, N}},
	{"7.3.4", {Y, N, N, Y, N, N, N, N, Y, N, N, Y, Y, Y, N, N, Y, N}},
	/* before user queues */
	{"6.15.11", {N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N}},
	{"6.1.0-37-amd64", {N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N}},
	/* not read */
	{"6.16.12", {U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U}},
	{"6.19.14", {U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U}},
};

static const struct {
	const char *release;
	enum auq_trait trait;
	enum auq_answer answer;
} one[] = {
	/* names that distributions give */
	{"6.18.15+deb13-amd64", AUQ_TRAIT_LEAK_BORN_SIGNALED, Y},
	{"6.18.15-1~bpo13+1", AUQ_TRAIT_LEAK_BORN_SIGNALED, Y},
	{"7.1.13-1-MANJARO", AUQ_TRAIT_LEAK_BORN_SIGNALED, N},
	{"7.3.4-200.fc45.x86_64", AUQ_TRAIT_LEAK_PENDING_LIST, Y},
	{"7.1.13-arch1-1", AUQ_TRAIT_POINTS_U64, Y},
	{"7.3.4", AUQ_TRAIT_POINTS_U64, Y},
	{"7.3-custom", AUQ_TRAIT_POINTS_U64, Y},
	/* Ubuntu's .0 is any stable update, so an answer must hold for all of them */
	{"7.0.0-14-generic", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"7.0.0-14-generic", AUQ_TRAIT_LEAK_SHORT_WAIT, N},
	{"7.0.0-14-generic", AUQ_TRAIT_WAIT_DOUBLE_PUT, U},
	{"7.0.0", AUQ_TRAIT_WAIT_DOUBLE_PUT, Y},
	{"7.0.0-custom", AUQ_TRAIT_WAIT_DOUBLE_PUT, Y},
	/* release candidates: neither before nor after, unless both agree */
	{"6.18.0-rc3", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"7.1.0-rc1", AUQ_TRAIT_POINTS_U64, U},
	{"7.4.0-rc1", AUQ_TRAIT_POINTS_U64, Y},
	{"7.3.0-0.rc5.20261001.fc45", AUQ_TRAIT_LEAK_SHORT_WAIT, N},
	{"6.16.0-rc7", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	/* a later update may fix what is not fixed, and does not break what is */
	{"6.18.16", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"6.18.16", AUQ_TRAIT_LEAK_LAST_FENCE, N},
	{"6.18.16", AUQ_TRAIT_WAIT_DOUBLE_PUT, N},
	{"6.18.10", AUQ_TRAIT_LEAK_BORN_SIGNALED, Y},
	{"6.18.10", AUQ_TRAIT_LEAK_LAST_FENCE, U},
	{"7.1.0", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"7.1.0", AUQ_TRAIT_POINTS_U64, U},
	{"7.1.2", AUQ_TRAIT_WAIT_SHORT_BLOCKS, U},
	{"7.1.2", AUQ_TRAIT_CLOSE_PENDING_HANGS, U},
	{"7.1.14", AUQ_TRAIT_LEAK_PENDING_LIST, U},
	{"7.2.5", AUQ_TRAIT_LEAK_PENDING_LIST, Y},
	{"7.3.5", AUQ_TRAIT_LEAK_PENDING_LIST, U},
	{"7.4.0", AUQ_TRAIT_LEAK_PENDING_LIST, U},
	{"8.1.2", AUQ_TRAIT_LEAK_BORN_SIGNALED, N},
	{"10.0.0", AUQ_TRAIT_WAIT_DOUBLE_PUT, N},
	/* no releases */
	{"", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"linux", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"6", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"6.", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"6.18.", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"6.18.15x", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"-6.18.15", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{" 6.18.15", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"6.18.99999999999999999999", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"4294967302.18.15", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"4102.18.15", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"6.1042.15", AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{NULL, AUQ_TRAIT_LEAK_BORN_SIGNALED, U},
	{"6.18.15", AUQ_NUM_TRAITS, U},
	{"6.18.15", (enum auq_trait) - 1, U},
};

int main(void)
{
	size_t i;
	int trait;

	for (i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		for (trait = 0; trait < AUQ_NUM_TRAITS; trait++)
			if (auq_release_trait(read[i].release, (enum auq_trait)trait) !=
			    read[i].answers[trait])
				break;
		ok(trait == AUQ_NUM_TRAITS, "%s (trait %d)", read[i].release, trait);
	}
	for (i = 0; i < sizeof(one) / sizeof(one[0]); i++)
		ok(auq_release_trait(one[i].release, one[i].trait) == one[i].answer, "%s, trait %d",
		   one[i].release ? one[i].release : "NULL", (int)one[i].trait);
	for (trait = 0; trait < AUQ_NUM_TRAITS; trait++) {
		const char *text = auq_trait_kernels((enum auq_trait)trait);

		ok(text && strlen(text) > 5, "trait %d: %s", trait, text);
	}
	ok(!auq_trait_kernels(AUQ_NUM_TRAITS), "no text for no trait");
	return tap_done();
}
