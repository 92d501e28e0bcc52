// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"
#include "render/render.h"
#include "sim/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool is_simulated(void)
{
	const char *folder = getenv(SIM_SESSION_ENV);

	return folder && folder[0];
}

/* In one piece: also when others write there, or a signal ends this process. */
void complain(const char *remedy, const char *format, ...)
{
	char *message = NULL, *text;
	FILE *out = open_memstream(&message, &(size_t){0});
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (out) {
		fputs("amdfence: ", out);
		/* A file's name may steer a terminal. */
		render_escaped(text ? text : strerror(ENOMEM), out);
		fputs(is_simulated() ? " (SIMULATED)\n" : "\n", out);
		if (remedy[0])
			fprintf(out, "  %s\n", remedy);
		fclose(out);
	}
	fputs(message ? message : "amdfence: out of memory\n", stderr);
	free(message);
	free(text);
}

/*
 * Not through stdout, which would try again, and complain again, at exit. @stop, unless NULL: what
 * ends it, with EINTR, as long as nothing was written.
 */
static bool write_all(int fd, const char *text, size_t size, const volatile sig_atomic_t *stop)
{
	const char *begin = text;

	while (size) {
		ssize_t written;

		if (stop && *stop && text == begin) {
			errno = EINTR;
			return false;
		}
		written = write(fd, text, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		text += written;
		size -= written;
	}
	return true;
}

static bool complain_of_output(void)
{
	complain("", "cannot write to standard output: %s", strerror(errno));
	return false;
}

bool can_print(void)
{
	return write(STDOUT_FILENO, "", 0) == 0 || complain_of_output();
}

/* What @fill writes, to be freed; NULL, with a message, if it cannot. */
static char *prepare(int (*fill)(const void *data, FILE *out), const void *data, size_t *size)
{
	char *text = NULL;
	FILE *memory = open_memstream(&text, size);
	int err = memory ? fill(data, memory) : -ENOMEM;

	if (memory && fclose(memory))
		err = -ENOMEM;
	if (!err)
		return text;
	complain("", "cannot prepare the output: %s", strerror(-err));
	free(text);
	return NULL;
}

bool print_whole(int (*fill)(const void *data, FILE *out), const void *data)
{
	return print_unless_stopped(fill, data, NULL);
}

bool print_unless_stopped(int (*fill)(const void *data, FILE *out), const void *data,
			  const volatile sig_atomic_t *stop)
{
	size_t size;
	char *text = prepare(fill, data, &size);
	bool written = text && (write_all(STDOUT_FILENO, text, size, stop) || errno == EINTR ||
				complain_of_output());

	free(text);
	return written;
}

static int create_beside(const char *path, mode_t mode, char **beside)
{
	int fd;

	if (asprintf(beside, "%s.XXXXXX", path) < 0) {
		*beside = NULL;
		errno = ENOMEM;
		return -1;
	}
	fd = mkostemp(*beside, O_CLOEXEC);
	if (fd >= 0 && fchmod(fd, mode) < 0) {
		close(fd);
		unlink(*beside);
		return -1;
	}
	return fd;
}

/* What a new file of this process may be. */
static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int replace(const char *path, mode_t mode, const char *text, size_t size)
{
	void (*limit)(int) = signal(SIGXFSZ, SIG_IGN); /* too large a file is an error */
	sigset_t all, before;
	char *beside;
	int fd, err = 0;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	fd = create_beside(path, mode, &beside);
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	if (!write_all(fd, text, size, NULL) || fsync(fd) < 0)
		err = -errno;
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(beside, path) < 0)
		err = -errno;
	if (err)
		unlink(beside);
out:
	free(beside);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGXFSZ, limit);
	return err;
}

bool write_whole(const char *path, mode_t mode, int (*fill)(const void *data, FILE *out),
		 const void *data)
{
	char *real = realpath(path, NULL); /* a link is followed, not replaced */
	const char *target = real ? real : path;
	char *text = NULL;
	struct stat st;
	size_t size;
	bool written = false, is_there = stat(target, &st) == 0;
	int err;

	/* A device or a pipe is not to be replaced by a file. */
	if (is_there && !S_ISREG(st.st_mode)) {
		complain("name a file, or what is not there yet", "'%s' is not a file", path);
		goto out;
	}
	if (!real && lstat(path, &st) == 0) {
		complain("make what it leads to, or name that", "'%s' is a link that leads nowhere",
			 path);
		goto out;
	}
	text = prepare(fill, data, &size);
	if (!text)
		goto out;
	if (!mode)
		mode = is_there ? st.st_mode & 0777 : default_mode();
	err = replace(target, mode, text, size);
	written = !err;
	if (err)
		complain("", "cannot write '%s': %s", path, strerror(-err));
out:
	free(text);
	free(real);
	return written;
}
