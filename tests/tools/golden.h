/* SPDX-License-Identifier: MIT */
#ifndef GOLDEN_H
#define GOLDEN_H

/**
 * One test: whether @text is what tests/tools/render/@name holds. With UPDATE=1
 * in the environment the file is written first.
 */
void golden(const char *name, const char *text);

#endif
