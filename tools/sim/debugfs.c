/* SPDX-License-Identifier: MIT */
/*
 * What is below dri/<minor>/ in debugfs: the listing of fence drivers, which kernel-patch/ adds to
 * a kernel, and the controls of the virtual ASIC (tests/lab/asic/README.md), in the same formats.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

/* ---- the listing --------------------------------------------------------- */

static int compare_slots(const void *a, const void *b)
{
	const struct fence_driver *const *x = a, *const *y = b;

	return ((*x)->slot > (*y)->slot) - ((*x)->slot < (*y)->slot);
}

/* As seq_escape_str() with ESCAPE_ANY_NP | ESCAPE_OCTAL does: nothing but what can be printed. */
static void print_comm(FILE *out, const char *comm)
{
	for (; *comm; comm++) {
		unsigned char c = (unsigned char)*comm;

		if (c > ' ' && c < 0x7f && c != '\\')
			putc(c, out);
		else
			fprintf(out, "\\%03o", c);
	}
}

static unsigned count_pending(const struct fence_driver *driver)
{
	const struct userq_fence *fence;
	unsigned num = 0;

	for (fence = driver->pending; fence; fence = fence->next)
		num++;
	return num;
}

static void print_driver(FILE *out, const struct fence_driver *driver)
{
	fprintf(out,
		"slot=%u va=0x%" PRIx64 " ctx=%" PRIu64 " seq=%" PRIu64 " refs=%u owner=%s"
		" doorbell=%u fences=%u waitq=%u inherited=%u pending=%u pid=%d comm=",
		driver->slot, (uint64_t)SEQ64_VA(driver->slot), driver->context,
		fence_driver_value(driver), driver->refs, driver->owner_is_gone ? "gone" : "live",
		driver->doorbell, driver->fences, driver->gathered, driver->inherited,
		count_pending(driver), (int)driver->pid);
	print_comm(out, driver->comm);
	putc('\n', out);
}

static void print_listing(FILE *out, struct gpu *gpu)
{
	struct fence_driver **drivers, *driver;
	unsigned num = 0, i;

	fprintf(out, "# amdgpu_userq_fence_drivers v1 used=%u total=%u\n", gpu->num_used,
		(unsigned)SEQ64_SLOTS);
	drivers = calloc(gpu->num_used + 1, sizeof(struct fence_driver *));
	if (!drivers)
		return;
	for (driver = gpu->drivers; driver; driver = driver->next)
		drivers[num++] = driver;
	qsort(drivers, num, sizeof(struct fence_driver *), compare_slots);
	for (i = 0; i < num; i++)
		print_driver(out, drivers[i]);
	free(drivers);
}

/* ---- the virtual ASIC ---------------------------------------------------- */

static void print_slots(FILE *out, struct gpu *gpu)
{
	fprintf(out, "%u\n", gpu->num_used);
}

/* Twice: a callback may put the last reference of what goes by another one. */
static void print_settled(FILE *out, struct gpu *gpu)
{
	sim_rcu_barrier(gpu->sim);
	sim_rcu_barrier(gpu->sim);
	print_slots(out, gpu);
}

static const char *state_name(const struct gpu_queue *queue)
{
	if (queue->state == QUEUE_HUNG)
		return "hung";
	if (vcp_is_idle(&queue->cp))
		return "idle";
	return queue->is_waiting ? "waiting" : "busy";
}

static void print_queues(FILE *out, struct gpu *gpu)
{
	static const char *const ips[GPU_NUM_IPS] = {"gfx", "compute", "sdma"};
	const struct gpu_queue *queue;

	for (queue = gpu->queues; queue; queue = queue->next) {
		fprintf(out, "doorbell=%u ip=%s state=%s rptr=%" PRIu64 " wptr=%" PRIu64,
			queue->doorbell, ips[queue->ip], state_name(queue), vcp_rptr(&queue->cp),
			queue->cp.wptr);
		if (queue->state == QUEUE_HUNG)
			fprintf(out, " va=0x%" PRIx64 " why=%s", queue->hung_va, queue->hung_why);
		putc('\n', out);
	}
}

static void print_stats(FILE *out, struct gpu *gpu)
{
	const struct engine_stats *stats = &gpu->stats;

	fprintf(out,
		"packets=%" PRIu64 "\nfences=%" PRIu64 "\nirqs=%" PRIu64 "\nirqs_hard=%" PRIu64
		"\nirqs_dropped=%" PRIu64 "\nirqs_lost=0\n",
		stats->packets, stats->fences, stats->irqs, stats->irqs, stats->irqs_dropped);
}

struct control {
	const char *path;
	void (*print)(FILE *out, struct gpu *gpu); /* NULL: a fault */
	size_t offset;                             /* of the fault in struct faults */
	bool is_number;                            /* uint32_t, else bool */
	bool is_patched;                           /* only kernels with our patches have it */
};

#define FLAG(name)                                                                                 \
	{                                                                                          \
		.path = "vasic/" #name, .offset = offsetof(struct faults, name)                    \
	}
#define NUMBER(name)                                                                               \
	{                                                                                          \
		.path = "vasic/" #name, .offset = offsetof(struct faults, name), .is_number = true \
	}

static const struct control controls[] = {
	{.path = "amdgpu_userq_fence_drivers", .print = print_listing, .is_patched = true},
	{.path = "vasic/slots", .print = print_slots},
	{.path = "vasic/settle", .print = print_settled},
	{.path = "vasic/queues", .print = print_queues},
	{.path = "vasic/stats", .print = print_stats},
	FLAG(hold),
	FLAG(hang),
	FLAG(drop_irq),
	FLAG(irq_locked),
	FLAG(no_memory),
	NUMBER(irq_delay_ms),
	NUMBER(step_us),
	NUMBER(poll_us),
	NUMBER(max_slots),
};
#define NUM_CONTROLS (sizeof(controls) / sizeof(controls[0]))

static const struct control *find(const struct gpu *gpu, const char *path)
{
	size_t i;

	for (i = 0; i < NUM_CONTROLS; i++) {
		if (strcmp(controls[i].path, path) == 0 &&
		    (!controls[i].is_patched || gpu->profile->fixed))
			return &controls[i];
	}
	return NULL;
}

static void print_fault(FILE *out, const struct gpu *gpu, const struct control *control)
{
	const char *at = (const char *)&gpu->faults + control->offset;

	if (control->is_number)
		fprintf(out, "%u\n", *(const uint32_t *)at);
	else
		fprintf(out, "%c\n", *(const bool *)at ? 'Y' : 'N');
}

char *gpu_listing(struct gpu *gpu)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	print_listing(out, gpu);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

char *sim_debugfs_read(struct sim *sim, const char *path, size_t *bytes)
{
	struct gpu *gpu = gpu_of(sim);
	const struct control *control;
	char *text = NULL;
	FILE *out;

	if (strncmp(path, "client-", strlen("client-")) == 0)
		return gpu_client_text(gpu, path, bytes);
	control = find(gpu, path);
	if (!control)
		return NULL;
	out = open_memstream(&text, bytes);
	if (!out)
		return NULL;
	if (control->print)
		control->print(out, gpu);
	else
		print_fault(out, gpu, control);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* kstrtobool() and kstrtou32_from_user(), as far as people write numbers. */
static int parse(const char *text, bool is_number, uint32_t *value)
{
	unsigned long number;
	char *end;

	if (!is_number) {
		if (strchr("1yYtT", text[0]) && text[0])
			*value = 1;
		else if (strchr("0nNfF", text[0]) && text[0])
			*value = 0;
		else
			return -EINVAL;
		return 0;
	}
	errno = 0;
	number = strtoul(text, &end, 0);
	if (end == text || text[0] == '-' || (*end && strcmp(end, "\n") != 0))
		return -EINVAL;
	if (errno || number > UINT32_MAX)
		return -ERANGE;
	*value = (uint32_t)number;
	return 0;
}

/* amdgpu.user_queue: a parameter of the driver, and no file. 1 and 2 turn user queues on. */
static int set_user_queue(struct gpu *gpu, const char *text)
{
	char *end;
	long value = strtol(text, &end, 0);

	if (end == text || *end || value < -1 || value > 2)
		return -EINVAL;
	gpu->is_on = value > 0;
	return 0;
}

int sim_debugfs_write(struct sim *sim, const char *path, const char *text, size_t bytes)
{
	struct gpu *gpu = gpu_of(sim);
	const struct control *control = find(gpu, path);
	char copy[24];
	uint32_t value;
	char *at;
	int err;

	if (bytes >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, bytes);
	copy[bytes] = '\0';
	if (!strcmp(path, "vasic/user_queue"))
		return set_user_queue(gpu, copy);
	if (!control || control->print)
		return -EACCES;
	err = parse(copy, control->is_number, &value);
	if (err)
		return err;
	at = (char *)&gpu->faults + control->offset;
	if (control->is_number)
		*(uint32_t *)at = value;
	else
		*(bool *)at = value;
	sim_wake(sim);
	return 0;
}

const char *const *sim_debugfs_list(void)
{
	static const char *names[NUM_CONTROLS + 2] = {"vasic/"};
	size_t i;

	for (i = 0; i < NUM_CONTROLS; i++)
		names[i + 1] = controls[i].path;
	return names;
}
