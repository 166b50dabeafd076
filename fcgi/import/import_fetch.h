/* Asks sources over HTTP, politely and without trust.
 *
 * A few sources are asked at a time, but never two of one host.  A request carries the ETag and the date of the last answer,
 * so an unchanged feed costs one small answer.  The whole answer must come within import_timeout and have at most
 * import_bytes after it was unpacked, whatever the server does.  Only http and https are spoken, also after a redirect, and
 * each connection goes to a public address (import_address.h) unless private ones are allowed.  Proxies of the environment are
 * not used, because the address of the source could then not be checked.
 *
 * GitHub asks clients to stop when it refuses one for its rate.  So after such a refusal the other sources of kind
 * github_releases on that host are skipped. */
#ifndef DIPTYCH_IMPORT_IMPORT_FETCH_H
#define DIPTYCH_IMPORT_IMPORT_FETCH_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct import_fetch_limits {
  int64_t timeout_ms, bytes;
  bool allow_private;
  const char *user_agent;
};

/* One request.  The caller fills the first part. */
struct import_fetch {
  const char *url, *etag, *last_modified; /* the last two may be NULL */
  bool github;

  int status;               /* of the last answer; 0: none came */
  struct span body;         /* valid within the callback */
  struct span charset;      /* of the Content-Type; may be empty */
  const char *final_url;    /* after redirects; valid within the callback */
  struct span new_etag, new_last_modified; /* may be empty */
  int64_t retry_after_s;    /* as the server asks; 0: it does not */
  bool skipped;             /* not asked, because its host wants no requests now */
  struct span fault;        /* why there is no answer; empty: there is one */
};

/* Calls `done` once for each of the n requests, in the order in which they end.  Spans live in the arena.  False: nothing was
 * asked, because memory ran out. */
MUST_USE bool import_fetch_all(struct import_fetch *v, size_t n, const struct import_fetch_limits *limits, struct arena *arena,
                               void (*done)(void *arg, struct import_fetch *f), void *arg);

/* The address of the API that answers for a page which an editor may have copied: https://github.com/OWNER/NAME and
 * https://endoflife.date/NAME.  Others stay as they are. */
const char *import_fetch_address(struct arena *a, struct span url, bool github, bool endoflife);

#endif
