// SPDX-License-Identifier: MIT
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "trace.h"

static char *text;
static size_t text_bytes, text_room;
static char name[64];
static unsigned long num_full = -1ul, num_begun;
static long slots_before;
static uint64_t seen[64];
static unsigned int num_seen;

void trace_full(unsigned long num)
{
	num_full = num;
}

static void add(const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (text_bytes + n + 1 > text_room) {
		text_room = 2 * (text_bytes + n + 1);
		text = realloc(text, text_room);
		if (!text)
			die("out of memory");
	}
	text_bytes += vsnprintf(text + text_bytes, n + 1, format, args);
}

void trace_part(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(format, args);
	va_end(args);
}

void trace(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(format, args);
	va_end(args);
	trace_part("\n");
}

/* FNV-1a. */
static uint32_t hash(void)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < text_bytes; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	return h;
}

/* Nothing that is traced takes that long: show how far it got, and give up. */
static void too_long(int number)
{
	(void)number;
	if (write(STDOUT_FILENO, text, text_bytes) < 0 ||
	    write(STDOUT_FILENO, "does not return\n", 16) < 0)
		_exit(2);
	_exit(2);
}

void trace_begin(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	text_bytes = 0;
	num_seen = 0;
	slots_before = control_read("settle");
	signal(SIGALRM, too_long);
	alarm(60);
}

void trace_end(void)
{
	trace("slots %+ld", control_read("settle") - slots_before);
	if (num_begun++ < num_full)
		printf("[%s]\n%s", name, text);
	else
		printf("[%s] %08x\n", name, hash());
	fflush(stdout);
	alarm(0);
	text_bytes = 0;
}

const char *trace_letter(uint64_t va)
{
	static char letter[4];
	unsigned int i;

	for (i = 0; i < num_seen && seen[i] != va; i++)
		;
	if (i == sizeof(seen) / sizeof(seen[0]))
		die("too many addresses in one sequence");
	if (i == num_seen)
		seen[num_seen++] = va;
	snprintf(letter, sizeof(letter), "%c%c", 'A' + i % 26, i >= 26 ? '0' + i / 26 : '\0');
	return letter;
}

const char *error_name(int err)
{
	static char number[16];
	const char *s = err == 524 ? "ENOTSUPP" : strerrorname_np(err);

	if (s)
		return s;
	snprintf(number, sizeof(number), "%d", err);
	return number;
}

void die(const char *format, ...)
{
	va_list args;

	if (text_bytes)
		fwrite(text, 1, text_bytes, stdout);
	fflush(stdout);
	fputs("conform: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	_exit(2);
}
