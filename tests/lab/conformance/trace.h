/* SPDX-License-Identifier: MIT */
/*
 * The trace: what was done and what came of it, one line an operation, the same on every run.
 *
 * Lines belong to sequences. A sequence ends with how many fence slots of the device it has
 * cost for good. Values that may differ from run to run have no place in a line.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>

/* Of the first @num sequences of a part the whole text is shown, of the others a hash. */
void trace_full(unsigned long num);

/* A sequence by this name, printf-like, begins; and ends. */
void trace_begin(const char *format, ...) __attribute__((format(printf, 1, 2)));
void trace_end(void);

void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Without the end of the line. */
void trace_part(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What stands for this address in the sequence: A, B, ... in the order of their appearance. */
const char *trace_letter(uint64_t va);

/* "0", or "EINVAL" and the like. */
const char *error_name(int err);

/* Trouble of our own, not the kernel's: says so and ends the program with status 2. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
