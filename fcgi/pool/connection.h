/* One FastCGI connection of a worker, and the parsing of its requests by libfcgi.
 *
 * The accept loop of libfcgi is never used: it blocks on silent peers, loses signals and gives up on EMFILE.
 * Instead, the gateway accepts the connection.  connection_peek peeks at its bytes until record_scan finds a
 * whole request.  Then libfcgi parses the request from an FCGX_Request whose fields are set here: listen socket
 * -1, so that libfcgi never accepts; keepConnection 1, so that libfcgi does not close the descriptor.  The header
 * of libfcgi calls these fields private; tests/unit/test_pool_connection.c tests that they work.  This file owns
 * the descriptor from accept to close. */
#ifndef DIPTYCH_POOL_CONNECTION_H
#define DIPTYCH_POOL_CONNECTION_H

#include <fcgiapp.h>

#include "base/deferred.h"
#include "base/err.h"
#include "http/request.h"
#include "pool/record.h"

enum connection_state {
  CONNECTION_OPEN,     /* between requests */
  CONNECTION_DEFERRED, /* its request is deferred */
  CONNECTION_LINGER    /* the answer is sent; further input is discarded until the peer closes */
};

struct connection {
  int fd;
  enum connection_state state;
  bool watched;      /* it is in the gateway's epoll set */
  bool close_after;  /* close it after the answer to the running request */
  bool body_awaited; /* all parameters have arrived; the gateway waits for the body until due_us */
  bool refused;      /* the path of the running request is refused (refused_paths.h) */
  bool full;         /* the peek buffer is full: the end of the body cannot be seen */
  int64_t due_us;    /* monotonic time of its timeout; 0: none */
  size_t discarded;  /* bytes discarded in CONNECTION_LINGER */
  int64_t deadline_us;       /* CONNECTION_DEFERRED: of its request */
  struct deferred *deferred; /* CONNECTION_DEFERRED: the work that it waits for, which counts it as a waiter */
  bool input_pending;        /* CONNECTION_DEFERRED: an input event has come and was not handled */
  struct stage_times times;  /* CONNECTION_DEFERRED: see request_log_pause */
  struct record_request scan;
  FCGX_Request fcgi;
  struct connection *older, *newer; /* the gateway's list */
};

/* Call it once per process, after fork.  libfcgi installs handlers for SIGPIPE, SIGTERM and SIGUSR1 that cut answers
 * off; set other handlers afterwards.  false: no memory. */
MUST_USE bool connection_library_open(void);

/* Takes ownership of fd.  NULL: no memory; fd is closed. */
MUST_USE struct connection *connection_new(int fd);
void connection_free(struct connection **c); /* closes the descriptor */

enum connection_result {
  CONNECTION_NOTHING, /* no byte has arrived */
  CONNECTION_PARTIAL, /* the beginning of a request */
  CONNECTION_REQUEST, /* all parameters, described by c->scan; the body may be incomplete */
  CONNECTION_CLOSED,  /* the peer has closed it, or it failed */
  CONNECTION_BROKEN   /* malformed, c->scan.why says how; close it */
};

/* Peeks at the input without blocking and without consuming it.  `buffer` has 2 * RECORD_LIMIT bytes. */
MUST_USE enum connection_result connection_peek(struct connection *c, char *buffer);

/* Call it after CONNECTION_REQUEST.  Parses the request and copies it into rq->arena; reads and discards a complete
 * body.  false: close the connection. */
MUST_USE bool connection_request_take(struct connection *c, struct request *rq);
/* Instead of connection_request_take: consumes the request without libfcgi, and copies only method, target and id.  The
 * buffer of connection_peek must be unchanged.  false: close the connection. */
MUST_USE bool connection_request_skip(struct connection *c, struct request *rq);
/* Copies the same request again; valid until connection_request_done.  false: no memory. */
MUST_USE bool connection_request_again(struct connection *c, struct request *rq);
/* Frees the request.  true: the connection can be kept; false: close it, or linger. */
MUST_USE bool connection_request_done(struct connection *c);

/* Shuts the sending side down; call connection_discard on further input until it returns false.  Never blocks. */
void connection_linger(struct connection *c, int64_t due_us);
MUST_USE bool connection_discard(struct connection *c); /* false: close it */

#endif
