// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/simulated.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define OBJECT "amdfence-sim.so"

/* ---- the program --------------------------------------------------------- */

/* Beside this program, where the build puts both, or where it was installed. */
static bool find_object(char *path, size_t room)
{
	ssize_t length = readlink("/proc/self/exe", path, room - sizeof(OBJECT));
	char *slash;

	if (length > 0) {
		path[length] = '\0';
		slash = strrchr(path, '/');
		strcpy(slash + 1, OBJECT);
		if (access(path, R_OK) == 0)
			return true;
	}
	snprintf(path, room, "%s", PKGLIBDIR "/" OBJECT);
	return access(path, R_OK) == 0;
}

static void preload(const char *folder, const char *object)
{
	const char *others = getenv("LD_PRELOAD");
	char *list = NULL;

	setenv(SIM_SESSION_ENV, folder, 1);
	if (others && others[0] && asprintf(&list, "%s:%s", object, others) > 0)
		setenv("LD_PRELOAD", list, 1);
	else
		setenv("LD_PRELOAD", object, 1);
	free(list);
}

/* What a child is to have as it was. */
struct inherited {
	sigset_t mask;
	struct rlimit files;
};

/* The child's pid; its errno if it could not be started. */
/* What came before there was a program to get it, from a terminal, too. */
static void pass_on(int signals, pid_t pid)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			kill(pid, (int)info.ssi_signo);
}

static pid_t start(char **argv, const struct inherited *inherited, int signals, int *err)
{
	int ends[2];
	pid_t pid;

	*err = 0;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		*err = errno;
		return -1;
	}
	pid = fork();
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL); /* main() ignores it, which an exec keeps */
		sigprocmask(SIG_SETMASK, &inherited->mask, NULL);
		setrlimit(RLIMIT_NOFILE, &inherited->files);
		execvp(argv[0], argv);
		*err = errno;
		if (write(ends[1], err, sizeof(*err)) != sizeof(*err))
			_exit(EXIT_TROUBLE);
		_exit(EXIT_TROUBLE);
	}
	if (pid < 0)
		*err = errno;
	else
		pass_on(signals, pid);
	close(ends[1]);
	if (pid > 0 && read(ends[0], err, sizeof(*err)) == sizeof(*err))
		waitpid(pid, NULL, 0);
	close(ends[0]);
	return *err ? -1 : pid;
}

/* ---- until it ends ------------------------------------------------------- */

static void block_signals(sigset_t *set, sigset_t *before)
{
	static const int signals[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	sigemptyset(set);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(set, signals[i]);
	sigprocmask(SIG_BLOCK, set, before);
}

/* Each file and each buffer of any client is a file of ours, too. */
static void allow_many_files(struct rlimit *before)
{
	struct rlimit most;

	getrlimit(RLIMIT_NOFILE, before);
	most = *before;
	most.rlim_cur = most.rlim_max;
	setrlimit(RLIMIT_NOFILE, &most);
}

/* True: not to wait any longer. */
static bool take_signal(int signals, pid_t pid, bool *was_asked)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info) || info.ssi_signo == SIGCHLD)
		return false;
	if (pid < 0)
		return true;
	/* What a terminal sends, the program has got by itself. */
	if (info.ssi_code == SI_KERNEL)
		return false;
	kill(pid, (int)info.ssi_signo);
	if (*was_asked)
		return true;
	*was_asked = true;
	return false;
}

/* Its wait status, once neither it nor anything that it has started uses the device. */
static int wait_for_end(struct sim_session *session, int signals, pid_t pid)
{
	bool is_ours = !sim_session_is_joined(session), was_asked = false;
	struct pollfd pollers[2] = {
		{.fd = signals, .events = POLLIN},
		{.fd = is_ours ? sim_session_event(session) : -1, .events = POLLIN},
	};
	int status = 0;
	uint64_t count;

	for (;;) {
		if (pid >= 0 && waitpid(pid, &status, WNOHANG) == pid)
			pid = -1;
		if (pid < 0 && !(is_ours && sim_session_is_in_use(session)))
			return status;
		if (poll(pollers, 2, -1) < 0)
			continue;
		if (pollers[1].revents && read(pollers[1].fd, &count, sizeof(count)) < 0)
			continue;
		if (pollers[0].revents && take_signal(signals, pid, &was_asked))
			return status;
	}
}

static int run_program(const struct simulation *simulation, struct sim_session *session,
		       const sigset_t *set, const struct inherited *inherited)
{
	int signals = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK), status, err;
	char object[PATH_MAX];
	pid_t pid;

	if (signals < 0) {
		complain("", "cannot wait for signals: %s", strerror(errno));
		return EXIT_TROUBLE;
	}
	if (!find_object(object, sizeof(object))) {
		complain("it comes with amdfence", "cannot find '%s'", object);
		return EXIT_TROUBLE;
	}
	if (!simulation->is_quiet)
		fprintf(stderr, "amdfence: the GPU is SIMULATED\n");
	preload(sim_session_folder(session), object);
	pid = start(simulation->argv, inherited, signals, &err);
	if (pid < 0) {
		complain("", "cannot run '%s': %s", simulation->argv[0], strerror(err));
		return EXIT_TROUBLE;
	}
	status = wait_for_end(session, signals, pid);
	close(signals);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- the session --------------------------------------------------------- */

static struct sim_session *open_session(const struct simulation *simulation)
{
	const struct sim_session_args args = {
		.name = simulation->session,
		.profile = simulation->profile,
		.seed = simulation->seed,
	};
	struct sim_session *session;
	int err = sim_session_open(&args, &session);
	char base[PATH_MAX];

	switch (-err) {
	case 0:
		return session;
	case EINVAL:
		complain("letters, digits, '.', '_' and '-' make one",
			 "'%s' is no name of a session", simulation->session);
		break;
	case EEXIST:
		complain("leave --profile out, or name another session",
			 "session '%s' has another profile", simulation->session);
		break;
	case ENAMETOOLONG:
		complain("a shorter --session, or XDG_RUNTIME_DIR", "the session's folder has too "
								    "long a name");
		break;
	case EPERM:
		sim_session_base(base, sizeof(base));
		complain("remove it, or set XDG_RUNTIME_DIR", "'%s' is not a folder of yours alone",
			 base);
		break;
	case EACCES:
	case EROFS:
	case ENOSPC:
	case EDQUOT:
		complain("XDG_RUNTIME_DIR may name another folder of yours",
			 "cannot make a folder for the simulation: %s", strerror(-err));
		break;
	default:
		complain("", "cannot begin a simulation: %s", strerror(-err));
	}
	return NULL;
}

static bool apply_controls(const struct simulation *simulation, struct sim_session *session)
{
	for (unsigned i = 0; i < simulation->num_controls; i++) {
		const char *value = strchr(simulation->controls[i], '=') + 1;
		char control[64];
		int err;

		snprintf(control, sizeof(control), "%.*s",
			 (int)(value - 1 - simulation->controls[i]), simulation->controls[i]);
		err = sim_session_set(session, control, value);
		if (!err)
			continue;
		if (err == -EINVAL || err == -ERANGE)
			complain("", "control '%s' does not take '%s'", control, value);
		else
			complain("amdfence-sim(1) lists them", "no control '%s'", control);
		return false;
	}
	return true;
}

int simulate(const struct simulation *simulation)
{
	struct sim_session *session;
	char *report = NULL;
	struct inherited inherited;
	sigset_t set;
	bool has_ended;
	int status = EXIT_TROUBLE;

	if (is_simulated()) {
		complain("", "this runs on a simulated device already");
		return EXIT_TROUBLE;
	}
	/* Before threads are started, which inherit that. */
	block_signals(&set, &inherited.mask);
	allow_many_files(&inherited.files);
	session = open_session(simulation);
	if (!session)
		return EXIT_TROUBLE;
	if (sim_session_is_joined(session) && (simulation->num_controls || simulation->report)) {
		complain("only who begins a session can --set and --report",
			 "session '%s' runs already", simulation->session);
	} else if (apply_controls(simulation, session)) {
		status = run_program(simulation, session, &set, &inherited);
	}
	has_ended = sim_session_close(session, simulation->report ? &report : NULL);
	if (!has_ended)
		complain("", "a call to the simulated kernel has no end; on that kernel, neither");
	if (report)
		fprintf(stderr, "SIMULATED\n%s", report);
	free(report);
	return status;
}

/* ---- this very command --------------------------------------------------- */

/* As it was given; argv of main() was changed since. NULL: it is too long for any of ours. */
static char **own_arguments(void)
{
	enum { MOST = 256 };
	static char text[65536], *argv[MOST];
	FILE *file = fopen("/proc/self/cmdline", "re");
	size_t bytes = file ? fread(text, 1, sizeof(text), file) : 0;
	unsigned num = 0;

	if (file)
		fclose(file);
	if (!bytes || bytes == sizeof(text))
		return NULL;
	for (char *arg = text; arg < text + bytes; arg += strlen(arg) + 1) {
		if (num == MOST - 1)
			return NULL;
		argv[num++] = arg;
	}
	return argv;
}

bool is_name_of_simulated(const char *device)
{
	return strncmp(device, "sim", 3) == 0 && (!device[3] || device[3] == ':');
}

/* What "sim:PROFILE" names, NULL without one. False, with a message, if there is none. */
static bool find_profile(const char *device, const struct sim_profile **profile)
{
	*profile = device[3] ? sim_profile_find(device + 4) : NULL;
	if (!device[3] || *profile)
		return true;
	complain("'amdfence help sim' lists them", "no profile '%s'", device + 4);
	return false;
}

bool is_of_this_simulation(const char *device)
{
	const struct sim_profile *profile;

	if (!find_profile(device, &profile))
		return false;
	if (!profile || sim_folder_has_profile(getenv(SIM_SESSION_ENV), profile))
		return true;
	complain("'--device sim' is the one that runs",
		 "another kernel than '%s' is simulated here", profile->name);
	return false;
}

int simulate_this_command(const char *device)
{
	struct simulation simulation = {.seed = 1, .is_quiet = true};
	static char self[] = "/proc/self/exe";

	if (!find_profile(device, &simulation.profile))
		return EXIT_TROUBLE;
	simulation.argv = own_arguments();
	if (!simulation.argv) {
		complain("'amdfence sim' runs any command", "cannot repeat this command line");
		return EXIT_TROUBLE;
	}
	simulation.argv[0] = self;
	return simulate(&simulation);
}
