// SPDX-License-Identifier: MIT
/* Waiting for the server, and what a signal does to that. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "preload-call.h"

/* A call that is not answered by then may sleep: only then are signals looked for. */
#define QUICK_NS 2000000

#define BIT(signal)       (1ull << ((signal)-1))
#define DEFAULT_IS_IGNORE (BIT(SIGCHLD) | BIT(SIGURG) | BIT(SIGWINCH) | BIT(SIGCONT))

struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

static uint64_t interrupting(uint64_t blocked)
{
	uint64_t set = 0;

	for (int signal = 1; signal <= 64; signal++) {
		struct kernel_sigaction action = {0};

		if (CALL(SYS_rt_sigaction, signal, NULL, &action, sizeof(action.mask)) < 0 ||
		    action.handler == SIG_IGN)
			continue;
		if (action.handler == SIG_DFL && (BIT(signal) & DEFAULT_IS_IGNORE))
			continue;
		set |= BIT(signal);
	}
	return set & ~blocked;
}

/* What the kernel would do after the first of the signals that are there. */
static bool does_restart(uint64_t blocked)
{
	uint64_t pending = 0;
	struct kernel_sigaction action = {0};

	CALL(SYS_rt_sigpending, &pending, sizeof(pending));
	pending &= interrupting(blocked);
	if (!pending)
		return true;
	CALL(SYS_rt_sigaction, __builtin_ctzll(pending) + 1, NULL, &action, sizeof(action.mask));
	return action.handler == SIG_DFL || action.flags & SA_RESTART;
}

static void cancel(struct call *call)
{
	call->is_restarted = does_restart(call->blocked);
	call->is_cancelled = true;
	call_answer(call, SIM_CANCEL, 0, NULL, 0, -1);
}

void call_wait(struct call *call)
{
	struct pollfd pollers[2] = {{.fd = call->channel, .events = POLLIN}};

	for (;;) {
		struct timespec quick = {.tv_nsec = QUICK_NS};
		bool is_quick = call->signals < 0 && !call->is_cancelled;
		uint64_t set;
		long ready;

		pollers[1] = (struct pollfd){.fd = call->is_cancelled ? -1 : call->signals,
					     .events = POLLIN};
		ready = CALL(SYS_ppoll, pollers, 2, is_quick ? &quick : NULL, NULL, 0);
		if (ready == -EINTR)
			continue;
		if (ready < 0 || pollers[0].revents)
			return;
		if (pollers[1].revents) {
			cancel(call);
			continue;
		}
		set = interrupting(call->blocked);
		call->signals = (int)CALL(SYS_signalfd4, -1, &set, sizeof(set), SFD_CLOEXEC);
		if (call->signals < 0)
			return; /* and sleep without */
	}
}
