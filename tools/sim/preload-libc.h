/* SPDX-License-Identifier: MIT */
/*
 * Before libc's headers, where its functions are defined anew: no other names for them
 * (_FILE_OFFSET_BITS), and no definitions of its own (_FORTIFY_SOURCE).
 */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
