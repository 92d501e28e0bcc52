/* SPDX-License-Identifier: MIT */
/*
 * An ioctl with the names of what it takes and gives, so that each use of it is one line of
 * trace: `NAME field=value ...: ERRNO field=new-value ...`. Fields that are zero are left out
 * on the way in, fields that did not change on the way out.
 */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
	FIELD_END,
	FIELD_NUMBER,  /* unsigned, decimal */
	FIELD_HEX,     /* flags */
	FIELD_POINTER, /* only what kind of pointer */
	FIELD_U32S,    /* pointer to as many u32 as the next FIELD_NUMBER says */
	FIELD_U64S,    /* u64, the same */
	FIELD_TIME,    /* CLOCK_MONOTONIC, ns: only whether it is past, or how far */
	FIELD_FD,      /* only whether there is one */
	FIELD_OPAQUE,  /* only whether it is zero */
};

struct field {
	const char *name;
	uint16_t offset;
	uint8_t bytes;
	uint8_t kind;
	bool out; /* of a union: what comes back */
};

#define FIELD_OF(type, member, what, back)                                                         \
	{                                                                                          \
#member, offsetof(type, member), sizeof(((type *)NULL)->member), FIELD_##what,     \
			back                                                                       \
	}

struct call {
	const char *name;
	unsigned long request;
	const struct field *fields;
};

/* Addresses where nothing is, which a trace shows as "bad" and "wild". */
#define BAD_POINTER  0x10ull
#define WILD_POINTER 0xdead000000000000ull

/* Each returns 0 or errno. */
int call(int fd, const struct call *call, void *arg);
/* The same ioctl by another number, of another size or direction; @what says which. */
int call_as(int fd, const struct call *call, unsigned long request, void *arg, const char *what);
/* Without a line; the second must succeed. */
int ioctl_errno(int fd, const struct call *call, void *arg);
void call_quiet(int fd, const struct call *call, void *arg);

/*
 * Calls with @arg as it is but for one field at a time: one line of all fields, then one for each
 * field. @undo, if any, is called after each call that succeeded, with what came back.
 */
struct variation {
	const char *field;
	uint64_t value;
};
void call_variations(int fd, const struct call *call, const void *arg,
		     const struct variation *variations, size_t num,
		     void (*undo)(int fd, void *arg));

#endif
