/* SPDX-License-Identifier: MIT */
/*
 * Child processes that touch the device, and the line to them. The parent never
 * opens it: libdrm_amdgpu shares the first file of a GPU over fork(), and a
 * process that sits in a kernel call which does not return cannot be ended.
 */
#ifndef AMDFENCE_CHILD_H
#define AMDFENCE_CHILD_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** Shared by parent and child: which call the child is in, and how many there were. */
struct heartbeat {
	_Atomic(const char *) call; /* a string constant: both have the same program in memory */
	atomic_ulong count;
};

/** The child's end. */
struct lifeline {
	int sock; /* SOCK_SEQPACKET */
	struct heartbeat *beat;
};

struct child {
	pid_t pid;
	int sock;
	struct heartbeat *beat;
};

/**
 * Starts a child that runs @run and ends. It is in a session of its own, has
 * all signals blocked, /dev/null as its standard files, and the name @comm (at
 * most 15 characters).
 */
int child_start(struct child *child, const char *comm, void (*run)(struct lifeline *, void *),
		void *arg);

/**
 * One message of exactly @size bytes; 1. At the end of the line 0. -ETIME when
 * the child has made no call for @deadline_s: it is stuck in child_call().
 * -EINTR once *@stop is set, unless @stop is NULL.
 */
int child_receive(struct child *child, void *msg, size_t size, unsigned deadline_s,
		  const volatile sig_atomic_t *stop);

/** The call that the child is in, or was in last. */
const char *child_call(const struct child *child);

/** A message to the child, for line_receive(). -EPIPE when it has gone. */
int child_send(struct child *child, const void *msg, size_t size);

/** Asks the child to end at the next good moment. */
void child_stop(struct child *child);

/**
 * Closes the line and waits for the child, unless it is @stuck: then it is left
 * alone. 0, or -ECHILD when it did not end of its own will.
 */
int child_end(struct child *child, bool stuck);

/* In the child. */

/**
 * Says what comes next. What came before: to be said again once something has
 * been cleared away, for that may have been what failed.
 */
const char *line_call(struct lifeline *line, const char *call);

/** Waits for a message of exactly @size bytes. False: the parent has gone or has asked to stop. */
bool line_receive(struct lifeline *line, void *msg, size_t size);

/** Whether the parent has gone or has asked to stop. Not where it sends messages. */
bool line_is_stopped(const struct lifeline *line);

/** Waits for that. */
void line_wait(const struct lifeline *line);

/** -EPIPE when the parent has gone. */
int line_send(struct lifeline *line, const void *msg, size_t size);

#endif
