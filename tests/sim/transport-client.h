/* SPDX-License-Identifier: MIT */
#ifndef TRANSPORT_CLIENT_H
#define TRANSPORT_CLIENT_H

#include <sys/types.h>

/* The first argument of a process that is a client. */
#define CLIENT "client"

int run_as_client(int argc, char **argv);

/* ---- what its parts share ------------------------------------------------ */

int client_open(void);
/* Driver ioctl 0: adds one. 0 or -errno. */
int client_try(int fd);
/* The exit status, or 128 and the signal. */
int client_wait(pid_t pid);

void run_call_tests(void);

#endif
