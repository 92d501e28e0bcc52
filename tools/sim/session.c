// SPDX-License-Identifier: MIT
/*
 * Sessions and their folders: BASE/NAME, with a file that is locked as long as somebody serves it;
 * one that nobody locks was left behind. BASE itself is locked by whoever begins or joins one.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "gpu.h"
#include "session.h"
#include "transport.h"
#include "tree.h"

#define LOCK    "lock"
#define PROFILE "profile"

/* How long others may take to begin or to end theirs. */
#define PATIENCE_MS 10000
#define PAUSE_MS    20

struct sim_session {
	char folder[SIM_FOLDER_MAX + 1];
	int lock; /* -1 if it was joined */
	int hold; /* -1 unless it was joined */
	struct sim *sim;
	struct sim_server *server;
};

static void pause_a_little(void)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};

	nanosleep(&pause, NULL);
}

static bool is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	return name[0] && name[0] != '.' && !name[strspn(name, allowed)];
}

const struct sim_profile *sim_session_default_profile(void)
{
	const struct sim_profile *newest = sim_profiles;

	for (const struct sim_profile *profile = sim_profiles; profile->name; profile++)
		if (!profile->fixed)
			newest = profile;
	return newest;
}

/* ---- folders ------------------------------------------------------------- */

int sim_session_base(char *base, size_t room)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct stat st;
	int length;

	if (runtime && runtime[0] == '/' && stat(runtime, &st) == 0 && st.st_uid == geteuid())
		length = snprintf(base, room, "%s/amdfence-sim", runtime);
	else
		length = snprintf(base, room, "/tmp/amdfence-sim-%u", (unsigned)geteuid());
	if (length < 0 || (size_t)length >= room)
		return -ENAMETOOLONG;
	if (mkdir(base, 0700) < 0 && errno != EEXIST)
		return -errno;
	/* In /tmp it may be anybody's. */
	if (lstat(base, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 077) ? 0 : -EPERM;
}

/* The file, locked, or -errno; -EBUSY: it stayed another's. */
static int lock_file(const char *path, int flags, int patience_ms)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);

	if (fd < 0)
		return -errno;
	for (; flock(fd, LOCK_EX | LOCK_NB) < 0; patience_ms -= PAUSE_MS) {
		if (patience_ms <= 0) {
			close(fd);
			return -EBUSY;
		}
		pause_a_little();
	}
	return fd;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

static void remove_folder(const char *folder)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_stale(const char *base)
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct dirent *entry;
	DIR *dir = opendir(base);

	while (dir && (entry = readdir(dir))) {
		int lock;

		if (!is_name(entry->d_name) || strcmp(entry->d_name, LOCK) == 0)
			continue;
		snprintf(folder, sizeof(folder), "%s/%s", base, entry->d_name);
		if (snprintf(path, sizeof(path), "%s/" LOCK, folder) >= (int)sizeof(path))
			continue;
		lock = lock_file(path, 0, 0);
		if (lock >= 0 || lock == -ENOENT)
			remove_folder(folder);
		if (lock >= 0)
			close(lock);
	}
	if (dir)
		closedir(dir);
}

/* ---- to join ------------------------------------------------------------- */

static int connect_to(const char *folder)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	snprintf(name.sun_path, sizeof(name.sun_path), "%.*s/%s", SIM_FOLDER_MAX, folder,
		 SIM_SOCKET);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* The connection that holds it, or -errno; -EAGAIN: it is just ending. */
static int hold(const char *folder)
{
	const struct sim_request request = {.protocol = SIM_PROTOCOL, .op = SIM_OP_HOLD};
	int fd = connect_to(folder), unwanted = -1;
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	struct sim_ask done;

	if (fd < 0)
		return -EAGAIN;
	if (message_send(fd, &request, sizeof(request), NULL, 0, -1) == 0 &&
	    poll(&poller, 1, PATIENCE_MS) == 1 &&
	    message_receive(fd, &done, sizeof(done), NULL, 0, &unwanted) == sizeof(done) &&
	    done.what == SIM_DONE && !done.value)
		return fd;
	if (unwanted >= 0)
		close(unwanted);
	close(fd);
	return -EAGAIN;
}

bool sim_folder_has_profile(const char *folder, const struct sim_profile *profile)
{
	char path[PATH_MAX], name[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/" PROFILE, folder);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	return strcmp(name, profile->name) == 0;
}

static int join(struct sim_session *session, const struct sim_profile *profile)
{
	session->hold = hold(session->folder);
	if (session->hold < 0)
		return session->hold;
	if (!profile || sim_folder_has_profile(session->folder, profile))
		return 0;
	close(session->hold);
	return -EEXIST;
}

/* ---- to begin ------------------------------------------------------------ */

static int write_profile(const char *folder, const struct sim_profile *profile)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/" PROFILE, folder);
	file = fopen(path, "wxe");
	if (!file)
		return -errno;
	fputs(profile->name, file);
	return fclose(file) ? -errno : 0;
}

static int begin(struct sim_session *session, const struct sim_profile *profile, uint64_t seed)
{
	char path[PATH_MAX];
	int err;

	if (!profile)
		profile = sim_session_default_profile();
	snprintf(path, sizeof(path), "%s/" LOCK, session->folder);
	session->lock = lock_file(path, O_CREAT | O_EXCL, 0);
	if (session->lock < 0)
		return session->lock;
	session->sim = sim_create(profile, seed);
	if (!session->sim) {
		err = -ENOMEM;
		goto unlock;
	}
	err = sim_tree_make(session->sim, profile, session->folder);
	if (!err)
		err = write_profile(session->folder, profile);
	if (!err)
		err = sim_server_start(session->sim, session->folder, &session->server);
	if (!err)
		return 0;
	sim_destroy(session->sim);
unlock:
	close(session->lock);
	return err;
}

/* -EAGAIN: it is just ending. */
static int begin_or_join(struct sim_session *session, const char *base,
			 const struct sim_session_args *args)
{
	char path[PATH_MAX];
	int lock, err;

	snprintf(path, sizeof(path), "%s/" LOCK, base);
	lock = lock_file(path, O_CREAT, PATIENCE_MS);
	if (lock < 0)
		return lock;
	remove_stale(base);
	if (mkdir(session->folder, 0700) == 0) {
		err = begin(session, args->profile, args->seed);
		if (err)
			remove_folder(session->folder);
	} else {
		err = errno == EEXIST ? join(session, args->profile) : -errno;
	}
	close(lock);
	return err;
}

int sim_session_open(const struct sim_session_args *args, struct sim_session **out)
{
	struct sim_session *session;
	char base[SIM_FOLDER_MAX], own[32];
	const char *name = args->name;
	int err, patience_ms = PATIENCE_MS;

	if (name && (!is_name(name) || strcmp(name, LOCK) == 0))
		return -EINVAL;
	if (!name) {
		/* Another container may have the same number, and the same /tmp. */
		snprintf(own, sizeof(own), "run-%d-%x", (int)getpid(), (unsigned)sim_now());
		name = own;
	}
	err = sim_session_base(base, sizeof(base));
	if (err)
		return err;
	if (strlen(base) + 1 + strlen(name) > SIM_FOLDER_MAX)
		return -ENAMETOOLONG;
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	strcat(strcat(strcpy(session->folder, base), "/"), name);
	session->lock = session->hold = -1;
	while ((err = begin_or_join(session, base, args)) == -EAGAIN && patience_ms > 0) {
		pause_a_little();
		patience_ms -= PAUSE_MS;
	}
	if (err) {
		free(session);
		return err;
	}
	*out = session;
	return 0;
}

/* ---- once it is open ----------------------------------------------------- */

const char *sim_session_folder(const struct sim_session *session)
{
	return session->folder;
}

bool sim_session_is_joined(const struct sim_session *session)
{
	return !session->server;
}

int sim_session_set(struct sim_session *session, const char *control, const char *value)
{
	char path[128];
	int err;

	if (snprintf(path, sizeof(path), "vasic/%s", control) >= (int)sizeof(path))
		return -ENOENT;
	sim_lock(session->sim);
	err = sim_debugfs_write(session->sim, path, value, strlen(value));
	sim_unlock(session->sim);
	return err;
}

int sim_session_event(const struct sim_session *session)
{
	return sim_server_event(session->server);
}

bool sim_session_is_in_use(struct sim_session *session)
{
	return sim_server_is_in_use(session->server);
}

bool sim_session_close(struct sim_session *session, char **report)
{
	bool has_stopped = true;

	if (report)
		*report = NULL;
	if (session->server) {
		has_stopped = sim_server_stop(session->server);
		/* A call that has no end may still see queues go. */
		sim_lock(session->sim);
		sim_on_folder(session->sim, NULL, NULL);
		sim_unlock(session->sim);
		if (report) {
			sim_lock(session->sim);
			/* Only what nothing will free any more is left. */
			sim_rcu_barrier(session->sim);
			*report = gpu_listing(gpu_of(session->sim));
			sim_unlock(session->sim);
		}
		if (has_stopped)
			sim_destroy(session->sim);
		remove_folder(session->folder);
		close(session->lock);
	} else {
		close(session->hold);
	}
	free(session);
	return has_stopped;
}
