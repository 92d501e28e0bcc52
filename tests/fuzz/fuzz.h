/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** What libFuzzer calls, and replay.c with each file of the corpus. Ends the process if it must not
 * be. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
