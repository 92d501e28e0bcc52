/* SPDX-License-Identifier: MIT */
/* What the simulated machine has in /dev, /sys and /proc. */
#ifndef SIM_TREE_H
#define SIM_TREE_H

#include "kernel.h"

/*
 * Makes it in @folder, which exists, and in which folders of clients come and go from then on,
 * until sim_on_folder() says otherwise. 0 or -errno.
 */
int sim_tree_make(struct sim *sim, const struct sim_profile *profile, const char *folder);

#endif
