/* SPDX-License-Identifier: MIT */
/*
 * What the preloaded object and the server say to each other, over SOCK_SEQPACKET sockets.
 *
 * A client's file descriptor is one end of a pair, the server has the other one, bound to an
 * abstract name: the session's folder, "/" and a number. So getpeername() tells a simulated file
 * from any other, and which it is; close(), dup(), fork() and SCM_RIGHTS need nobody's help.
 *
 * A request is one message on the file, with a socket in it over which the server answers: asks
 * for what else it needs (memory, file descriptors of the client), and at last says what the
 * result is. For what needs no file a connection to the session's socket is both.
 *
 * Client and server are built from the same source: what does not fit is refused, not converted.
 */
#ifndef SIM_PROTOCOL_H
#define SIM_PROTOCOL_H

#include <stdint.h>

#define SIM_SOCKET   "socket"    /* in the session's folder */
#define SIM_TREE     "tree"      /* in it: /dev, /sys and /proc as far as they are simulated */
#define SIM_PROTOCOL 0x53494d01u /* the last byte is the version */

/* The folder's name: room for what is appended to it in a socket's address. */
#define SIM_FOLDER_MAX 84

/*
 * Files of the tree that stand for something else are told by their mode, which no file of sysfs
 * or procfs has.
 */
#define SIM_MODE_NODE 01000 /* sticky: a device node; its size is the minor number */
#define SIM_MODE_TEXT 02000 /* set-gid: its text is the server's to say */

enum sim_op {
	SIM_OP_IOCTL = 1, /* a: cmd, b: argument; its bytes follow if they can be read */
	SIM_OP_MMAP, /* a: bytes, b: offset; the memory comes as a file, result: offset in it */
	SIM_OP_SIZE, /* result: where SEEK_END is */
	SIM_OP_STAT, /* b: where the client wants its struct sim_stat */
	/* over a connection of its own: */
	SIM_OP_OPEN,    /* a: minor, b: close on exec; result: file descriptor */
	SIM_OP_TEXT,    /* what follows is a path below debugfs' dri/; the text comes as a file */
	SIM_OP_CONTROL, /* the same, to be written; result: file descriptor */
	SIM_OP_HOLD,    /* the connection keeps the session alive; result: 0 */
};

struct sim_request {
	uint32_t protocol;
	uint32_t op;
	uint64_t a;
	uint64_t b;
	uint32_t bytes; /* that follow */
	uint32_t caps;  /* SIM_CAP_* */
	char comm[16];
};

#define SIM_CAP_NICE  (1u << 0)
#define SIM_CAP_ADMIN (1u << 1)

/* Largest argument of an ioctl, _IOC_SIZEBITS, and thereby of what follows a request. */
#define SIM_INLINE_MAX 16384

enum sim_ask_what {
	SIM_ASK_READ = 1, /* bytes at addr: in the answer */
	SIM_ASK_WRITE,    /* the next message is for addr */
	SIM_ASK_FD,       /* the answer is to bring file descriptor number value along */
	SIM_ASK_INSTALL,  /* this brings one: the answer is its number; value: close on exec */
	SIM_DONE,         /* value: the result; bytes: the next message is for addr */
};

struct sim_ask {
	uint32_t what;
	uint32_t bytes;
	uint64_t addr;
	int64_t value;
};

/* Most that one ask for memory is for. */
#define SIM_CHUNK 65536u

enum sim_answer_what {
	SIM_ANSWER = 1,
	SIM_CANCEL, /* not asked for: a signal has come */
};

struct sim_answer {
	uint32_t what;
	int32_t value; /* or -errno */
};

struct sim_stat {
	uint32_t mode;
	uint32_t minor; /* of a device node, major 226 */
	char kind[64];  /* as /proc/self/fd shows it */
};

#endif
