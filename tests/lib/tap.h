/* SPDX-License-Identifier: MIT */
/* Test Anything Protocol for the library's tests; one file a program. */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3))) static inline bool ok(bool pass, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", pass ? "" : "not ", ++tap_count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	tap_failed += !pass;
	return pass;
}

/* An int against what it has to be; both are shown when they differ. */
static inline bool is(long long got, long long want, const char *what)
{
	bool pass = ok(got == want, "%s", what);

	if (!pass)
		printf("# got %lld (0x%llx), want %lld (0x%llx)\n", got, (unsigned long long)got,
		       want, (unsigned long long)want);
	return pass;
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif
