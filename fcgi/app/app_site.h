/* The struct app of diptych: it connects the processes of the pool with the site. */
#ifndef DIPTYCH_APP_APP_SITE_H
#define DIPTYCH_APP_APP_SITE_H

#include "base/breaker.h"
#include "base/err.h"
#include "cache/cache_health.h"
#include "catalog/catalog.h"
#include "pool/app.h"
#include "preview/preview_token.h"
#include "site/site.h"

/* Shared memory of all processes; the master creates it before any fork. */
struct app_shared {
  struct catalog *catalog;
  struct app_backends { /* mapped shared */
    struct breaker database;
    struct cache_health_table caches;
    struct preview_limits previews;
  } *backends;
};

const struct app *app_site(void);

/* The catalogue of the site's language.  NULL: the fault is written to why, with its place in the configuration. */
struct messages;
MUST_USE struct messages *app_messages_read(const struct config *c, FILE *why);

/* Creates it, also for a process outside of a pool.  0: done; else the reason is written to why. */
MUST_USE int app_shared_create(struct app_shared *s, const struct config *c, FILE *why);

/* Templates, the names of assets, and the health of the cache's servers in s.  The process that created s calls it.  s NULL:
 * only a check, no worker can be opened with it.  NULL: the faults are written to why. */
struct app_resources;
MUST_USE struct app_resources *app_resources_open(struct app_shared *s, const struct config *c, FILE *why);
/* Only a check.  False: the faults are written to why; they may be those of other files than the templates. */
enum app_templates { APP_TEMPLATES_UNREAD, APP_TEMPLATES_FAULTY, APP_TEMPLATES_COMPILE };
MUST_USE bool app_resources_check(const struct config *c, enum app_templates *templates, FILE *why);
void app_resources_close(struct app_resources **r);

struct app_worker;
/* The worker uses r and c until it is closed.  board may be NULL.  NULL: the reason is in the log. */
MUST_USE struct app_worker *app_worker_open(const struct app_shared *s, const struct app_resources *r, const struct config *c,
                                            struct metrics *m, const struct scoreboard *board);
void app_worker_close(struct app_worker **w);
struct store *app_worker_store(struct app_worker *w);
struct cache *app_worker_cache(struct app_worker *w);
/* Like site_handle, but it waits for deferred work, and so always answers. */
void app_worker_handle(struct app_worker *w, struct request *rq, struct response *out);

#endif
