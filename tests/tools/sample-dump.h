/* SPDX-License-Identifier: MIT */
#ifndef SAMPLE_DUMP_H
#define SAMPLE_DUMP_H

#include "model/dump.h"

/** Two live drivers, and so many leaked ones of @comm, as the kernel escapes it. To be freed. */
struct auq_listing *sample_listing(const char *comm, unsigned leaked);

/** A dump with such a listing; dump_fini() it. */
void sample_dump(struct dump *dump, const char *comm, unsigned leaked);

#endif
