/* SPDX-License-Identifier: MIT */
/* The controls of the virtual device, tests/lab/asic/README.md; the simulated one has them too. */
#ifndef CONTROL_H
#define CONTROL_H

long control_read(const char *name);
void control_write(const char *name, long value);

#endif
