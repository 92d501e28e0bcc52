// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>

#include "tap.h"

static int count, failed;

bool ok(bool pass, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", pass ? "" : "not ", ++count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	failed += !pass;
	return pass;
}

bool is(long long got, long long want, const char *what)
{
	bool pass = ok(got == want, "%s", what);

	if (!pass)
		printf("# got %lld (0x%llx), want %lld (0x%llx)\n", got, (unsigned long long)got,
		       want, (unsigned long long)want);
	return pass;
}

int tap_done(void)
{
	printf("1..%d\n", count);
	return failed != 0;
}
