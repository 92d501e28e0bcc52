/* SPDX-License-Identifier: MIT */
/* Test Anything Protocol. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

/* Both return whether the test passed. */
bool ok(bool pass, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool is(long long got, long long want, const char *what);

/* The plan, and main()'s exit status. */
int tap_done(void);

#endif
