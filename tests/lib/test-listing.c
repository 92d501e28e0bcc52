// SPDX-License-Identifier: MIT
/* Listings of fence drivers: what is read out of them, and what is refused. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake.h"
#include "tap.h"

#define TITLE "# amdgpu_userq_fence_drivers v1 used=2 total=262144\n"
#define HEAD  "va=0xffff800000000018 ctx=7 seq=5 refs=3 owner=live doorbell=4 fences=1 "
#define TAIL  "waitq=1 inherited=0 pending=0 pid=42 comm=glxgears\n"
#define LINE  "slot=3 " HEAD TAIL
#define SLOTS 262144u

/* ---- what the library calls: see local.mk ------------------------------- */

static int calls_to_fail = -1; /* the next but so many fails */
static int read_errno;
static size_t read_most = SIZE_MAX;
static struct stat node;
static int fstat_errno;
static const char *mounts;

static bool must_fail(void)
{
	return calls_to_fail >= 0 && calls_to_fail-- == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return must_fail() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t num, size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_calloc(size_t num, size_t size)
{
	return must_fail() ? NULL : __real_calloc(num, size);
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	return must_fail() ? NULL : __real_realloc(old, size);
}

ssize_t __real_read(int fd, void *to, size_t size);
ssize_t __wrap_read(int fd, void *to, size_t size);
ssize_t __wrap_read(int fd, void *to, size_t size)
{
	if (read_errno) {
		errno = read_errno;
		if (read_errno == EINTR)
			read_errno = 0;
		return -1;
	}
	return __real_read(fd, to, size < read_most ? size : read_most);
}

int __wrap_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st)
{
	(void)fd;
	*st = node;
	errno = fstat_errno;
	return fstat_errno ? -1 : 0;
}

FILE *__wrap_setmntent(const char *path, const char *type);
FILE *__wrap_setmntent(const char *path, const char *type)
{
	(void)type;
	if (!mounts || strcmp(path, "/proc/self/mounts"))
		return NULL;
	return fmemopen((void *)mounts, strlen(mounts), "r");
}

/* ---- helpers ------------------------------------------------------------ */

static int file_of(const char *text, size_t size)
{
	int fd = memfd_create("listing", MFD_CLOEXEC);

	if (write(fd, text, size) != (ssize_t)size)
		abort();
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int read_text(const char *text, size_t size, struct auq_listing **out)
{
	int fd = file_of(text, size);
	int r = auq_listing_read(fd, out);

	close(fd);
	return r;
}

/* Both ways in say the same, and leave @out alone. */
static void refuse_bytes(const char *text, size_t size, int want, const char *what)
{
	struct auq_listing *const untouched = (struct auq_listing *)&node;
	struct auq_listing *listing = untouched;
	int parsed = auq_listing_parse(text, size, &listing);
	int got = read_text(text, size, &listing);

	ok(parsed == want && got == want && listing == untouched, "%s: %d, %d", what, parsed, got);
}

static void refuse(const char *text, int want, const char *what)
{
	refuse_bytes(text, strlen(text), want, what);
}

static struct auq_listing *accept(const char *text, const char *what)
{
	struct auq_listing *listing = NULL;

	is(auq_listing_parse(text, strlen(text), &listing), 0, what);
	return listing;
}

static bool comm_is(const char *escaped, const char *want)
{
	struct auq_listing *listing = NULL;
	char text[1024];
	bool same;

	snprintf(text, sizeof(text),
		 TITLE "slot=3 " HEAD "waitq=1 inherited=0 pending=0 pid=42 comm=%s\n", escaped);
	if (auq_listing_parse(text, strlen(text), &listing))
		return false;
	same = !strcmp(auq_listing_get(listing, 0)->comm, want);
	auq_listing_free(listing);
	return same;
}

/* ---- tests -------------------------------------------------------------- */

static void test_values(void)
{
	static const char text[] =
		TITLE LINE "slot=262143 va=0xFFFFFFFFFFFFFFFF ctx=18446744073709551615 "
			   "seq=18446744073709551614 refs=4294967295 owner=gone doorbell=0 "
			   "fences=4294967294 new=0 waitq=2 inherited=3 pending=4 pid=0 comm=\n";
	struct auq_listing *listing = accept(text, "a listing");
	const struct auq_fence_driver *d = auq_listing_get(listing, 0);

	is(auq_listing_used(listing), 2, "used");
	is(auq_listing_total(listing), 262144, "total");
	is(auq_listing_count(listing), 2, "count");
	ok(d->slot == 3 && d->va == 0xffff800000000018 && d->context == 7 && d->value == 5 &&
		   d->refs == 3 && d->live && d->doorbell == 4 && d->fences == 1 && d->waitq == 1 &&
		   !d->inherited && !d->pending && d->pid == 42 && !strcmp(d->comm, "glxgears"),
	   "the first driver");
	ok(auq_listing_find(listing, 3) == d, "is found");
	d = auq_listing_get(listing, 1);
	ok(d->slot == 262143 && d->va == UINT64_MAX && d->context == UINT64_MAX &&
		   d->value == UINT64_MAX - 1 && d->refs == UINT32_MAX && !d->live &&
		   !d->doorbell && d->fences == UINT32_MAX - 1 && d->waitq == 2 &&
		   d->inherited == 3 && d->pending == 4 && !d->pid && !d->comm[0],
	   "the largest numbers, and a key that nobody knows");
	ok(auq_listing_find(listing, 262143) == d, "is found");
	ok(!auq_listing_find(listing, 4), "what is not there is not");
	ok(!auq_listing_get(listing, 2), "nothing behind the last");
	auq_listing_free(listing);

	listing = accept("# amdgpu_userq_fence_drivers v1 later=x total=8 used=0\n", "none at all");
	ok(!auq_listing_count(listing) && !auq_listing_find(listing, 0) &&
		   !auq_listing_get(listing, 0),
	   "is empty");
	auq_listing_free(listing);
	auq_listing_free(NULL);
}

static void test_comm(void)
{
	ok(comm_is("a b=c", "a b=c"), "spaces, and a sign");
	ok(comm_is("\\n\\r\\t\\v\\f\\a\\e\\\"\\\\", "\n\r\t\v\f\a\033\"\\"), "escapes");
	ok(comm_is("\\033[1m\\x9b1m\\x7f", "\033[1m\x9b"
					   "1m\x7f"),
	   "commands to a terminal");
	ok(comm_is("\\18\\x1g\\0101", "\0018\001g\0101"), "short numbers");
	ok(comm_is("\xc3\xa9\xff", "\xc3\xa9\xff"), "any byte from 0x80");
	ok(comm_is("123456789012345678901234567890123456789012345678901234567890123",
		   "123456789012345678901234567890123456789012345678901234567890123"),
	   "as long as it may be");
	ok(!comm_is("1234567890123456789012345678901234567890123456789012345678901234", ""),
	   "too long");
	ok(!comm_is("\\", "") && !comm_is("\\q", "") && !comm_is("\\x", "") &&
		   !comm_is("a\\000b", "a") && !comm_is("\\400", ""),
	   "no escapes");
}

static void test_refused(void)
{
	refuse("", -EBADMSG, "nothing");
	refuse("\n", -EBADMSG, "an empty line");
	refuse("# amdgpu_userq_fence_drivers v", -EBADMSG, "no version");
	refuse("# amdgpu_userq_fence_driverz v1 used=0 total=8\n", -EBADMSG, "another file");
	refuse("# amdgpu_userq_fence_drivers v2 used=0 total=8\n", -EPROTONOSUPPORT, "version 2");
	refuse("# amdgpu_userq_fence_drivers v10\n", -EPROTONOSUPPORT, "version 10");
	refuse("# amdgpu_userq_fence_drivers v1x used=0 total=8\n", -EBADMSG, "version 1x");
	refuse("# amdgpu_userq_fence_drivers v1\n", -EBADMSG, "no numbers");
	refuse("# amdgpu_userq_fence_drivers v1 used=0\n", -EBADMSG, "no total");
	refuse("# amdgpu_userq_fence_drivers v1 total=8\n", -EBADMSG, "no used");
	refuse("# amdgpu_userq_fence_drivers v1 used=0 total=0\n", -EBADMSG, "no slots");
	refuse("# amdgpu_userq_fence_drivers v1 used=0 total=0\n" TITLE, -EBADMSG,
	       "no slots, and then some");
	refuse("# amdgpu_userq_fence_drivers v1 used=9 total=8\n", -EBADMSG, "more than all");
	refuse("# amdgpu_userq_fence_drivers v1 used=0 used=0 total=8\n", -EBADMSG, "used twice");
	refuse("# amdgpu_userq_fence_drivers v1 used=0 total=8 total=8\n", -EBADMSG, "total twice");
	refuse("# amdgpu_userq_fence_drivers v1 used=0 total=262145\n", -EFBIG, "too many slots");
	refuse("# amdgpu_userq_fence_drivers v1 used=0 total=4294967296\n", -EOVERFLOW, "2^32");
	refuse(LINE, -EBADMSG, "no title");
	refuse(TITLE TITLE, -EBADMSG, "two titles");
	refuse(TITLE "\n", -EBADMSG, "an empty line behind the title");
	refuse(TITLE "slot=3", -EBADMSG, "a line that is cut off");
	refuse(TITLE LINE "slot=4 va=0xffff8000000", -EBADMSG, "the last line is cut off");
	refuse(TITLE "slot=3 " HEAD "waitq=1 inherited=0 pending=0 pid=42\n", -EBADMSG, "no comm");
	refuse(TITLE HEAD TAIL, -EBADMSG, "no slot");
	refuse(TITLE "slot=3 slot=3 " HEAD TAIL, -EBADMSG, "a key twice");
	refuse(TITLE "slot=3  " HEAD TAIL, -EBADMSG, "two spaces");
	refuse(TITLE "slot=3 new " HEAD TAIL, -EBADMSG, "a key without a value");
	refuse(TITLE "slot=3 =1 " HEAD TAIL, -EBADMSG, "a value without a key");
	refuse(TITLE LINE LINE, -EBADMSG, "a slot twice");
	refuse(TITLE "slot=4 " HEAD TAIL LINE, -EBADMSG, "slots out of order");
	refuse(TITLE "slot=262144 " HEAD TAIL, -EBADMSG, "a slot beyond the total");
	refuse(TITLE "slot=4294967296 " HEAD TAIL, -EOVERFLOW, "a slot of 2^32");
	refuse(TITLE "slot=99999999999999999999999 " HEAD TAIL, -EOVERFLOW, "a slot without end");
	refuse(TITLE "slot= " HEAD TAIL, -EBADMSG, "no number");
	refuse(TITLE "slot=-3 " HEAD TAIL, -EBADMSG, "a negative number");
	refuse(TITLE "slot=0x3 " HEAD TAIL, -EBADMSG, "a slot in base 16");
	refuse(TITLE "slot=3 va=18 ctx=7 seq=5 refs=3 owner=live doorbell=4 fences=1 " TAIL,
	       -EBADMSG, "an address in base 10");
	refuse(TITLE "slot=3 va=0x ctx=7 seq=5 refs=3 owner=live doorbell=4 fences=1 " TAIL,
	       -EBADMSG, "an address without a digit");
	refuse(TITLE "slot=3 va=0x10000000000000000 ctx=7 seq=5 refs=3 owner=live doorbell=4 "
		     "fences=1 " TAIL,
	       -EOVERFLOW, "an address of 2^64");
	refuse(TITLE "slot=3 va=0x18 ctx=18446744073709551616 seq=5 refs=3 owner=live doorbell=4 "
		     "fences=1 " TAIL,
	       -EOVERFLOW, "a context of 2^64");
	refuse(TITLE "slot=3 va=0x18 ctx=7 seq=5 refs=3 owner=me doorbell=4 fences=1 " TAIL,
	       -EBADMSG, "another owner");
	refuse(TITLE "slot=3 new=\033[31m " HEAD TAIL, -EBADMSG, "a control character");
	refuse(TITLE "slot=3 new=\x7f " HEAD TAIL, -EBADMSG, "DEL");
	refuse_bytes(TITLE "slot=3 new=\0 " HEAD TAIL, sizeof(TITLE "slot=3 new=\0 " HEAD TAIL) - 1,
		     -EBADMSG, "a NUL byte");
}

/* @padding makes a line of 4096 bytes with its end, or one more. */
static void test_line_length(void)
{
	static char text[8192];
	struct auq_listing *listing = NULL;
	int padding = 4096 - (int)strlen(LINE) - (int)strlen("new= ");

	snprintf(text, sizeof(text), TITLE "slot=3 new=%0*d " HEAD TAIL, padding, 0);
	is(auq_listing_parse(text, strlen(text), &listing), 0, "the longest line");
	auq_listing_free(listing);
	snprintf(text, sizeof(text), TITLE "slot=3 new=%0*d " HEAD TAIL, padding + 1, 0);
	refuse(text, -EBADMSG, "a longer one");
	text[strlen(text) - 1] = '\0';
	refuse(text, -EBADMSG, "without an end, too");
}

static char *large_listing(size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);
	unsigned int slot;

	fprintf(out, "# amdgpu_userq_fence_drivers v1 used=%u total=%u\n", SLOTS, SLOTS);
	for (slot = 0; slot < SLOTS; slot++)
		fprintf(out, "slot=%u " HEAD TAIL, slot);
	fclose(out);
	return text;
}

static void test_large(void)
{
	struct auq_listing *listing = NULL;
	unsigned int slot;
	size_t size;
	char *text = large_listing(&size);
	int fd = file_of(text, size);

	is(auq_listing_read(fd, &listing), 0, "a listing of every slot");
	for (slot = 0; slot < SLOTS; slot++)
		if (auq_listing_get(listing, slot)->slot != slot ||
		    auq_listing_find(listing, slot) != auq_listing_get(listing, slot))
			break;
	is(slot, SLOTS, "has every slot");
	auq_listing_free(listing);

	lseek(fd, 0, SEEK_SET);
	read_most = 1000;
	is(auq_listing_read(fd, &listing), 0, "read in small pieces");
	is(auq_listing_count(listing), SLOTS, "is as long");
	auq_listing_free(listing);
	read_most = SIZE_MAX;
	close(fd);
	free(text);
}

static void test_endless(void)
{
	static const char title[] = TITLE;
	struct auq_listing *listing = NULL;
	int fd = file_of(title, strlen(title));

	/* NUL bytes up to 100 MB, which takes no memory */
	is(ftruncate(fd, 100 << 20), 0, "a file of 100 MB");
	is(auq_listing_read(fd, &listing), -EBADMSG, "is given up");
	ok(lseek(fd, 0, SEEK_CUR) <= 16 * 4096, "after its first bytes");
	close(fd);
}

static void test_trouble(void)
{
	struct auq_listing *const untouched = (struct auq_listing *)&node;
	struct auq_listing *listing = untouched;
	int fd = file_of(TITLE LINE, strlen(TITLE LINE)), fails, r;

	is(auq_listing_read(fd, NULL), -EINVAL, "no place for it");
	is(auq_listing_parse(NULL, 0, &listing), -EINVAL, "no text");
	is(auq_listing_parse(TITLE, sizeof(TITLE) - 1, NULL), -EINVAL, "no place for that either");
	is(auq_listing_read(-1, &listing), -EBADF, "no file");
	read_errno = EIO;
	is(auq_listing_read(fd, &listing), -EIO, "an error of read()");
	for (fails = 0; fails < 3; fails++) {
		calls_to_fail = fails;
		read_errno = 0;
		lseek(fd, 0, SEEK_SET);
		r = auq_listing_read(fd, &listing);
		calls_to_fail = -1;
		is(r, -ENOMEM, "no memory");
	}
	calls_to_fail = 0;
	r = auq_listing_parse(TITLE, sizeof(TITLE) - 1, &listing);
	calls_to_fail = -1;
	is(r, -ENOMEM, "no memory for the text");
	ok(listing == untouched, "nothing was written");
	read_errno = EINTR;
	lseek(fd, 0, SEEK_SET);
	is(auq_listing_read(fd, &listing), 0, "a signal does not matter");
	auq_listing_free(listing);
	close(fd);
}

static void judge(struct auq_fence_driver driver, long long unaccounted, bool leaked,
		  const char *what)
{
	is(auq_fence_driver_unaccounted(&driver), unaccounted, what);
	ok(auq_fence_driver_is_leaked(&driver) == leaked, leaked ? "leaked" : "not leaked");
}

static void test_judgement(void)
{
	judge((struct auq_fence_driver){.refs = 1, .live = true}, 0, false, "a new queue");
	judge(
		(struct auq_fence_driver){
			.refs = 10, .live = true, .fences = 2, .waitq = 3, .inherited = 4},
		0, false, "everybody owns up");
	judge((struct auq_fence_driver){.refs = 9, .fences = 2, .waitq = 3, .inherited = 4}, 0,
	      false, "the same without the queue");
	judge((struct auq_fence_driver){.refs = 1}, 1, true, "nobody does");
	judge((struct auq_fence_driver){.refs = 2, .live = true}, 1, false,
	      "one too many of a live queue");
	judge((struct auq_fence_driver){.refs = 1, .fences = 1, .pending = 1}, 0, true,
	      "a pending fence without a queue");
	judge((struct auq_fence_driver){.refs = 2, .live = true, .fences = 1, .pending = 1}, 0,
	      false, "a pending fence with one");
	judge((struct auq_fence_driver){.refs = 1, .fences = 1}, 0, false, "a fence that is kept");
	judge((struct auq_fence_driver){.refs = 1, .waitq = 2}, -1, false, "one too few");
	judge((struct auq_fence_driver){.refs = 0, .live = true, .fences = UINT32_MAX}, -4294967296,
	      false, "no overflow");
}

static void test_path(void)
{
	static const char found[] = "/deb ug/dri/129/amdgpu_userq_fence_drivers";
	struct auq_device *dev;
	char path[4096] = "?";

	fake_reset("7.3.4");
	dev = fake_device();
	node = (struct stat){.st_mode = S_IFCHR, .st_rdev = makedev(226, 129)};
	mounts = "proc /proc proc rw 0 0\nd /deb\\040ug debugfs rw 0 0\nd /later debugfs rw 0 0\n";
	is(auq_device_listing_path(dev, path, sizeof(found) - 1), -ENAMETOOLONG, "one byte short");
	ok(!strcmp(path, "?"), "nothing was written");
	is(auq_device_listing_path(dev, path, sizeof(found)), 0, "just long enough");
	ok(!strcmp(path, found), "where debugfs is: %s", path);
	mounts = "proc /proc proc rw 0 0\n";
	is(auq_device_listing_path(dev, path, sizeof(path)), 0, "no debugfs");
	ok(!strcmp(path, "/sys/kernel/debug/dri/129/amdgpu_userq_fence_drivers"),
	   "where it would be: %s", path);
	mounts = NULL;
	is(auq_device_listing_path(dev, path, sizeof(path)), 0, "no proc");
	ok(!strcmp(path, "/sys/kernel/debug/dri/129/amdgpu_userq_fence_drivers"),
	   "where it would be, too");
	node.st_mode = S_IFREG;
	is(auq_device_listing_path(dev, path, sizeof(path)), -ENODEV,
	   "auq_device_listing_path -ENODEV: no device node");
	fstat_errno = EIO;
	is(auq_device_listing_path(dev, path, sizeof(path)), -EIO, "not even a file");
	is(auq_device_listing_path(NULL, path, sizeof(path)), -EINVAL, "no device");
	is(auq_device_listing_path(dev, NULL, 100), -EINVAL, "no place");
	auq_device_unref(dev);
}

int main(void)
{
	test_values();
	test_comm();
	test_refused();
	test_line_length();
	test_large();
	test_endless();
	test_trouble();
	test_judgement();
	test_path();
	return tap_done();
}
