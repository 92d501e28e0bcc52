/* SPDX-License-Identifier: MIT */
/*
 * Built by newest-debian with a libdrm_amdgpu that has calls for user queues, too: both in one
 * program, on one queue.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <amdgpu.h>
#include <amdgpu_drm.h>
#include <amdgpu_userq.h>
#include <xf86drm.h>

static void check(int r, const char *what)
{
	if (r) {
		fprintf(stderr, "%s: %s\n", what, auq_strerror(r));
		exit(1);
	}
}

int main(void)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_wait_args wait = AUQ_ARGS(auq_wait_args);
	struct drm_amdgpu_userq_signal signal;
	struct drm_amdgpu_userq_wait theirs;
	struct drm_amdgpu_userq_fence_info info;
	int fd = open("/dev/dri/renderD128", O_RDWR);
	uint32_t syncobj, major, minor, num = 1;
	amdgpu_device_handle amdgpu;
	struct auq_device *dev;
	struct auq_queue *queue;
	struct auq_fence fence;

	check(auq_device_create(fd, &dev), "auq_device_create");
	check(amdgpu_device_initialize(fd, &major, &minor, &amdgpu), "amdgpu_device_initialize");
	close(fd);
	args.ip = AUQ_IP_SDMA;
	check(auq_queue_create(dev, &args, &queue), "auq_queue_create");
	check(amdgpu_cs_create_syncobj(amdgpu, &syncobj), "amdgpu_cs_create_syncobj");

	memset(&signal, 0, sizeof(signal));
	signal.queue_id = auq_queue_id(queue);
	signal.syncobj_handles = (uintptr_t)&syncobj;
	signal.num_syncobj_handles = 1;
	check(amdgpu_userq_signal(amdgpu, &signal), "amdgpu_userq_signal");
	wait.queue_id = auq_queue_id(queue);
	wait.syncobjs = &syncobj;
	wait.num_syncobjs = 1;
	check(auq_wait(dev, &wait, &fence, &num), "auq_wait");

	memset(&theirs, 0, sizeof(theirs));
	theirs.waitq_id = auq_queue_id(queue);
	theirs.syncobj_handles = (uintptr_t)&syncobj;
	theirs.num_syncobj_handles = 1;
	theirs.num_fences = 1;
	theirs.out_fences = (uintptr_t)&info;
	check(amdgpu_userq_wait(amdgpu, &theirs), "amdgpu_userq_wait");
	printf("%s\n", num == 1 && theirs.num_fences == 1 && info.va == fence.va &&
				       info.value == fence.value
			       ? "both see the same fence"
			       : "they differ");

	amdgpu_cs_destroy_syncobj(amdgpu, syncobj);
	auq_queue_unref(queue);
	amdgpu_device_deinitialize(amdgpu);
	auq_device_unref(dev);
	return 0;
}
