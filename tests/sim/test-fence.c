/* SPDX-License-Identifier: MIT */
/* Fences, their containers, and reservation objects. The lock is held throughout. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/tap.h"
#include "local-task.h"
#include "null-gpu.h"
#include "profile.h"

static const struct sim_profile profile = {"6.18.15", "6.18.15", false};

static struct local_machine m;

static int calls;

static void count_call(struct fence *fence, struct fence_cb *cb)
{
	(void)fence;
	(void)cb;
	calls++;
}

/* May take a reference, as callbacks do, and put it. */
static void look_at_released(struct fence *fence, struct fence_cb *cb)
{
	(void)cb;
	calls = fence_get(fence)->error;
	fence_put(fence);
}

static struct fence *new_fence(uint64_t seqno)
{
	return null_fence(m.sim, fence_context_alloc(m.sim, 1), seqno);
}

static void signal_error(struct fence *fence, int error)
{
	fence->error = error;
	fence_signal(fence);
}

static void test_fence(void)
{
	struct fence *fence = new_fence(7);
	struct fence_cb first, second, late;
	uint64_t before = sim_now();

	calls = 0;
	is(fence_status(fence), 0, "a new fence is pending");
	ok(!strcmp(fence_driver_name(fence), "null-driver") &&
		   !strcmp(fence_timeline_name(fence), "null-timeline"),
	   "and has its driver's names");
	is(fence_wait(fence, NULL, sim_now()), -ETIME, "waiting for it with no time left");
	is(fence_add_callback(fence, &first, count_call), 0, "a callback");
	is(fence_add_callback(fence, &second, count_call), 0, "another");
	ok(fence_remove_callback(fence, &first), "the first is taken off");
	ok(!fence_remove_callback(fence, &first), "once");
	fence_signal(fence);
	fence_signal(fence);
	is(calls, 1, "signaling calls the other, once");
	ok(!fence_remove_callback(fence, &second), "which is off the list then");
	is(fence_status(fence), 1, "the fence has signaled");
	ok(fence->timestamp >= before && fence->timestamp <= sim_now(), "just now");
	ok(!strcmp(fence_driver_name(fence), "detached-driver") &&
		   !strcmp(fence_timeline_name(fence), "signaled-timeline"),
	   "and has no longer its driver's names");
	memset(&late, 0xff, sizeof(late));
	is(fence_add_callback(fence, &late, count_call), -ENOENT, "a callback that comes too late");
	ok(!fence_remove_callback(fence, &late), "is on no list");
	is(fence_wait(fence, NULL, 0), 0, "waiting for it needs no time");
	fence_put(fence);

	fence = new_fence(1);
	signal_error(fence, -ECANCELED);
	is(fence_status(fence), -ECANCELED, "the status of a fence that failed");
	fence_put(fence);

	fence = new_fence(1);
	calls = 0;
	fence_add_callback(fence, &first, look_at_released);
	fence_put(fence);
	is(calls, -EDEADLK, "who waits for a fence that is released is called, with an error");

	ok(fence_stub(m.sim) == fence_stub(m.sim), "there is one stub");
	is(fence_status(fence_stub(m.sim)), 1, "which has signaled");
	fence = fence_stub_at(m.sim, 5);
	is((long long)fence->timestamp, 5, "a private one tells when");
	fence_put(fence);
	is(null_gpu.fences, 0, "no fence is left");
}

static struct fence *new_array(struct fence **a, struct fence **b)
{
	struct fence **fences = malloc(2 * sizeof(*fences));

	fences[0] = fence_get(*a = new_fence(1));
	fences[1] = fence_get(*b = new_fence(1));
	return fence_array_create(m.sim, fences, 2, fence_context_alloc(m.sim, 1), 1);
}

static void test_array_order(bool enable, bool reverse)
{
	struct fence *a, *b, *array = new_array(&a, &b);
	struct fence_cb cb;

	calls = 0;
	if (enable)
		fence_add_callback(array, &cb, count_call);
	fence_signal(reverse ? b : a);
	ok(!fence_is_signaled(array), "an array waits for all (enabled %d, reverse %d)", enable,
	   reverse);
	fence_signal(reverse ? a : b);
	is(calls, enable, "and signals by itself if that is enabled");
	ok(fence_is_signaled(array), "and has signaled then");
	fence_put(array);
	fence_put(a);
	fence_put(b);
}

static void test_array(void)
{
	struct fence *a, *b, *array;
	struct fence_cb cb, second;

	test_array_order(false, false);
	test_array_order(false, true);
	test_array_order(true, false);
	test_array_order(true, true);

	array = new_array(&a, &b);
	fence_enable_signaling(array);
	signal_error(b, -EIO);
	signal_error(a, -ECANCELED);
	is(fence_status(array), -EIO, "an array has the first error seen");
	fence_put(array);
	fence_put(a);
	fence_put(b);

	array = new_array(&a, &b);
	signal_error(a, -EIO);
	fence_signal(b);
	is(fence_add_callback(array, &cb, count_call), -ENOENT,
	   "enabling one whose members have signaled");
	is(fence_status(array), -EIO, "sees their error");
	fence_put(array);
	fence_put(a);
	fence_put(b);

	array = new_array(&a, &b);
	signal_error(a, -EIO);
	fence_signal(b);
	is(fence_status(array), 1, "asking one that was never enabled does not");
	fence_put(array);
	fence_put(a);
	fence_put(b);

	array = new_array(&a, &b);
	calls = 0;
	fence_add_callback(array, &cb, count_call);
	fence_add_callback(array, &second, count_call);
	fence_signal(a);
	is(calls, 0, "an array that is enabled twice waits for all");
	fence_signal(b);
	is(calls, 2, "and calls all");
	fence_put(array);
	fence_put(a);
	fence_put(b);

	array = new_array(&a, &b);
	is(fence_wait(array, NULL, 0), -ETIME, "who waits for an array");
	fence_signal(a);
	fence_signal(b);
	ok(array->signaled, "enables it");
	fence_put(array);
	fence_put(a);
	fence_put(b);

	array = new_array(&a, &b);
	fence_enable_signaling(array);
	fence_put(array);
	fence_signal(a);
	fence_signal(b);
	fence_put(a);
	fence_put(b);
	is(null_gpu.fences, 0, "an enabled array that nobody has lives until its members signal");
}

/* A timeline with the points 1 to @num, each of a pending fence. */
static struct fence *new_timeline(struct fence **fences, unsigned num)
{
	struct fence *head = NULL;
	unsigned i;

	for (i = 0; i < num; i++) {
		fences[i] = new_fence(1);
		head = fence_chain_create(m.sim, head, fence_get(fences[i]), i + 1);
	}
	return head;
}

static void signal_and_put(struct fence **fences, unsigned num)
{
	unsigned i;

	for (i = 0; i < num; i++) {
		fence_signal(fences[i]);
		fence_put(fences[i]);
	}
}

static int find(struct fence *head, uint64_t point, uint64_t *found)
{
	struct fence *fence = fence_get(head);
	int err = fence_chain_find_seqno(&fence, point);

	*found = fence ? fence->seqno : 0;
	fence_put(fence);
	return err;
}

static void test_chain(void)
{
	struct fence *fences[4], *head = new_timeline(fences, 4), *other;
	struct fence_cb cb;
	uint64_t found;

	ok(fence_is_chain(head) && !fence_is_array(head), "a chain is one");
	is(find(head, 0, &found) || found != 4, 0, "point 0 is the chain itself");
	is(find(head, 2, &found) || found != 2, 0, "a point on the way");
	is(find(head, 5, &found), -EINVAL, "a point that is not there yet");
	fence_signal(fences[0]);
	is(find(head, 1, &found) || found != 0, 0, "a point that has signaled and is dropped");
	fence_signal(fences[2]);
	is(find(head, 3, &found) || found != 2, 0,
	   "for one that was dropped stands what is pending before it");
	calls = 0;
	fence_add_callback(head, &cb, count_call);
	fence_signal(fences[3]);
	is(calls, 0, "a chain waits for all of its points");
	fence_signal(fences[1]);
	is(calls, 1, "and signals with the last of them");
	fence_put(head);
	signal_and_put(fences, 4);

	head = new_timeline(fences, 2);
	other = fence_chain_create(m.sim, head, fence_get(fences[0]), 1);
	ok(other->seqno == 2 && other->context != head->context,
	   "a point out of order begins another timeline, with a number that is valid");
	is(find(other, 1, &found) || found != 2, 0, "where it is found for what came before");
	fence_put(other);
	signal_and_put(fences, 2);

	head = new_timeline(fences, 2);
	other = fence_chain_create(m.sim, head, fence_get(fences[0]), 2);
	ok(other->context != head->context, "as the same point again does");
	fence_put(other);
	signal_and_put(fences, 2);
	is(null_gpu.fences, 0, "no fence is left of the chains");
}

static void test_long_chain(void)
{
	struct fence *head = NULL, *fence = new_fence(1);
	unsigned i;

	for (i = 0; i < 200000; i++)
		head = fence_chain_create(m.sim, head, fence_get(fence), i + 1);
	fence_put(head);
	fence_put(fence);
	is(null_gpu.fences, 0, "releasing a long chain does not exhaust the stack");
}

static int count_fence(struct fence *fence, void *arg)
{
	(void)fence;
	return ++*(int *)arg == 100;
}

static int stop_at_once(struct fence *fence, void *arg)
{
	(void)fence;
	(void)arg;
	return 42;
}

static void test_unwrap_and_merge(void)
{
	struct fence *a, *b, *array = new_array(&a, &b), *chain, *merged, *list[4];
	int num = 0;

	chain = fence_chain_create(m.sim, fence_get(array), fence_get(a), 1);
	is(fence_unwrap(chain, count_fence, &num), 0, "unwrapping a chain with an array behind");
	is(num, 3, "shows each fence below");
	is(fence_unwrap(chain, stop_at_once, NULL), 42, "and stops when it is told to");
	num = 0;
	fence_unwrap(NULL, count_fence, &num);
	is(num, 0, "below nothing there is nothing");

	merged = fence_merge(m.sim, &chain, 1);
	ok(fence_is_array(merged), "merging gives an array");
	num = 0;
	fence_unwrap(merged, count_fence, &num);
	is(num, 2, "with each fence once");
	fence_put(merged);

	fence_signal(a);
	merged = fence_merge(m.sim, &chain, 1);
	ok(merged == b, "merging with one pending gives just that");
	fence_put(merged);
	fence_signal(b);
	merged = fence_merge(m.sim, &array, 1);
	ok(merged->context == 0 && merged->timestamp == b->timestamp,
	   "with none a stub of the time of the last");
	fence_put(merged);
	fence_put(chain);
	fence_put(array);
	fence_put(a);
	fence_put(b);

	list[0] = null_fence(m.sim, 1000, 5);
	list[1] = null_fence(m.sim, 999, 1);
	list[2] = null_fence(m.sim, 1000, 6);
	list[3] = null_fence(m.sim, 1000, 4);
	is(fence_dedup(list, 4), 2, "of each context one stays");
	ok(list[0]->context == 999 && list[1]->seqno == 6, "by context, and the latest");
	is(null_gpu.fences, 2, "the others are put");
	fence_put(list[0]);
	fence_put(list[1]);
	is(fence_dedup(list, 0), 0, "of none none");
}

static int list_usage(struct resv *resv, enum resv_usage usage)
{
	int num = 0;

	resv_for_each(resv, usage, count_fence, &num);
	return num;
}

static void test_resv(void)
{
	struct resv resv = {0};
	struct fence *fence[3], *done;
	unsigned i;

	for (i = 0; i < 3; i++)
		fence[i] = null_fence(m.sim, 2000, i + 1);
	resv_add(&resv, fence[0], RESV_WRITE);
	is(list_usage(&resv, RESV_KERNEL), 0, "a writer is not the kernel");
	is(list_usage(&resv, RESV_WRITE), 1, "but a writer");
	is(list_usage(&resv, RESV_READ), 1, "and who reads sees it, too");
	resv_add(&resv, fence[1], RESV_READ);
	is(list_usage(&resv, RESV_READ), 2, "a later reader does not supersede a writer");
	resv_add(&resv, fence[2], RESV_WRITE);
	is(list_usage(&resv, RESV_READ), 2, "a later writer supersedes it");
	is(list_usage(&resv, RESV_WRITE), 1, "but not the reader before it");
	resv_add(&resv, fence[1], RESV_READ);
	is(list_usage(&resv, RESV_READ), 2, "the same fence again changes nothing");

	done = new_fence(1);
	resv_add(&resv, done, RESV_BOOKKEEP);
	fence_signal(done);
	fence_put(done);
	is(list_usage(&resv, RESV_BOOKKEEP), 3, "a fence that has signaled stays");
	done = new_fence(1);
	resv_add(&resv, done, RESV_KERNEL);
	is(list_usage(&resv, RESV_BOOKKEEP), 3, "until another needs its place");
	fence_put(done);

	for (i = 0; i < 20; i++) {
		done = new_fence(1);
		resv_add(&resv, done, RESV_READ);
		fence_put(done);
	}
	is(list_usage(&resv, RESV_READ), 23, "there is room for many");
	resv_fini(&resv);
	is(null_gpu.fences, 3, "and all are put in the end");
	for (i = 0; i < 3; i++)
		fence_put(fence[i]);
}

int main(void)
{
	local_machine_start(&m, &profile);
	sim_lock(m.sim);
	test_fence();
	test_array();
	test_chain();
	test_long_chain();
	test_unwrap_and_merge();
	test_resv();
	is(null_gpu.fences, 0, "no fence is left");
	sim_unlock(m.sim);
	local_machine_stop(&m);
	return tap_done();
}
