/* SPDX-License-Identifier: MIT */
/*
 * The whole screen of the terminal that standard output is. It is left as it was found, whatever
 * ends or stops this process, SIGKILL and SIGSTOP excepted.
 */
#ifndef AMDFENCE_CMD_TERMINAL_H
#define AMDFENCE_CMD_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/** Whether standard output is a terminal that has a screen. */
bool terminal_is_there(void);
/** Whether it shows UTF-8, as the locale says. */
bool terminal_is_utf8(void);

/** From now on signals that stop or end this process leave the screen first. */
void terminal_begin(void);
/** Puts @text in place of what was shown, cut off to fit. False: errno says why not. */
bool terminal_show(const char *text, size_t size);
/** Whether it has another size now, or is ours again: once. */
bool terminal_has_changed(void);
/** Back to what was there before. May be called by a signal handler, and at any time. */
void terminal_leave(void);

/** Until clock_ms() is @end, or a signal has come. */
void terminal_wait(unsigned long long end);

#endif
