// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define LINE_BYTES   4096u /* with its end */
#define BUFFER_BYTES (16 * LINE_BYTES)
#define FIRST_ROOM   64u

struct auq_listing {
	uint32_t used, total; /* total is 0 until the title was read */
	uint32_t count, room;
	struct auq_fence_driver *drivers;
};

static int add_driver(struct auq_listing *listing, const struct auq_fence_driver *driver)
{
	struct auq_fence_driver *larger;
	uint32_t room;

	if (driver->slot >= listing->total ||
	    (listing->count && driver->slot <= listing->drivers[listing->count - 1].slot))
		return -EBADMSG;
	if (listing->count == listing->room) {
		room = listing->room ? 2 * listing->room : FIRST_ROOM;
		larger = realloc(listing->drivers, room * sizeof(*larger));
		if (!larger)
			return -ENOMEM;
		listing->drivers = larger;
		listing->room = room;
	}
	listing->drivers[listing->count++] = *driver;
	return 0;
}

static int parse_line(struct auq_listing *listing, struct auq_span line)
{
	struct auq_fence_driver driver = {0};
	const char *c;
	int r;

	if (line.end - line.at >= LINE_BYTES)
		return -EBADMSG;
	for (c = line.at; c < line.end; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return -EBADMSG;
	}
	if (!listing->total)
		return auq_listing_parse_title(line, &listing->used, &listing->total);
	r = auq_listing_parse_driver(line, &driver);
	return r ? r : add_driver(listing, &driver);
}

/* All whole lines of @text, which keeps what is behind them. */
static int parse_lines(struct auq_listing *listing, struct auq_span *text)
{
	const char *end;
	int r;

	while ((end = memchr(text->at, '\n', (size_t)(text->end - text->at)))) {
		r = parse_line(listing, (struct auq_span){text->at, end});
		if (r)
			return r;
		text->at = end + 1;
	}
	return text->end - text->at < LINE_BYTES ? 0 : -EBADMSG;
}

static int finish(struct auq_listing *listing, struct auq_span rest, int r,
		  struct auq_listing **out)
{
	if (!r && (rest.at != rest.end || !listing->total))
		r = -EBADMSG;
	if (r)
		auq_listing_free(listing);
	else
		*out = listing;
	return r;
}

int auq_listing_parse(const char *text, size_t size, struct auq_listing **out)
{
	struct auq_span rest = {text, text + size};
	struct auq_listing *listing;

	if (!text || !out)
		return -EINVAL;
	listing = calloc(1, sizeof(*listing));
	if (!listing)
		return -ENOMEM;
	return finish(listing, rest, parse_lines(listing, &rest), out);
}

static ssize_t read_again(int fd, char *to, size_t size)
{
	ssize_t got;

	do
		got = read(fd, to, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

int auq_listing_read(int fd, struct auq_listing **out)
{
	struct auq_listing *listing;
	struct auq_span rest;
	ssize_t got;
	char *buffer;
	int r = 0;

	if (!out)
		return -EINVAL;
	listing = calloc(1, sizeof(*listing));
	buffer = malloc(BUFFER_BYTES);
	if (!listing || !buffer) {
		free(listing);
		free(buffer);
		return -ENOMEM;
	}
	rest = (struct auq_span){buffer, buffer};
	do {
		size_t kept = (size_t)(rest.end - rest.at);

		memmove(buffer, rest.at, kept);
		got = read_again(fd, buffer + kept, BUFFER_BYTES - kept);
		rest = (struct auq_span){buffer, buffer + kept + (got > 0 ? got : 0)};
		r = got < 0 ? (int)got : parse_lines(listing, &rest);
	} while (!r && got);
	r = finish(listing, rest, r, out);
	free(buffer);
	return r;
}

void auq_listing_free(struct auq_listing *listing)
{
	if (!listing)
		return;
	free(listing->drivers);
	free(listing);
}

uint32_t auq_listing_used(const struct auq_listing *listing)
{
	return listing->used;
}

uint32_t auq_listing_total(const struct auq_listing *listing)
{
	return listing->total;
}

uint32_t auq_listing_count(const struct auq_listing *listing)
{
	return listing->count;
}

const struct auq_fence_driver *auq_listing_get(const struct auq_listing *listing, uint32_t index)
{
	return index < listing->count ? &listing->drivers[index] : NULL;
}

static int compare_slots(const void *slot, const void *driver)
{
	uint32_t a = *(const uint32_t *)slot;
	uint32_t b = ((const struct auq_fence_driver *)driver)->slot;

	return (a > b) - (a < b);
}

const struct auq_fence_driver *auq_listing_find(const struct auq_listing *listing, uint32_t slot)
{
	/* bsearch() takes no NULL, which an empty listing has */
	if (!listing->count)
		return NULL;
	return bsearch(&slot, listing->drivers, listing->count, sizeof(*listing->drivers),
		       compare_slots);
}

int64_t auq_fence_driver_unaccounted(const struct auq_fence_driver *driver)
{
	return (int64_t)driver->refs - driver->live - driver->fences - driver->waitq -
	       driver->inherited;
}

bool auq_fence_driver_is_leaked(const struct auq_fence_driver *driver)
{
	return !driver->live && (auq_fence_driver_unaccounted(driver) > 0 || driver->pending);
}
