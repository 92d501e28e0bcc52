// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/utf8.h"

#include <string.h>

size_t utf8_length(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t length = byte[0] < 0x80 ? 1 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;

	/* no continuation, nothing too long, no surrogates, nothing beyond U+10FFFF */
	if ((byte[0] >= 0x80 && byte[0] < 0xc2) || byte[0] > 0xf4 ||
	    (byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] > 0x9f) ||
	    (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool utf8_is_control(const char *text)
{
	static const char *const turns[] = {"\u061c", "\u200e", "\u200f", "\u202a",
					    "\u202b", "\u202c", "\u202d", "\u202e",
					    "\u2066", "\u2067", "\u2068", "\u2069"};
	const unsigned char *byte = (const unsigned char *)text;

	if (byte[0] < ' ' || byte[0] == 0x7f || (byte[0] == 0xc2 && byte[1] < 0xa0))
		return true;
	for (unsigned i = 0; i < sizeof(turns) / sizeof(turns[0]); i++)
		if (strncmp(text, turns[i], strlen(turns[i])) == 0)
			return true;
	return false;
}
