/* SPDX-License-Identifier: MIT */
/*
 * A kernel made of expectations: drmIoctl(), libdrm_amdgpu's few calls and
 * uname(), linked into a test in their place. What a device and its buffers
 * need is answered by itself; every USERQ_SIGNAL and USERQ_WAIT must have been
 * announced.
 */
#ifndef FAKE_H
#define FAKE_H

#include <stdint.h>

#include "amdgpu_userq.h"
#include "../../libamdgpu_userq/uapi.h"

/* One expected ioctl. @answer (may be NULL) looks at the argument and fills in results. */
struct fake_step {
	unsigned long request;
	int error; /* errno, 0 for success */
	void (*answer)(void *arg);
};

struct fake {
	/* what the device says */
	const char *release;
	const char *driver;
	int drm_minor;
	uint32_t userq_ip_mask;
	uint32_t num_slots;
	uint32_t version_major;
	uint32_t discovery[AUQ_NUM_IPS];
	bool areas_of_gfx_only; /* as before 7.0 */
	bool reads_u64_points;

	/* calls to fail: the one after @fail_after others, with @fail_errno */
	int fail_after; /* -1: none */
	int fail_errno;

	/* the script, in order */
	const struct fake_step *steps;
	int num_steps;
	int step;

	/* what is alive */
	int devices, buffers, mappings, ranges, syncobjs, queues;
	union auq_uapi_userq last_create;
	uint64_t map_point;  /* of the last mapping on the timeline of page tables */
	uint64_t map_waited; /* how far that was waited for */
	uint32_t freed_id;
	int free_errno;
};
extern struct fake fake;

/* A usable device of a kernel that has no defect that the library minds. */
void fake_reset(const char *release);
int fake_fd(void);
struct auq_device *fake_device(void);
void fake_expect(const struct fake_step *steps, int num);
/* All steps were consumed, nothing is alive but @devices devices. */
void fake_check(const char *what, int devices);

#define FAKE_EXPECT(...)                                                                           \
	fake_expect((const struct fake_step[]){__VA_ARGS__},                                       \
		    sizeof((const struct fake_step[]){__VA_ARGS__}) / sizeof(struct fake_step))

#endif
