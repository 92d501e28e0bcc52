// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *growth_name(enum growth growth)
{
	static const char *const names[] = {
		[GROWTH_NONE] = "none",
		[GROWTH_LEAKS] = "leaks",
		[GROWTH_UNKNOWN] = "unknown",
	};

	return names[growth];
}

/* ---- fence drivers: the kernel gives no context out twice ------------------ */

static int by_identity(const void *a, const void *b)
{
	const struct auq_fence_driver *x = *(const struct auq_fence_driver *const *)a;
	const struct auq_fence_driver *y = *(const struct auq_fence_driver *const *)b;

	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return (x->context > y->context) - (x->context < y->context);
}

/* Those of @drivers, sorted, the @leaked ones only if that is asked; NULL: no memory. */
static const struct auq_fence_driver **sort_drivers(const struct drivers *drivers, bool leaked,
						    unsigned *num)
{
	const struct auq_fence_driver **sorted = malloc((drivers->num + 1) * sizeof(*sorted));

	*num = 0;
	for (unsigned i = 0; sorted && i < drivers->num; i++)
		if (!leaked || drivers->is_leaked[i])
			sorted[(*num)++] = &drivers->items[i];
	if (sorted)
		qsort(sorted, *num, sizeof(*sorted), by_identity);
	return sorted;
}

/* Those of @mine that are not among @theirs. */
static unsigned keep_new(const struct auq_fence_driver **mine, unsigned num,
			 const struct auq_fence_driver *const *theirs, unsigned num_theirs)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < num; i++)
		if (!bsearch(&mine[i], theirs, num_theirs, sizeof(*theirs), by_identity))
			mine[kept++] = mine[i];
	return kept;
}

static int compare_drivers(struct diff *diff)
{
	const struct drivers *before = &diff->before->drivers, *after = &diff->after->drivers;
	const struct auq_fence_driver **all = sort_drivers(before, false, &diff->num_vanished);
	unsigned num_before = diff->num_vanished;

	diff->vanished = sort_drivers(before, false, &diff->num_vanished);
	diff->appeared = sort_drivers(after, false, &diff->num_appeared);
	if (!all || !diff->vanished || !diff->appeared) {
		free(all);
		return -ENOMEM;
	}
	diff->num_vanished =
		keep_new(diff->vanished, diff->num_vanished, diff->appeared, diff->num_appeared);
	diff->num_appeared = keep_new(diff->appeared, diff->num_appeared, all, num_before);
	diff->is_partial = before->left_out || after->left_out;
	free(all);
	return 0;
}

static int count_leaks(struct diff *diff)
{
	const struct drivers *before = &diff->before->drivers, *after = &diff->after->drivers;
	unsigned num_was, num_is;
	const struct auq_fence_driver **was = sort_drivers(before, true, &num_was);
	const struct auq_fence_driver **is = sort_drivers(after, true, &num_is);
	int err = was && is ? 0 : -ENOMEM;

	diff->growth = GROWTH_UNKNOWN;
	if (!err && before->source.state == SOURCE_OK && after->source.state == SOURCE_OK) {
		/* Where not all are named, only their number tells. */
		if (num_was == before->leaked && num_is == after->leaked)
			diff->new_leaked = keep_new(is, num_is, was, num_was);
		else if (after->leaked > before->leaked)
			diff->new_leaked = after->leaked - before->leaked;
		diff->growth = diff->new_leaked ? GROWTH_LEAKS : GROWTH_NONE;
	}
	free(was);
	free(is);
	return err;
}

/* ---- owners ---------------------------------------------------------------- */

static int by_growth(const void *a, const void *b)
{
	const struct owner_change *x = a, *y = b;
	int64_t grown_x = (int64_t)(x->after.refs - x->before.refs);
	int64_t grown_y = (int64_t)(y->after.refs - y->before.refs);

	if (grown_x != grown_y)
		return grown_x < grown_y ? 1 : -1;
	return strcmp(x->comm, y->comm);
}

static int by_comm(const void *a, const void *b)
{
	return strcmp(((const struct owner_change *)a)->comm,
		      ((const struct owner_change *)b)->comm);
}

static unsigned add_owners(struct owner_change *changes, unsigned num,
			   const struct drivers *drivers, bool after)
{
	for (unsigned i = 0; i < drivers->num_owners; i++) {
		struct owner_change *change = &changes[num++];

		memcpy(change->comm, drivers->owners[i].comm, sizeof(change->comm));
		*(after ? &change->after : &change->before) = drivers->owners[i];
	}
	return num;
}

static bool has_changed(const struct owner_change *change)
{
	const struct owner *x = &change->before, *y = &change->after;

	return x->processes != y->processes || x->drivers != y->drivers || x->live != y->live ||
	       x->leaked != y->leaked || x->refs != y->refs || x->fences != y->fences ||
	       x->waitq != y->waitq || x->inherited != y->inherited ||
	       x->unaccounted != y->unaccounted || x->pending != y->pending;
}

int pair_owners(const struct drivers *before, const struct drivers *after,
		struct owner_change **pairs, unsigned *num_pairs)
{
	unsigned most = before->num_owners + after->num_owners, num = 0, kept = 0;
	struct owner_change *changes = calloc(most + 1, sizeof(*changes));

	if (!changes)
		return -ENOMEM;
	num = add_owners(changes, num, before, false);
	num = add_owners(changes, num, after, true);
	/* The same name in both stands side by side then, and becomes one. */
	qsort(changes, num, sizeof(*changes), by_comm);
	for (unsigned i = 0; i < num;) {
		struct owner_change change = changes[i++];

		for (; i < num && strcmp(changes[i].comm, change.comm) == 0; i++) {
			if (changes[i].before.drivers)
				change.before = changes[i].before;
			else
				change.after = changes[i].after;
		}
		changes[kept++] = change;
	}
	*pairs = changes;
	*num_pairs = kept;
	return 0;
}

static int compare_owners(struct diff *diff)
{
	unsigned num;
	int err = pair_owners(&diff->before->drivers, &diff->after->drivers, &diff->owners, &num);

	if (err)
		return err;
	for (unsigned i = 0; i < num; i++)
		if (has_changed(&diff->owners[i]))
			diff->owners[diff->num_owners++] = diff->owners[i];
	qsort(diff->owners, diff->num_owners, sizeof(*diff->owners), by_growth);
	return 0;
}

/* ---- queues ---------------------------------------------------------------- */

static int by_queue(const void *a, const void *b)
{
	const struct queue_entry *x = *(const struct queue_entry *const *)a;
	const struct queue_entry *y = *(const struct queue_entry *const *)b;

	if (x->client != y->client)
		return x->client < y->client ? -1 : 1;
	return (x->queue > y->queue) - (x->queue < y->queue);
}

static const struct queue_entry **sort_queues(const struct queues *queues)
{
	const struct queue_entry **sorted = malloc((queues->num + 1) * sizeof(*sorted));

	for (unsigned i = 0; sorted && i < queues->num; i++)
		sorted[i] = &queues->items[i];
	if (sorted)
		qsort(sorted, queues->num, sizeof(*sorted), by_queue);
	return sorted;
}

/* Those of @mine that @theirs has not; NULL: no memory. */
static const struct queue_entry **new_queues(const struct queues *mine, const struct queues *theirs,
					     unsigned *num)
{
	const struct queue_entry **sorted = sort_queues(mine), **others = sort_queues(theirs);

	*num = 0;
	for (unsigned i = 0; sorted && others && i < mine->num; i++)
		if (!bsearch(&sorted[i], others, theirs->num, sizeof(*others), by_queue))
			sorted[(*num)++] = sorted[i];
	if (!others) {
		free(sorted);
		sorted = NULL;
	}
	free(others);
	return sorted;
}

static int compare_queues(struct diff *diff)
{
	const struct queues *before = &diff->before->queues, *after = &diff->after->queues;

	diff->queues_appeared = new_queues(after, before, &diff->num_queues_appeared);
	diff->queues_vanished = new_queues(before, after, &diff->num_queues_vanished);
	return diff->queues_appeared && diff->queues_vanished ? 0 : -ENOMEM;
}

/* ---- values ---------------------------------------------------------------- */

static void compare_value(struct diff *diff, const char *group, const char *name,
			  const char *before, const char *after)
{
	struct value_change *change = &diff->values[diff->num_values];

	if (strcmp(before, after) == 0)
		return;
	snprintf(change->name, sizeof(change->name), "%s%s", group, name);
	snprintf(change->before, sizeof(change->before), "%s", before);
	snprintf(change->after, sizeof(change->after), "%s", after);
	diff->num_values++;
}

static const char *find_pair(const struct pairs *pairs, const char *name)
{
	for (unsigned i = 0; i < pairs->num; i++)
		if (strcmp(pairs->items[i].name, name) == 0)
			return pairs->items[i].value;
	return NULL;
}

static void compare_pairs(struct diff *diff, const char *group, const struct pairs *before,
			  const struct pairs *after)
{
	const char *other;

	for (unsigned i = 0; i < before->num; i++) {
		other = find_pair(after, before->items[i].name);
		compare_value(diff, group, before->items[i].name, before->items[i].value,
			      other ? other : "");
	}
	for (unsigned i = 0; i < after->num; i++)
		if (!find_pair(before, after->items[i].name))
			compare_value(diff, group, after->items[i].name, "", after->items[i].value);
}

static int compare_values(struct diff *diff)
{
	const struct dump *before = diff->before, *after = diff->after;
	char taint_before[65], taint_after[65];
	size_t most = 10 + before->parameters.num + after->parameters.num + before->firmware.num +
		      after->firmware.num;

	diff->values = calloc(most, sizeof(*diff->values));
	if (!diff->values)
		return -ENOMEM;
	dump_taint_letters(before->taint, taint_before);
	dump_taint_letters(after->taint, taint_after);
	compare_value(diff, "", "device", before->pci, after->pci);
	compare_value(diff, "", "device id", before->device_id, after->device_id);
	compare_value(diff, "", "os", before->os, after->os);
	compare_value(diff, "", "kernel", before->release, after->release);
	compare_value(diff, "", "kernel version", before->version, after->version);
	compare_value(diff, "", "taint", taint_before, taint_after);
	compare_value(diff, "", "amdgpu", before->driver_version, after->driver_version);
	compare_value(diff, "", "libdrm", before->libdrm_file, after->libdrm_file);
	compare_pairs(diff, "parameter ", &before->parameters, &after->parameters);
	compare_pairs(diff, "firmware ", &before->firmware, &after->firmware);
	return 0;
}

int diff_dumps(const struct dump *before, const struct dump *after, struct diff *diff)
{
	int err;

	*diff = (struct diff){.before = before, .after = after};
	err = compare_drivers(diff);
	if (!err)
		err = count_leaks(diff);
	if (!err)
		err = compare_owners(diff);
	if (!err)
		err = compare_queues(diff);
	if (!err)
		err = compare_values(diff);
	if (err)
		diff_fini(diff);
	return err;
}

void diff_fini(struct diff *diff)
{
	free(diff->owners);
	free(diff->appeared);
	free(diff->vanished);
	free(diff->queues_appeared);
	free(diff->queues_vanished);
	free(diff->values);
	*diff = (struct diff){0};
}
