// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/dump.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void drivers_fini(struct drivers *drivers)
{
	free(drivers->owners);
	free(drivers->items);
	free(drivers->is_leaked);
	*drivers = (struct drivers){0};
}

void dump_fini(struct dump *dump)
{
	free(dump->parameters.items);
	free(dump->firmware.items);
	free(dump->queues.items);
	drivers_fini(&dump->drivers);
	free(dump->log.lines);
	free(dump->trials);
	*dump = (struct dump){0};
}

enum verdict dump_verdict(const struct dump *dump)
{
	if (dump->drivers.leaked)
		return VERDICT_LEAK;
	return dump->checked ? dump->check_verdict : VERDICT_UNKNOWN;
}

void dump_taint_letters(uint64_t taint, char letters[65])
{
	/* taint_flags[] of kernel/panic.c, 7.3.4: in the order of the bits */
	static const char flags[] = "PFSRMBUDAWCIOELKXTNJ";

	for (unsigned bit = 0; bit < 64; bit++)
		if (taint >> bit & 1)
			*letters++ = bit < sizeof(flags) - 1 ? flags[bit] : '?';
	*letters = '\0';
}

/* ---- fence drivers ------------------------------------------------------- */

static bool is_leaked(const struct auq_listing *earlier, const struct auq_fence_driver *driver)
{
	const struct auq_fence_driver *was = auq_listing_find(earlier, driver->slot);

	return auq_fence_driver_is_leaked(driver) && was && was->context == driver->context &&
	       auq_fence_driver_is_leaked(was);
}

static int by_name_and_pid(const void *a, const void *b)
{
	const struct auq_fence_driver *x = *(const struct auq_fence_driver *const *)a;
	const struct auq_fence_driver *y = *(const struct auq_fence_driver *const *)b;
	int order = strcmp(x->comm, y->comm);

	return order ? order : (x->pid > y->pid) - (x->pid < y->pid);
}

static int by_refs(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->refs != y->refs)
		return x->refs < y->refs ? 1 : -1;
	return strcmp(x->comm, y->comm);
}

static void add_owner(struct owner *sum, const struct owner *owner)
{
	sum->drivers += owner->drivers;
	sum->live += owner->live;
	sum->leaked += owner->leaked;
	sum->refs += owner->refs;
	sum->fences += owner->fences;
	sum->waitq += owner->waitq;
	sum->inherited += owner->inherited;
	sum->pending += owner->pending;
	sum->unaccounted += owner->unaccounted;
}

static void add_to_owner(struct owner *owner, const struct auq_fence_driver *driver, bool leaked)
{
	owner->drivers++;
	owner->live += driver->live;
	owner->leaked += leaked;
	owner->refs += driver->refs;
	owner->fences += driver->fences;
	owner->waitq += driver->waitq;
	owner->inherited += driver->inherited;
	owner->pending += driver->pending;
	owner->unaccounted += auq_fence_driver_unaccounted(driver);
}

/* @sorted by name and pid. */
static int sum_up(struct drivers *drivers, const struct auq_listing *earlier,
		  const struct auq_fence_driver *const *sorted)
{
	struct owner *owners = calloc(drivers->count + 1, sizeof(*owners)), *less;
	const struct auq_fence_driver *last = NULL;
	unsigned num = 0;

	if (!owners)
		return -ENOMEM;
	for (uint32_t i = 0; i < drivers->count; last = sorted[i++]) {
		bool same = last && strcmp(last->comm, sorted[i]->comm) == 0;

		if (!same)
			memcpy(owners[num++].comm, sorted[i]->comm, sizeof(owners[0].comm));
		if (!same || last->pid != sorted[i]->pid)
			owners[num - 1].processes++;
		add_to_owner(&owners[num - 1], sorted[i], is_leaked(earlier, sorted[i]));
	}
	qsort(owners, num, sizeof(*owners), by_refs);
	drivers->num_owners = num < DUMP_MOST_OWNERS ? num : DUMP_MOST_OWNERS;
	drivers->owners_left_out = num - drivers->num_owners;
	for (unsigned i = drivers->num_owners; i < num; i++)
		add_owner(&drivers->others, &owners[i]);
	less = realloc(owners, (drivers->num_owners + 1) * sizeof(*owners));
	drivers->owners = less ? less : owners;
	return 0;
}

static void take_items(struct drivers *drivers, const struct auq_listing *earlier,
		       const struct auq_listing *listing, unsigned most, bool leaked)
{
	for (uint32_t i = 0; i < drivers->count && drivers->num < most; i++) {
		const struct auq_fence_driver *driver = auq_listing_get(listing, i);

		if (is_leaked(earlier, driver) != leaked)
			continue;
		drivers->is_leaked[drivers->num] = leaked;
		drivers->items[drivers->num++] = *driver;
	}
}

int drivers_take_listing(struct drivers *drivers, const struct auq_listing *earlier,
			 const struct auq_listing *listing, unsigned most)
{
	const struct auq_fence_driver **sorted;
	int err;

	drivers->used = auq_listing_used(listing);
	drivers->total = auq_listing_total(listing);
	drivers->count = auq_listing_count(listing);
	sorted = malloc((drivers->count + 1) * sizeof(*sorted));
	drivers->items = malloc((most + 1) * sizeof(*drivers->items));
	drivers->is_leaked = malloc((most + 1) * sizeof(*drivers->is_leaked));
	if (!sorted || !drivers->items || !drivers->is_leaked) {
		free(sorted);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < drivers->count; i++) {
		sorted[i] = auq_listing_get(listing, i);
		drivers->live += sorted[i]->live;
		drivers->leaked += is_leaked(earlier, sorted[i]);
	}
	qsort(sorted, drivers->count, sizeof(*sorted), by_name_and_pid);
	err = sum_up(drivers, earlier, sorted);
	free(sorted);
	take_items(drivers, earlier, listing, most, true);
	take_items(drivers, earlier, listing, most, false);
	drivers->left_out = drivers->count - drivers->num;
	return err;
}

/* ---- the verdicts of leak-check ------------------------------------------ */

int dump_take_report(struct dump *dump, const struct report *report)
{
	dump->trials = calloc(catalogue_size, sizeof(*dump->trials));
	if (!dump->trials)
		return -ENOMEM;
	dump->checked = true;
	dump->check_verdict = report->verdict;
	dump->check_cost = report->cost_actual;
	dump->num_trials = catalogue_size;
	for (unsigned i = 0; i < catalogue_size; i++) {
		const struct finding *finding = &report->findings[i];
		struct dump_trial *trial = &dump->trials[i];

		strncpy(trial->id, finding->defect->id, sizeof(trial->id) - 1);
		strncpy(trial->title, finding->defect->title, sizeof(trial->title) - 1);
		trial->expected = finding->expected;
		trial->verdict = finding->verdict;
		trial->run = finding->run;
		trial->leaked = finding->leaked;
		while (trial->num_slots < finding->run && trial->num_slots < DUMP_MOST_SLOTS) {
			trial->slots[trial->num_slots] = finding->outcomes[trial->num_slots].slot;
			trial->num_slots++;
		}
		memcpy(trial->skipped, finding->skipped, sizeof(trial->skipped));
	}
	return 0;
}

/* ---- what nobody else need know ------------------------------------------ */

struct names {
	const char **names;
	unsigned num;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each once, sorted. They point into @text, a copy of all. */
static int gather_names(const struct dump *dump, char (**text)[64], struct names *names)
{
	const struct drivers *drivers = &dump->drivers;
	unsigned num = 0, most = drivers->num_owners + drivers->num + dump->queues.num;

	*text = malloc((most + 1) * sizeof(**text));
	names->names = malloc((most + 1) * sizeof(*names->names));
	if (!*text || !names->names)
		return -ENOMEM;
	for (unsigned i = 0; i < drivers->num_owners; i++)
		memcpy((*text)[num++], drivers->owners[i].comm, sizeof(**text));
	for (unsigned i = 0; i < drivers->num; i++)
		memcpy((*text)[num++], drivers->items[i].comm, sizeof(**text));
	for (unsigned i = 0; i < dump->queues.num; i++)
		memcpy((*text)[num++], dump->queues.items[i].comm, sizeof(**text));
	for (unsigned i = 0; i < num; i++)
		names->names[i] = (*text)[i];
	qsort(names->names, num, sizeof(*names->names), by_name);
	names->num = 0;
	for (unsigned i = 0; i < num; i++)
		if (!names->num || strcmp(names->names[names->num - 1], names->names[i]) != 0)
			names->names[names->num++] = names->names[i];
	return 0;
}

static void hide(const struct names *names, char comm[64])
{
	const char *key = comm;
	const char **found;

	if (!comm[0])
		return;
	found = bsearch(&key, names->names, names->num, sizeof(*names->names), by_name);
	snprintf(comm, 64, "program-%u", (unsigned)(found - names->names) + 1);
}

int dump_redact(struct dump *dump)
{
	struct drivers *drivers = &dump->drivers;
	struct names names = {0};
	char(*text)[64] = NULL;
	const char *slash = strrchr(dump->libdrm_file, '/');
	int err = gather_names(dump, &text, &names);

	if (err)
		goto out;
	for (unsigned i = 0; i < drivers->num_owners; i++)
		hide(&names, drivers->owners[i].comm);
	for (unsigned i = 0; i < drivers->num; i++) {
		hide(&names, drivers->items[i].comm);
		drivers->items[i].va = 0;
	}
	for (unsigned i = 0; i < dump->queues.num; i++) {
		hide(&names, dump->queues.items[i].comm);
		dump->queues.items[i].mqd = 0;
	}
	if (slash)
		memmove(dump->libdrm_file, slash + 1, strlen(slash));
	dump->redacted = true;
out:
	free(names.names);
	free(text);
	return err;
}

static bool is_word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Bytes of the address that @text begins with, 0 if it is none. */
static size_t address_length(const char *text)
{
	bool marked = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	size_t length = marked ? 2 : 0, digits = 0;

	while (isxdigit((unsigned char)text[length + digits]))
		digits++;
	/* A pointer has 16 digits, the GPU addresses that amdgpu prints 9 and more. */
	return digits >= (marked ? 9 : 12) && !is_word_byte(text[length + digits]) ? length + digits
										   : 0;
}

/* Bytes of the program's name in front of which @text is, behind a word that announces one. */
static size_t name_length(const char *text)
{
	const char *end = strstr(text, " pid ");

	return end ? (size_t)(end - text) : strcspn(text, " \t,;");
}

/* Bytes of a word that announces the name of a program, with the space behind it; 0: none. */
static size_t announcement_length(const char *text)
{
	static const char *const words[] = {"process ", "thread ", "comm: "};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncasecmp(text, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	return 0;
}

void dump_redact_line(char *line)
{
	char copy[sizeof(((struct log_line *)0)->text)] = "", *to = line;
	const char *from = copy, *end = line + sizeof(copy) - 1;
	bool at_word = true;

	strncpy(copy, line, sizeof(copy) - 1);
	while (*from && to < end) {
		size_t word = at_word ? announcement_length(from) : 0;
		size_t address = at_word ? address_length(from) : 0;
		size_t room = (size_t)(end - to);

		if (word) {
			to += snprintf(to, room, "%.*s<name>", (int)word, from);
			from += word;
			from += name_length(from);
		} else if (address) {
			to += snprintf(to, room, "<address>");
			from += address;
		} else {
			at_word = !is_word_byte(*from);
			*to++ = *from++;
			continue;
		}
		/* Cut off: the text ends one before where it would have gone on. */
		if (to > end)
			to = line + sizeof(copy) - 2;
		at_word = false;
	}
	*to = '\0';
}

void dump_take_gpu(struct dump *dump, const struct gpu_snapshot *gpu)
{
	const struct auq_device_info *info = &gpu->info;

	memcpy(dump->node, gpu->node, sizeof(dump->node));
	memcpy(dump->pci, gpu->pci, sizeof(dump->pci));
	memcpy(dump->name, gpu->name, sizeof(dump->name));
	snprintf(dump->device_id, sizeof(dump->device_id), "0x%04x", info->device_id);
	snprintf(dump->driver_version, sizeof(dump->driver_version), "%u.%u.%u", info->drm_major,
		 info->drm_minor, info->drm_patch);
	dump->slots = info->seq64_slots;
	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++)
		dump->ip[ip] = gpu->ip[ip].state;
	memcpy(dump->traits, gpu->traits, sizeof(dump->traits));
	memcpy(dump->drivers.file, gpu->listing, sizeof(dump->drivers.file));
}
