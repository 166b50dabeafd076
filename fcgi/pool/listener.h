/* The socket that nginx connects to, owned by the master and inherited by every worker.
 *
 * A UNIX socket is bound under another name and renamed into place, so that there is no moment
 * without one, and a lock file beside it ("PATH.lock", held as long as the master lives) says whose
 * it is: a socket left behind by a dead master is replaced, a living one's is never touched.  Under
 * systemd (LISTEN_FDS) the socket is systemd's and requests queue in it while the pool restarts. */
#ifndef DIPTYCH_POOL_LISTENER_H
#define DIPTYCH_POOL_LISTENER_H

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"

struct listener {
  int fd;        /* non-blocking, close-on-exec */
  int lock_fd;   /* -1: none */
  char *path;    /* UNIX: bound by us, to be removed; NULL: TCP or systemd's */
  bool is_unix;
};

#define LISTENER_NONE {-1, -1, NULL, false}

/* false: the reason went to why. */
bool listener_open(struct listener *l, const struct config *c, FILE *why);

/* A UNIX socket for the control protocol, mode 0600, locked and replaced in the same way. */
bool listener_open_control(struct listener *l, const char *path, FILE *why);

/* Takes the name away and refuses new connections; those in the queue can still be accepted. */
void listener_end(struct listener *l);
void listener_close(struct listener *l);
/* In a child: closes the master's lock, leaves the name alone. */
void listener_disown(struct listener *l);

/* Connections in the queue and the most that fit; false: the system does not tell.  Never blocks. */
bool listener_queue(const struct listener *l, unsigned *waiting, unsigned *most);

#endif
