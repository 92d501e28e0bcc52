// SPDX-License-Identifier: MIT
/* The text comes from a kernel, or from whoever wrote a file: nothing in it is believed. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "internal.h"

#define TITLE "# amdgpu_userq_fence_drivers v"

enum kind { KIND_DECIMAL, KIND_HEX, KIND_OWNER, KIND_COMM };

struct field {
	const char *key;
	enum kind kind;
	size_t offset, bytes;
};

#define FIELD(key, kind, member)                                                                   \
	{                                                                                          \
		key, kind, offsetof(struct auq_fence_driver, member),                              \
			sizeof(((struct auq_fence_driver *)0)->member)                             \
	}
static const struct field fields[] = {
	FIELD("slot", KIND_DECIMAL, slot),
	FIELD("va", KIND_HEX, va),
	FIELD("ctx", KIND_DECIMAL, context),
	FIELD("seq", KIND_DECIMAL, value),
	FIELD("refs", KIND_DECIMAL, refs),
	FIELD("owner", KIND_OWNER, live),
	FIELD("doorbell", KIND_DECIMAL, doorbell),
	FIELD("fences", KIND_DECIMAL, fences),
	FIELD("waitq", KIND_DECIMAL, waitq),
	FIELD("inherited", KIND_DECIMAL, inherited),
	FIELD("pending", KIND_DECIMAL, pending),
	FIELD("pid", KIND_DECIMAL, pid),
	FIELD("comm", KIND_COMM, comm),
};
#undef FIELD
#define NUM_FIELDS (sizeof(fields) / sizeof(fields[0]))

static bool equals(struct auq_span text, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(text.end - text.at) == length && !memcmp(text.at, word, length);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

static int parse_number(struct auq_span text, unsigned int base, uint64_t most, uint64_t *out)
{
	uint64_t number = 0;

	if (text.at == text.end)
		return -EBADMSG;
	for (; text.at < text.end; text.at++) {
		unsigned int value = (unsigned int)digit(*text.at);

		if (value >= base)
			return -EBADMSG;
		if (number > (most - value) / base)
			return -EOVERFLOW;
		number = number * base + value;
	}
	*out = number;
	return 0;
}

static int parse_hex(struct auq_span text, uint64_t *out)
{
	if (text.end - text.at < 2 || memcmp(text.at, "0x", 2))
		return -EBADMSG;
	text.at += 2;
	return parse_number(text, 16, UINT64_MAX, out);
}

/* Up to @most digits of @base behind a backslash. */
static char unescape_number(struct auq_span *text, unsigned int base, int most)
{
	unsigned int number = 0;

	while (most-- && text->at < text->end && (unsigned int)digit(*text->at) < base)
		number = number * base + (unsigned int)digit(*text->at++);
	return (char)number;
}

/* What string_escape_mem() of the kernel writes (lib/string_helpers.c); 0 if it is none of that. */
static char unescape(struct auq_span *text)
{
	static const char letters[] = "nrtvfae\\\"", meanings[] = "\n\r\t\v\f\a\033\\\"";
	const char *letter;

	if (text->at == text->end)
		return 0;
	if (*text->at >= '0' && *text->at <= '7')
		return unescape_number(text, 8, 3);
	if (*text->at == 'x') {
		text->at++;
		return unescape_number(text, 16, 2);
	}
	letter = memchr(letters, *text->at++, sizeof(letters) - 1);
	return letter ? meanings[letter - letters] : 0;
}

static int parse_comm(struct auq_span text, char *comm, size_t size)
{
	size_t length = 0;

	while (text.at < text.end) {
		char c = *text.at++;

		if (c == '\\')
			c = unescape(&text);
		if (!c || length == size - 1)
			return -EBADMSG;
		comm[length++] = c;
	}
	comm[length] = '\0';
	return 0;
}

static int parse_field(const struct field *field, struct auq_span value,
		       struct auq_fence_driver *driver)
{
	char *to = (char *)driver + field->offset;
	bool wide = field->bytes == sizeof(uint64_t);
	uint64_t number = 0;
	uint32_t narrow;
	int r = 0;

	switch (field->kind) {
	case KIND_COMM:
		return parse_comm(value, to, field->bytes);
	case KIND_OWNER:
		driver->live = equals(value, "live");
		return driver->live || equals(value, "gone") ? 0 : -EBADMSG;
	case KIND_HEX:
		r = parse_hex(value, &number);
		break;
	case KIND_DECIMAL:
		r = parse_number(value, 10, wide ? UINT64_MAX : UINT32_MAX, &number);
		break;
	}
	narrow = (uint32_t)number;
	memcpy(to, wide ? (void *)&number : (void *)&narrow, field->bytes);
	return r;
}

/*
 * Cuts the first `key=value` off @line. A value ends with a space, that of the
 * last key with the line.
 */
static int next_pair(struct auq_span *line, struct auq_span *key, struct auq_span *value)
{
	size_t length = (size_t)(line->end - line->at);
	const char *sign = memchr(line->at, '=', length);
	const char *space = memchr(line->at, ' ', length);

	if (!sign || sign == line->at || (space && space < sign))
		return -EBADMSG;
	*key = (struct auq_span){line->at, sign};
	if (!space || equals(*key, fields[NUM_FIELDS - 1].key))
		space = line->end;
	*value = (struct auq_span){sign + 1, space};
	line->at = space < line->end ? space + 1 : space;
	return 0;
}

int auq_listing_parse_driver(struct auq_span line, struct auq_fence_driver *driver)
{
	unsigned int seen = 0;
	size_t field = 0;

	while (line.at < line.end) {
		struct auq_span key, value;
		size_t tried;
		int r = next_pair(&line, &key, &value);

		if (r)
			return r;
		/* They come in order, so that the first one tried is most often it. */
		for (tried = 0; tried < NUM_FIELDS && !equals(key, fields[field].key); tried++)
			field = (field + 1) % NUM_FIELDS;
		if (tried == NUM_FIELDS)
			continue;
		if (seen & 1u << field)
			return -EBADMSG;
		seen |= 1u << field;
		r = parse_field(&fields[field], value, driver);
		if (r)
			return r;
	}
	return seen == (1u << NUM_FIELDS) - 1 ? 0 : -EBADMSG;
}

int auq_listing_parse_title(struct auq_span line, uint32_t *slots_used, uint32_t *slots)
{
	uint64_t version, used = UINT64_MAX, total = UINT64_MAX;
	size_t length = strlen(TITLE);
	struct auq_span key, value;
	int r;

	if ((size_t)(line.end - line.at) < length || memcmp(line.at, TITLE, length))
		return -EBADMSG;
	value.at = line.at + length;
	value.end = memchr(value.at, ' ', (size_t)(line.end - value.at));
	if (!value.end)
		value.end = line.end;
	r = parse_number(value, 10, UINT32_MAX, &version);
	if (!r && version != 1)
		r = -EPROTONOSUPPORT;
	line.at = value.end < line.end ? value.end + 1 : line.end;
	while (!r && line.at < line.end) {
		r = next_pair(&line, &key, &value);
		if (!r && equals(key, "used"))
			r = used == UINT64_MAX ? parse_number(value, 10, UINT32_MAX, &used)
					       : -EBADMSG;
		else if (!r && equals(key, "total"))
			r = total == UINT64_MAX ? parse_number(value, 10, UINT32_MAX, &total)
						: -EBADMSG;
	}
	if (r)
		return r;
	if (used > total || !total || total == UINT64_MAX)
		return -EBADMSG;
	if (total > AUQ_SEQ64_BYTES / sizeof(uint64_t))
		return -EFBIG;
	*slots_used = (uint32_t)used;
	*slots = (uint32_t)total;
	return 0;
}
