/* The listening socket for nginx.  The master owns it, and all workers inherit it.
 *
 * A UNIX socket is bound under a temporary name and renamed, so the path always leads to a listening socket.  The
 * master holds a lock on "PATH.lock" as long as it lives.  So a new master replaces the socket of a dead master,
 * but never the socket of a running one.
 *
 * A socket that is passed comes first: as LISTEN_FDS by systemd, or as standard input by spawn-fcgi.  Its holder owns
 * it, and requests wait in its queue while the pool restarts. */
#ifndef DIPTYCH_POOL_LISTENER_H
#define DIPTYCH_POOL_LISTENER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "config/config.h"

struct listener {
  int fd;        /* non-blocking, close-on-exec */
  int lock_fd;   /* -1: none */
  char *path;    /* UNIX: the path to remove at the end; NULL: TCP, or passed */
  bool is_unix;
  const char *holder; /* who passed the socket, for the log; NULL: it is our own */
  char address[128]; /* for the log: a path or address:port */
  dev_t device; /* of the file at `path` */
  ino_t inode;
};

#define LISTENER_NONE {.fd = -1, .lock_fd = -1}

/* false: the reason is written to why, with the line of the configuration. */
MUST_USE bool listener_open(struct listener *l, const struct config *c, FILE *why);

/* Takes the socket of another master.  from: the path that leads to it, "" for a TCP socket, or "=HOLDER" (see upgrade.h).
 * false: fd is no listening socket. */
MUST_USE bool listener_take(struct listener *l, int fd, const char *from);
/* Takes the lock of such a socket.  false: the other master still holds it; try again. */
MUST_USE bool listener_own(struct listener *l, int backlog);

/* Opens a UNIX socket for the control protocol in the same way. */
#define LISTENER_CONTROL_MODE 0600
#define LISTENER_CONTROL_BACKLOG 128
MUST_USE bool listener_open_control(struct listener *l, const struct config *c, FILE *why);

/* The socket of metrics_listen: a UNIX socket with the mode of socket_mode, or TCP.  Its queue is short. */
MUST_USE bool listener_open_metrics(struct listener *l, const struct config *c, FILE *why);
#define LISTENER_METRICS_BACKLOG 64

struct listener_address {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } a;
  socklen_t n;
};

/* Of address:port or [IPv6]:port.  config_check has verified that it is one of them. */
struct listener_address listener_address_tcp(const char *text);

/* Somebody may remove the file of a UNIX socket; then nobody can connect any more.  RENEWED: a new socket listens at the path,
 * under the same descriptor.  Children have the old one: start them anew.  LOST: the reason is in why[LISTENER_WHY]. */
enum listener_file { LISTENER_KEPT, LISTENER_RENEWED, LISTENER_LOST };
#define LISTENER_WHY 256
MUST_USE enum listener_file listener_renew(struct listener *l, mode_t mode, int backlog, char *why);

/* Removes the path and refuses new connections; connections in the queue can still be accepted. */
void listener_end(struct listener *l);
void listener_close(struct listener *l);
/* In a child: closes the descriptor of the lock file and does not remove the path later. */
void listener_disown(struct listener *l);

struct scoreboard;
/* Records the length of the listen queue and its limit, unless the kernel does not report them.  Never blocks. */
void listener_queue_record(const struct listener *l, struct scoreboard *b);

#endif
