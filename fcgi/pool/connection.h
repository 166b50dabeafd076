/* One FastCGI connection of a worker, and the handing over to libfcgi.
 *
 * libfcgi's own accept loop is never used: it blocks on silent peers, loses signals and gives up on
 * EMFILE.  The gateway accepts; a connection's bytes are peeked until record_scan finds a whole
 * request; then libfcgi parses it from a request slot whose descriptor is set from outside (fields
 * that its header calls private; tests/unit/test_pool_connection.c pins them): listen socket -1 so
 * that it can never accept, keepConnection 1 so that it closes nothing by itself.  The descriptor
 * belongs to this file from accept to close. */
#ifndef DIPTYCH_POOL_CONNECTION_H
#define DIPTYCH_POOL_CONNECTION_H

#include <fcgiapp.h>

#include "base/deferred.h"
#include "base/err.h"
#include "http/request.h"
#include "pool/record.h"

enum connection_state {
  CONNECTION_OPEN,  /* a request may come */
  CONNECTION_DEFERRED, /* one was taken, and its answer comes later */
  CONNECTION_LINGER /* answered; what the peer still sends is thrown away */
};

struct connection {
  int fd;
  enum connection_state state;
  bool watched;      /* is in the gateway's epoll set */
  bool close_after;  /* close it when the running request is answered */
  bool body_awaited; /* all parameters are here; due_us is when the rest is not waited for any longer */
  bool full;         /* no more can be looked at: what is missing is a long body */
  int64_t due_us;    /* monotonic: when it is closed unless something happens; 0: never */
  size_t discarded;  /* bytes thrown away while lingering */
  struct deferred *deferred; /* aside: for what; it is counted among its waiters */
  bool stirred;        /* aside: something came meanwhile */
  struct record_request scan;
  FCGX_Request fcgi;
  struct connection *older, *newer; /* in the gateway's list */
};

/* Once per process, after fork.  libfcgi installs handlers for SIGPIPE, SIGTERM and SIGUSR1, which cut
 * answers off: set your own afterwards.  false: no memory. */
MUST_USE bool connection_library_open(void);

/* Takes fd over.  NULL: no memory, fd is closed. */
MUST_USE struct connection *connection_new(int fd);
void connection_free(struct connection **c); /* closes it */

enum connection_result {
  CONNECTION_NOTHING, /* no byte has come */
  CONNECTION_PART,    /* a request has begun */
  CONNECTION_REQUEST, /* c->scan tells of all parameters; the body may be under way */
  CONNECTION_CLOSED,  /* the peer has gone between two requests */
  CONNECTION_BROKEN   /* cut off or malformed: c->scan.why; close it */
};

/* Looks without blocking and without taking a byte.  `buffer` has 2 * RECORD_LIMIT bytes. */
MUST_USE enum connection_result connection_look(struct connection *c, char *buffer);

/* After CONNECTION_REQUEST: libfcgi parses it and rq gets copies in rq->arena; a body that is there is
 * read and thrown away.  false: close it. */
MUST_USE bool connection_request_take(struct connection *c, struct request *rq);
/* Copies of the same request once more, until connection_request_done.  false: no memory. */
MUST_USE bool connection_request_again(struct connection *c, struct request *rq);
/* Forgets the request.  true: the connection can be kept; false: close it or linger. */
MUST_USE bool connection_request_done(struct connection *c);

/* Stops sending and waits for the peer's end without blocking. */
void connection_linger(struct connection *c, int64_t due_us);
MUST_USE bool connection_discard(struct connection *c); /* false: finished, close it */

#endif
