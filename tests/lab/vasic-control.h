/* SPDX-License-Identifier: MIT */
/* Controls of the virtual ASIC. What cannot be read or written ends the program with status 2. */
#ifndef VASIC_CONTROL_H
#define VASIC_CONTROL_H

long read_number(const char *path);
/** Slots in use when everything that was put off has been done. */
int slots_settled(void);
void vasic_set(const char *name, unsigned value);

#endif
