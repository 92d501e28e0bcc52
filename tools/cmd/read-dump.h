/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_READ_DUMP_H
#define AMDFENCE_READ_DUMP_H

#include "model/dump.h"

/** The dump in a file, or of standard input for "-". False, with a message, if it has none. */
bool read_dump(const char *path, struct dump *dump);

#endif
