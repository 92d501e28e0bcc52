// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "internal.h"

#define MOST_BYTES 4096u

/*
 * Every struct of 1.0 is as long as it ever was, so a shorter one is an error.
 * A longer one is from a newer header: what is not known here must be zero.
 */
int auq_args_check_other(const void *args, size_t known)
{
	const unsigned char *bytes = args;
	size_t size, i;

	if (!args)
		return -EINVAL;
	memcpy(&size, args, sizeof(size));
	if (size < known)
		return -EINVAL;
	if (size > MOST_BYTES)
		return -E2BIG; /* garbage: what is behind it may not be readable */
	for (i = known; i < size; i++) {
		if (bytes[i])
			return -E2BIG;
	}
	return 0;
}

int auq_args_get(void *dst, const void *args, size_t known)
{
	int r = auq_args_check(args, known);

	if (!r)
		memcpy(dst, args, known);
	return r;
}

int auq_info_return(void *info, const void *src, size_t known)
{
	int r = auq_args_check(info, known);

	if (!r)
		memcpy((char *)info + sizeof(size_t), (const char *)src + sizeof(size_t),
		       known - sizeof(size_t));
	return r;
}
