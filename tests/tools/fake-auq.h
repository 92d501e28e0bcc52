/* SPDX-License-Identifier: MIT */
/*
 * Stands in for the library: fence drivers, fences and slots as the kernel
 * counts them, shared by all processes forked after fake_start().
 */
#ifndef FAKE_AUQ_H
#define FAKE_AUQ_H

#include <stdbool.h>
#include <sys/types.h>

#define FAKE_L1 (1u << 0)
#define FAKE_L2 (1u << 1)
#define FAKE_L3 (1u << 2)
#define FAKE_L4 (1u << 3)

/** Starts anew: a device with these defects. */
void fake_start(unsigned defects);
/** Every FREE from now on does not return, until fake_unstick(). */
void fake_stick_free(void);
void fake_unstick(void);
/** Each SIGNAL takes that long. */
void fake_slow_signal(unsigned ms);
/** Takes the lowest free slot for good, as another program's queue would. */
unsigned fake_take_slot(void);
/** Such a slot, free again. */
void fake_give_slot(unsigned slot);
/** The slots of the next @num queues that are freed stay taken, as if others had got them. */
void fake_lose_slots(unsigned num);
/** A later queue gets slot 0, although another one has it. */
void fake_give_slot_twice(void);
/** CREATE fails with this from the @after-th queue on. */
void fake_fail_create(unsigned after, int err);
/** Each SIGNAL fails with this. */
void fake_fail_signal(int err);

/** A fence driver with a reference too many, made by a process that has long gone. */
unsigned fake_leak_slot(void);
/** The next @num listings have, in each free slot, a driver that is still going. */
void fake_linger(unsigned num);
/** From the @after-th on, listings cannot be read. */
void fake_fail_listing(unsigned after, int err);

unsigned fake_listings(void); /* read so far */

unsigned fake_used_slots(void);
unsigned fake_queues(void); /* live, of all processes */
unsigned fake_devices(void);
unsigned fake_signals(void); /* so far */
pid_t fake_signaller(void);  /* the process of the last of them */

#endif
