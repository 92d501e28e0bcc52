// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/trace.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A line is "%16s-%-7d [%03d] FLAGS SECONDS: EVENT: (PLACE) FIELDS"
 * (trace_print_context() in kernel/trace/trace_output.c, print_kprobe_event()
 * in kernel/trace/trace_kprobe.c, 6.18); of the kernel's own events, what is
 * behind their name may change, and is not read. The name of a task comes first, has at
 * most 15 bytes and may hold any, a newline as well; it always takes up a column
 * of 16 bytes, so that what is behind it is found by counting.
 */
#define LOST_MARK "CPU:" /* "CPU:%d [LOST %lu EVENTS]", or without the number */

/* The rest of a text, of which each function below takes what it looks for, or says false. */
static bool take_text(const char **at, const char *text)
{
	size_t length = strlen(text);

	if (strncmp(*at, text, length) != 0)
		return false;
	*at += length;
	return true;
}

static bool take_number(const char **at, int base, uint64_t *number)
{
	char *end;

	if (!isxdigit((unsigned char)**at))
		return false;
	errno = 0;
	*number = strtoull(*at, &end, base);
	if (errno || end == *at)
		return false;
	*at = end;
	return true;
}

static bool take_address(const char **at, const char *name, uint64_t *number)
{
	return take_text(at, name) && take_text(at, "=0x") && take_number(at, 16, number);
}

static bool take_result(const char **at, int32_t *result)
{
	bool is_negative;
	uint64_t number;

	if (!take_text(at, "result="))
		return false;
	is_negative = take_text(at, "-");
	if (!isdigit((unsigned char)**at) || !take_number(at, 10, &number) || number > INT32_MAX)
		return false;
	*result = is_negative ? -(int32_t)number : (int32_t)number;
	return true;
}

static void skip(const char **at, const char *accept)
{
	*at += strspn(*at, accept);
}

static bool take_fields(const char **at, struct trace_event *event)
{
	uint64_t driver;

	switch (event->kind) {
	case TRACE_ALLOC:
		return take_address(at, "device", &event->device) && take_text(at, " ") &&
		       take_address(at, "va", &event->va) && take_text(at, " ") &&
		       take_result(at, &event->result);
	case TRACE_FREE:
		return take_address(at, "device", &event->device) && take_text(at, " ") &&
		       take_address(at, "va", &event->va);
	case TRACE_DESTROY:
		return take_address(at, "driver", &driver);
	default:
		*at += strlen(*at);
		return true;
	}
}

/* "EVENT: ", and of our probes "(PLACE) ", of which the place may name modules and so hold blanks.
 */
static bool take_kind(const char **at, enum trace_kind *kind)
{
	static const char *const heads[] = {
		[TRACE_ALLOC] = TRACE_ALLOC_EVENT ": (",
		[TRACE_FREE] = TRACE_FREE_EVENT ": (",
		[TRACE_DESTROY] = TRACE_DESTROY_EVENT ": (",
		[TRACE_CREATED] = TRACE_CREATED_EVENT ": ",
		[TRACE_DESTROYED] = TRACE_DESTROYED_EVENT ": ",
	};

	for (unsigned i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (!take_text(at, heads[i]))
			continue;
		*kind = i;
		if (i == TRACE_CREATED || i == TRACE_DESTROYED)
			return true;
		*at += strcspn(*at, ")");
		return take_text(at, ") ");
	}
	return false;
}

static bool parse_event(const char *line, struct trace_event *event)
{
	const char *at = line + TRACE_COMM_BYTES, *comm = line;
	uint64_t pid, cpu;
	size_t length;

	while (*comm == ' ' && comm + 1 < at)
		comm++;
	length = at - comm;
	/* The column is one wider than the longest name: a name that fills it is none. */
	if (length == TRACE_COMM_BYTES)
		return false;
	memcpy(event->comm, comm, length);
	if (!take_text(&at, "-") || !take_number(&at, 10, &pid) || pid > INT32_MAX)
		return false;
	event->pid = (uint32_t)pid;
	skip(&at, " ");
	if (!take_text(&at, "[") || !take_number(&at, 10, &cpu) || !take_text(&at, "] "))
		return false;
	/* Flags, and the time. */
	at += strcspn(at, " ");
	skip(&at, " ");
	skip(&at, "0123456789.");
	if (!take_text(&at, ": ") || !take_kind(&at, &event->kind))
		return false;
	return take_fields(&at, event) && !*at;
}

static bool parse_lost(const char *line, struct trace_event *event)
{
	uint64_t cpu;

	if (!take_text(&line, LOST_MARK) || !take_number(&line, 10, &cpu) ||
	    !take_text(&line, " [LOST "))
		return false;
	event->kind = TRACE_LOST;
	if (!take_number(&line, 10, &event->lost) || !event->lost)
		event->lost = 1;
	return true;
}

static void take_line(struct trace_parser *parser,
		      void (*take)(void *arg, const struct trace_event *event), void *arg)
{
	struct trace_event event = {0};

	parser->line[parser->used] = '\0';
	if (parser->is_overlong || strlen(parser->line) != parser->used ||
	    (!parse_lost(parser->line, &event) &&
	     (parser->used <= TRACE_COMM_BYTES || !parse_event(parser->line, &event))))
		event = (struct trace_event){.kind = TRACE_STRANGE};
	take(arg, &event);
	parser->used = 0;
	parser->is_overlong = false;
}

/* Whether a newline here is one, and not a part of the name of a task. */
static bool is_end(const struct trace_parser *parser)
{
	return parser->used >= TRACE_COMM_BYTES || (parser->used && parser->line[0] != ' ');
}

void trace_parse(struct trace_parser *parser, const char *text, size_t size,
		 void (*take)(void *arg, const struct trace_event *event), void *arg)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n' && is_end(parser))
			take_line(parser, take, arg);
		else if (parser->used + 1 < sizeof(parser->line))
			parser->line[parser->used++] = text[i];
		else
			parser->is_overlong = true;
	}
}
