/* SPDX-License-Identifier: MIT */
/* A part is a file of the recorded traces: sequences about one subject. */
#ifndef PARTS_H
#define PARTS_H

#include <stddef.h>
#include <stdint.h>

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

void part_core(void);
void part_gem(void);
void part_info(void);
void part_syncobj(void);
void part_timeline(void);
void part_syncfile(void);
void part_queue(void);
void part_signal(void);
void part_wait(void);
void part_trials(void);
void part_faults(void);
void part_slow(void);
/* With user queues off. */
void part_off(void);
void part_random(uint64_t seed, unsigned long num);

#endif
