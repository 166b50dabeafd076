/* The account that a pool runs as when root starts it.
 *
 * The configuration names it: user, and group or the user's own group.  The master becomes the account before it makes
 * sockets and files, so that all of them belong to the account, and a reload, an upgrade in place and a stop can replace and
 * remove them.  Root makes the folders that are missing, and opens TCP ports below 1024.  A pool that root starts does not
 * stay root unless `user` says so. */
#ifndef DIPTYCH_CONFINE_ACCOUNT_H
#define DIPTYCH_CONFINE_ACCOUNT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "config/config.h"

struct account {
  bool changes; /* this process is root and the configuration names another account; otherwise nothing below is set */
  uid_t uid;
  gid_t gid;
  char user[64], group[64];
};

/* False: the process may not start so; the reason is written to why. */
MUST_USE bool account_find(struct account *a, const struct config *c, FILE *why);

/* The last folder of a path to a file, which a start makes when it is missing.  Folders above it must exist. */
MUST_USE bool account_folder_make(const struct account *a, const char *folder, FILE *why);
/* The caller frees it.  NULL: no memory, or the path is not absolute. */
MUST_USE char *account_folder_of(const char *path);

/* Becomes the account for good.  False: the reason is written to why. */
MUST_USE bool account_enter(const struct account *a, FILE *why);

#endif
