// SPDX-License-Identifier: MIT
/* An engine that stops, and interrupts that do not come or come late. */
#include <poll.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "parts.h"
#include "trace.h"

static void info(int fd)
{
	struct sync_file_info args = {0};

	call(fd, &file_info_call, &args);
}

/* Nobody is told in time, but whoever looks at the slot sees it. */
static void untold(struct file *file, const char *fault, long value)
{
	uint32_t syncobj = syncobj_create(file);
	struct pollfd poller = {.events = POLLIN};
	struct queue queue;

	trace_begin("faults/%s-%ld", fault, value);
	control_write(fault, value);
	queue_create(file, &queue, 0, SDMA);
	queue_set_wptr(&queue, 64);
	queue_signal(&queue, syncobj);
	poller.fd = syncobj_export(file, syncobj);
	trace("poll %d", poll(&poller, 1, 0));
	syncobj_state(file, syncobj, 0);
	queue_submit(&queue, 64);
	queue_wait_idle(&queue);
	trace("poll %d", poll(&poller, 1, 0));
	syncobj_state(file, syncobj, 0);
	syncobj_state(file, syncobj, 5000);
	info(poller.fd);
	close(poller.fd);
	queue_free(&queue);
	usleep(500000);
	control_write(fault, 0);
	syncobj_destroy(file, syncobj);
	trace_end();
}

/* Two at once: the second interrupt completes both. */
static void dropped_first(struct file *file)
{
	uint32_t syncobjs[2] = {syncobj_create(file), syncobj_create(file)};
	struct queue queue;

	trace_begin("faults/first-dropped");
	queue_create(file, &queue, 0, COMPUTE);
	queue_set_wptr(&queue, 16);
	queue_signal(&queue, syncobjs[0]);
	queue_wait_syncobj(&queue, syncobjs[0], 1);
	queue_set_wptr(&queue, 32);
	queue_signal(&queue, syncobjs[1]);
	control_write("drop_irq", 1);
	queue_submit(&queue, 16);
	queue_wait_idle(&queue);
	control_write("drop_irq", 0);
	syncobj_state(file, syncobjs[0], 0);
	syncobj_state(file, syncobjs[1], 0);
	queue_submit(&queue, 32);
	queue_wait_idle(&queue);
	syncobj_state(file, syncobjs[1], 0);
	queue_free(&queue);
	syncobj_destroy(file, syncobjs[0]);
	syncobj_destroy(file, syncobjs[1]);
	trace_end();
}

void part_faults(void)
{
	struct file file;

	file_open(&file);
	untold(&file, "drop_irq", 1);
	untold(&file, "irq_delay_ms", 300);
	dropped_first(&file);
	file_close(&file);
}
