/* SPDX-License-Identifier: MIT */
#include "idr.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define IDR_LIMIT (1u << 24) /* a table, not a tree: no memory for more */

static int grow(struct idr *idr, uint32_t id)
{
	uint32_t max = idr->max ? idr->max : 8;
	void **objects;

	if (id > IDR_LIMIT)
		return -ENOMEM;
	while (max < id)
		max *= 2;
	if (max == idr->max)
		return 0;
	objects = realloc(idr->objects, max * sizeof(*objects));
	if (!objects)
		return -ENOMEM;
	memset(objects + idr->max, 0, (max - idr->max) * sizeof(*objects));
	idr->objects = objects;
	idr->max = max;
	return 0;
}

uint32_t idr_alloc(struct idr *idr, void *object)
{
	while (idr->used < idr->max && idr->objects[idr->used])
		idr->used++;
	if (grow(idr, idr->used + 1))
		return 0;
	idr->objects[idr->used++] = object;
	return idr->used;
}

int idr_alloc_at(struct idr *idr, void *object, uint32_t id)
{
	if (idr_find(idr, id))
		return -ENOSPC;
	if (grow(idr, id))
		return -ENOMEM;
	idr->objects[id - 1] = object;
	return 0;
}

void *idr_find(const struct idr *idr, uint32_t id)
{
	return id && id <= idr->max ? idr->objects[id - 1] : NULL;
}

void *idr_remove(struct idr *idr, uint32_t id)
{
	void *object = idr_find(idr, id);

	if (object) {
		idr->objects[id - 1] = NULL;
		if (idr->used > id - 1)
			idr->used = id - 1;
	}
	return object;
}

void *idr_next(const struct idr *idr, uint32_t *id)
{
	for (; *id <= idr->max; (*id)++) {
		if (idr->objects[*id - 1])
			return idr->objects[*id - 1];
	}
	return NULL;
}

void idr_fini(struct idr *idr)
{
	free(idr->objects);
	memset(idr, 0, sizeof(*idr));
}
