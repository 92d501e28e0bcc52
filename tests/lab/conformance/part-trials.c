// SPDX-License-Identifier: MIT
/*
 * The trials of the defect catalogue (tools/model/catalogue.c), each a few times: what it costs,
 * and which slots are given: the same letter is the same slot.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "parts.h"
#include "trace.h"

#define TIMES 4

struct trial {
	const char *name;
	void (*run)(struct file *file, uint32_t syncobj);
};

static void control(struct file *file, uint32_t syncobj)
{
	struct queue queue;

	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, syncobj);
	queue_wait_syncobj(&queue, syncobj, 1);
	queue_free(&queue);
}

static void never_signaled(struct file *file, uint32_t syncobj)
{
	struct queue queue;

	(void)syncobj;
	queue_create(file, &queue, 0, SDMA);
	queue_free(&queue);
}

static void l1(struct file *file, uint32_t syncobj)
{
	struct queue queue;

	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, syncobj);
	queue_wait_syncobj(&queue, syncobj, 1);
	queue_signal(&queue, 0);
	queue_free(&queue);
}

static void l1_two_queues(struct file *file, uint32_t syncobj)
{
	struct queue producer, consumer;

	queue_create(file, &producer, 0, SDMA);
	queue_create(file, &consumer, 1, GFX);
	queue_signal(&producer, syncobj);
	queue_wait_syncobj(&consumer, syncobj, 1);
	queue_signal(&consumer, 0);
	queue_free(&producer);
	queue_free(&consumer);
}

static void l1_often(struct file *file, uint32_t syncobj)
{
	struct queue queue;
	int i;

	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, syncobj);
	for (i = 0; i < 3; i++)
		queue_wait_syncobj(&queue, syncobj, 1);
	queue_signal(&queue, 0);
	queue_free(&queue);
}

/* What was inherited by a fence that is pending is given back by the interrupt. */
static void inherited_pending(struct file *file, uint32_t syncobj)
{
	struct queue queue;

	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, syncobj);
	queue_wait_syncobj(&queue, syncobj, 1);
	queue_set_wptr(&queue, 64);
	queue_signal(&queue, 0);
	queue_submit(&queue, 64);
	queue_wait_idle(&queue);
	queue_free(&queue);
}

/* And so is what the pending fence of another queue, which lives on, has inherited. */
static void inherited_survivor(struct file *file, uint32_t syncobj)
{
	struct queue producer, consumer;

	queue_create(file, &producer, 0, SDMA);
	queue_create(file, &consumer, 1, SDMA);
	queue_signal(&producer, syncobj);
	queue_wait_syncobj(&consumer, syncobj, 1);
	queue_free(&producer);
	queue_set_wptr(&consumer, 64);
	queue_signal(&consumer, syncobj);
	queue_submit(&consumer, 64);
	queue_wait_idle(&consumer);
	queue_free(&consumer);
}

static void l2(struct file *file, uint32_t syncobj)
{
	struct queue queue;

	(void)syncobj;
	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, 0);
	queue_free(&queue);
}

static void l3(struct file *file, uint32_t syncobj)
{
	struct queue queue;

	(void)syncobj;
	queue_create(file, &queue, 0, SDMA);
	queue_set_wptr(&queue, 1);
	queue_signal(&queue, 0);
	queue_set_wptr(&queue, 0);
	queue_signal(&queue, 0);
	queue_free(&queue);
}

/* Who holds such a fence waits in vain; on a fixed kernel it ends with an error. */
static void l3_held(struct file *file, uint32_t syncobj)
{
	struct syncobj_wait wait = {.handles = (uintptr_t)&syncobj, .count_handles = 1};
	struct syncobj_handle export = {.handle = syncobj, .flags = HANDLE_SYNC_FILE};
	struct sync_file_info info = {0};
	struct queue queue;

	queue_create(file, &queue, 0, SDMA);
	queue_set_wptr(&queue, 1);
	queue_signal(&queue, syncobj);
	queue_set_wptr(&queue, 0);
	queue_signal(&queue, 0);
	queue_free(&queue);
	wait.timeout_nsec = in_ms(20);
	call(file->fd, &syncobj_wait_call, &wait);
	call_quiet(file->fd, &syncobj_to_fd_call, &export);
	call(export.fd, &file_info_call, &info);
	close(export.fd);
}

static void l3_inherited(struct file *file, uint32_t syncobj)
{
	struct queue producer, consumer;

	queue_create(file, &producer, 0, SDMA);
	queue_create(file, &consumer, 1, SDMA);
	queue_signal(&producer, syncobj);
	queue_wait_syncobj(&consumer, syncobj, 1);
	queue_set_wptr(&consumer, 1);
	queue_signal(&consumer, 0);
	queue_set_wptr(&consumer, 0);
	queue_signal(&consumer, 0);
	queue_free(&consumer);
	queue_free(&producer);
}

static void l4(struct file *file, uint32_t syncobj)
{
	uint32_t handles[2] = {syncobj, syncobj};
	struct auq_uapi_wait args = {.syncobj_handles = (uintptr_t)handles,
				     .num_syncobj_handles = 2};
	struct queue queue;

	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, syncobj);
	queue_wait(&queue, &args, 1);
	queue_free(&queue);
}

/* The same by a timeline, and by a buffer. */
static void l4_timeline(struct file *file, uint32_t syncobj)
{
	uint32_t timeline = syncobj_create(file), handles[2] = {timeline, timeline};
	uint64_t points[2] = {0, 0};
	struct drm_syncobj_transfer move = {
		.src_handle = syncobj, .dst_handle = timeline, .dst_point = 1};
	struct auq_uapi_wait args = {
		.syncobj_timeline_handles = (uintptr_t)handles,
		.syncobj_timeline_points = (uintptr_t)points,
		.num_syncobj_timeline_handles = 2,
	};
	struct queue queue;

	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, syncobj);
	call(file->fd, &syncobj_transfer_call, &move);
	queue_wait(&queue, &args, 1);
	queue_free(&queue);
	syncobj_destroy(file, timeline);
}

static void l4_buffer(struct file *file, uint32_t syncobj)
{
	struct auq_uapi_signal signal = {.num_bo_read_handles = 1};
	struct auq_uapi_wait args = {.num_bo_read_handles = 1};
	struct queue queues[2];
	struct buffer buffer;
	int i;

	(void)syncobj;
	buffer_create(file, &buffer, PAGE, AMDGPU_GEM_DOMAIN_GTT);
	signal.bo_read_handles = args.bo_read_handles = (uintptr_t)&buffer.handle;
	for (i = 0; i < 2; i++) {
		queue_create(file, &queues[i], i, SDMA);
		queue_set_wptr(&queues[i], 64);
		signal.queue_id = queues[i].id;
		call(file->fd, &signal_call, &signal);
	}
	/* From 7.1 on WAIT waits for what it has no room for. */
	queue_submit(&queues[0], 64);
	queue_submit(&queues[1], 64);
	queue_wait_idle(&queues[0]);
	queue_wait_idle(&queues[1]);
	queue_wait(&queues[0], &args, 1);
	queue_free(&queues[0]);
	queue_free(&queues[1]);
	buffer_destroy(file, &buffer);
}

/* A SIGNAL that fails late leaves a fence behind that nobody gets. */
static void late_failure(struct file *file, uint32_t syncobj)
{
	uint32_t bos[2] = {file->rings.handle, file->rings.handle};
	struct auq_uapi_signal args = {
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = 1,
		.bo_read_handles = (uintptr_t)bos,
		.num_bo_read_handles = 2,
	};
	struct queue queue;

	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, syncobj);
	queue_wait_syncobj(&queue, syncobj, 1);
	args.queue_id = queue.id;
	call(file->fd, &signal_call, &args);
	queue_free(&queue);
}

/* Another process makes the fence, and is gone. */
static void other_process(struct file *file, uint32_t syncobj)
{
	struct syncobj_handle export = {.handle = syncobj};
	struct queue queue;
	int status;
	pid_t pid;

	call_quiet(file->fd, &syncobj_to_fd_call, &export);
	pid = fork();
	if (!pid) {
		struct syncobj_handle import = {.fd = export.fd};
		struct file mine;

		file_open(&mine);
		call_quiet(mine.fd, &syncobj_from_fd_call, &import);
		_exit(queue_create(&mine, &queue, 0, SDMA) || queue_signal(&queue, import.handle));
	}
	if (waitpid(pid, &status, 0) != pid)
		die("cannot wait for a child");
	trace("the other process: %d", status);
	close(export.fd);
	queue_create(file, &queue, 0, SDMA);
	queue_wait_syncobj(&queue, syncobj, 1);
	queue_signal(&queue, 0);
	queue_free(&queue);
}

/* FREE waits 100 ms for the last fence up to 6.18, and for ever later. */
static void pending_last(struct file *file, uint32_t syncobj)
{
	struct queue queue;

	queue_create(file, &queue, 0, SDMA);
	queue_set_wptr(&queue, 1);
	queue_signal(&queue, syncobj);
	queue_free(&queue);
}

void part_trials(void)
{
	static const struct trial trials[] = {
		{"control", control},
		{"never-signaled", never_signaled},
		{"l1", l1},
		{"l1-two-queues", l1_two_queues},
		{"l1-often", l1_often},
		{"inherited-pending", inherited_pending},
		{"inherited-survivor", inherited_survivor},
		{"l2", l2},
		{"l3", l3},
		{"l3-held", l3_held},
		{"l3-inherited", l3_inherited},
		{"l4", l4},
		{"l4-timeline", l4_timeline},
		{"l4-buffer", l4_buffer},
		{"late-failure", late_failure},
		{"other-process", other_process},
		{"pending-last", pending_last},
	};
	struct file file;
	uint32_t syncobj;
	size_t i;
	int n;

	file_open(&file);
	for (i = 0; i < NUM(trials); i++) {
		if (trials[i].run == pending_last && !kernel_before(7, 0))
			continue;
		trace_begin("trials/%s", trials[i].name);
		for (n = 0; n < TIMES; n++) {
			syncobj = syncobj_create(&file);
			trials[i].run(&file, syncobj);
			syncobj_destroy(&file, syncobj);
			control_read("settle");
		}
		trace_end();
	}
	file_close(&file);
}
