/* SPDX-License-Identifier: MIT */
/* Numbers for objects: the lowest that is free, from 1, as idr_alloc() and xa_alloc() give them. */
#ifndef SIM_IDR_H
#define SIM_IDR_H

#include <stdint.h>

struct idr {
	void **objects; /* of id 1 first */
	uint32_t max;
	uint32_t used; /* below max, of those before it none is free */
};

uint32_t idr_alloc(struct idr *idr, void *object); /* 0: no memory */
/* Under that very number: 0, -ENOSPC: it is taken, -ENOMEM. */
int idr_alloc_at(struct idr *idr, void *object, uint32_t id);
void *idr_find(const struct idr *idr, uint32_t id); /* NULL: none */
void *idr_remove(struct idr *idr, uint32_t id);     /* what it was, or NULL */
/* The first one from *id on, NULL at the end: for (id = 1; (o = idr_next(idr, &id)); id++) */
void *idr_next(const struct idr *idr, uint32_t *id);
void idr_fini(struct idr *idr); /* the table, not the objects */

#endif
