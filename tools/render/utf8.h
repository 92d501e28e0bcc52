/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_UTF8_H
#define AMDFENCE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes of the character that @text begins with, 0 if it is not well-formed UTF-8. */
size_t utf8_length(const char *text);

/** Whether it is a control character (C0, DEL, C1), or one that turns the direction of text. */
bool utf8_is_control(const char *text);

#endif
