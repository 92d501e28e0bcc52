// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "call.h"
#include "trace.h"

#define MOST_BYTES 512
#define SHOWN      12

static uint64_t get(const struct field *f, const void *arg)
{
	uint64_t value = 0;

	memcpy(&value, (const char *)arg + f->offset, f->bytes);
	return value;
}

static const char *pointer_name(uint64_t value)
{
	switch (value) {
	case 0:
		return "null";
	case BAD_POINTER:
		return "bad";
	case WILD_POINTER:
		return "wild";
	default:
		return "ptr";
	}
}

/* "in.bo_size" of a union is "bo_size". */
static const char *short_name(const struct field *f)
{
	const char *dot = strrchr(f->name, '.');

	return dot ? dot + 1 : f->name;
}

static uint64_t array_length(const struct field *f, const void *arg)
{
	while (f->kind != FIELD_NUMBER)
		f++;
	return get(f, arg);
}

static void show_array(const struct field *f, const void *arg)
{
	uint64_t pointer = get(f, arg), num = array_length(f, arg), i;

	if (pointer && !num)
		return;
	trace_part(" %s=", short_name(f));
	if (pointer <= BAD_POINTER || pointer == WILD_POINTER) {
		trace_part("%s", pointer_name(pointer));
		return;
	}
	for (i = 0; i < num && i < SHOWN; i++)
		if (f->kind == FIELD_U32S)
			trace_part("%s%u", i ? "," : "[", ((uint32_t *)(uintptr_t)pointer)[i]);
		else
			trace_part("%s%llu", i ? "," : "[",
				   ((unsigned long long *)(uintptr_t)pointer)[i]);
	trace_part("%s]", num > SHOWN ? ",..." : "");
}

/* Only what cannot change until it is shown. */
static const char *time_name(int64_t value)
{
	struct timespec ts;

	if (value == INT64_MAX)
		return "never";
	if (value < 1000000)
		return value < 0 ? "negative" : value ? "past" : "0";
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return value / 1000000000 <= ts.tv_sec + 1 ? "soon" : "later";
}

static void show_field(const struct field *f, const void *arg)
{
	uint64_t value = get(f, arg);

	switch (f->kind) {
	case FIELD_NUMBER:
		trace_part(" %s=%llu", short_name(f), (unsigned long long)value);
		break;
	case FIELD_HEX:
		trace_part(" %s=0x%llx", short_name(f), (unsigned long long)value);
		break;
	case FIELD_POINTER:
		trace_part(" %s=%s", short_name(f), pointer_name(value));
		break;
	case FIELD_U32S:
	case FIELD_U64S:
		show_array(f, arg);
		break;
	case FIELD_TIME:
		trace_part(" %s=%s", short_name(f), time_name((int64_t)value));
		break;
	case FIELD_FD:
		trace_part(" %s=%s", short_name(f), (int32_t)value < 0 ? "-1" : "fd");
		break;
	case FIELD_OPAQUE:
		trace_part(" %s=%s", short_name(f), value ? "set" : "0");
		break;
	}
}

static void show_in(const struct call *c, const void *arg)
{
	const struct field *f;

	for (f = c->fields; f->kind; f++)
		if (!f->out && get(f, arg))
			show_field(f, arg);
}

/* Of a union the kernel has written nothing unless it differs; a success has always written. */
static void show_out(const struct call *c, const void *before, const void *after, int err)
{
	const struct field *f;
	bool is_union = false, wrote = !err;

	for (f = c->fields; f->kind; f++)
		if (f->out) {
			is_union = true;
			wrote |= get(f, before) != get(f, after);
		}
	for (f = c->fields; f->kind; f++)
		if (is_union ? f->out && wrote : get(f, before) != get(f, after))
			show_field(f, after);
}

/* What the ioctl gave back, to the end of the line. */
static int perform(int fd, const struct call *c, unsigned long request, void *arg)
{
	char before[MOST_BYTES];
	size_t bytes = _IOC_SIZE(c->request);
	int err;

	if (bytes > sizeof(before))
		die("%s is too big", c->name);
	memcpy(before, arg, bytes);
	err = ioctl(fd, request, arg) < 0 ? errno : 0;
	trace_part(": %s", error_name(err));
	show_out(c, before, arg, err);
	trace_part("\n");
	return err;
}

int call_as(int fd, const struct call *c, unsigned long request, void *arg, const char *what)
{
	trace_part("%s", c->name);
	if (what)
		trace_part(" (%s)", what);
	show_in(c, arg);
	return perform(fd, c, request, arg);
}

int call(int fd, const struct call *c, void *arg)
{
	return call_as(fd, c, c->request, arg, NULL);
}

int ioctl_errno(int fd, const struct call *c, void *arg)
{
	return ioctl(fd, c->request, arg) < 0 ? errno : 0;
}

void call_quiet(int fd, const struct call *c, void *arg)
{
	int err = ioctl_errno(fd, c, arg);

	if (err)
		die("%s: %s", c->name, strerror(err));
}

static const struct field *field_by_name(const struct call *c, const char *name)
{
	const struct field *f;

	for (f = c->fields; f->kind; f++)
		if (!strcmp(short_name(f), name) && !f->out)
			return f;
	die("%s has no field %s", c->name, name);
}

void call_variations(int fd, const struct call *c, const void *arg,
		     const struct variation *variations, size_t num,
		     void (*undo)(int fd, void *arg))
{
	const struct field *f;
	char copy[MOST_BYTES];
	uint64_t value;
	size_t i;

	trace_part("%s", c->name);
	show_in(c, arg);
	trace(", but");
	for (i = 0; i < num; i++) {
		memcpy(copy, arg, _IOC_SIZE(c->request));
		f = field_by_name(c, variations[i].field);
		value = variations[i].value;
		memcpy(copy + f->offset, &value, f->bytes);
		trace_part(" ");
		/* An array is not shown: its length may be what is wrong. */
		if (f->kind == FIELD_U32S || f->kind == FIELD_U64S)
			trace_part(" %s=%s", short_name(f), pointer_name(value));
		else
			show_field(f, copy);
		if (!perform(fd, c, c->request, copy) && undo)
			undo(fd, copy);
	}
}
