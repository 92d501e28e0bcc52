// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/terminal.h"
#include "cmd/args.h"
#include "act/clock.h"
#include "render/render.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ECMA-48 and what xterm added to it: the other screen, and no cursor. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"

static volatile sig_atomic_t is_entered, has_changed;
/* Others may have shown something on the screen that we entered: it is entered again, but also
 * left. */
static volatile sig_atomic_t is_stale;

bool terminal_is_there(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && term[0] && strcmp(term, "dumb") != 0;
}

bool terminal_is_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8 = locale && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;

	if (locale)
		freelocale(locale);
	return utf8;
}

void terminal_leave(void)
{
	int saved = errno;

	if (is_entered && write(STDOUT_FILENO, LEAVE, strlen(LEAVE)) >= 0)
		is_entered = 0;
	errno = saved;
}

/* ---- signals --------------------------------------------------------------- */

/* As without us, but with the screen left. SA_RESETHAND: the second time it is the default. */
static void on_end(int number)
{
	terminal_leave();
	raise(number);
}

static void on_stop(int number)
{
	struct sigaction ours, action = {.sa_handler = SIG_DFL};
	int saved = errno;
	sigset_t set, before;

	terminal_leave();
	sigemptyset(&set);
	sigaddset(&set, number);
	sigaction(number, &action, &ours);
	raise(number);
	/* Here it stops, and here it goes on. */
	sigprocmask(SIG_UNBLOCK, &set, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigaction(number, &ours, NULL);
	errno = saved;
}

/* The size, or we go on: whatever was shown meanwhile, another screen is to be had. */
static void on_change(int number)
{
	if (number == SIGCONT)
		is_stale = 1;
	has_changed = 1;
}

static void handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, before;

	/* Who has other plans for one, a sanitizer or nohup, keeps it. */
	if (sigaction(number, NULL, &before) == 0 && !(before.sa_flags & SA_SIGINFO) &&
	    before.sa_handler == SIG_DFL)
		sigaction(number, &action, NULL);
}

void terminal_begin(void)
{
	static const int ends[] = {SIGQUIT, SIGABRT, SIGSEGV, SIGBUS,  SIGFPE,
				   SIGILL,  SIGXCPU, SIGALRM, SIGUSR1, SIGUSR2};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		handle(ends[i], on_end, SA_RESETHAND | SA_NODEFER);
	handle(SIGTSTP, on_stop, 0);
	handle(SIGCONT, on_change, 0);
	handle(SIGWINCH, on_change, 0);
}

bool terminal_has_changed(void)
{
	bool changed = has_changed;

	has_changed = 0;
	return changed;
}

/* What a signal does that comes just before is seen, too. */
void terminal_wait(unsigned long long end)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCONT, SIGWINCH};
	unsigned long long now = clock_ms(), ms = end > now ? end - now : 0;
	const struct timespec rest = {.tv_sec = (time_t)(ms / 1000),
				      .tv_nsec = (long)(ms % 1000) * 1000000l};
	sigset_t set, before;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	if (!asked_to_stop && !has_changed)
		ppoll(NULL, 0, &rest, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* ---- frames ---------------------------------------------------------------- */

static void put_frame(const char *text, size_t size, const struct winsize *window, FILE *out)
{
	const char *end = text + size;

	if (!is_entered || is_stale)
		fputs(ENTER, out);
	is_stale = 0;
	fputs("\033[H", out);
	for (unsigned row = 0; row < window->ws_row && text < end; row++) {
		size_t length = strcspn(text, "\n");

		if (row)
			fputs("\r\n", out);
		render_cut_line(text, length, window->ws_col, out);
		fputs("\033[K", out);
		text += length + 1;
	}
	fputs("\033[J", out);
}

static bool write_frame(const char *text, size_t size)
{
	/* Somebody may have pressed Ctrl-S: who asks to stop is not to wait for Ctrl-Q. */
	while (size && !asked_to_stop) {
		ssize_t written;

		is_entered = 1;
		written = write(STDOUT_FILENO, text, size);
		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			text += written;
			size -= (size_t)written;
		}
	}
	return true;
}

bool terminal_show(const char *text, size_t size)
{
	struct winsize window = {0};
	pid_t owner = tcgetpgrp(STDOUT_FILENO);
	sigset_t set, before;
	char *frame = NULL;
	size_t frame_size;
	FILE *out;
	bool shown;

	/* In the background the terminal is another's. */
	if (owner > 0 && owner != getpgrp())
		return true;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) < 0 || !window.ws_row || !window.ws_col)
		window = (struct winsize){.ws_row = 24, .ws_col = 80};
	/* Not stopped in the midst of a frame, whose rest would come on the other screen. */
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, &before);
	out = open_memstream(&frame, &frame_size);
	if (out)
		put_frame(text, size, &window, out);
	if (!out || fclose(out))
		errno = ENOMEM;
	shown = out && frame && write_frame(frame, frame_size);
	free(frame);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return shown;
}
