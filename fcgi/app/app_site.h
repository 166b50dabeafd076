/* The site as the pool's app: the glue between the processes of the pool and the pages. */
#ifndef DIPTYCH_APP_APP_SITE_H
#define DIPTYCH_APP_APP_SITE_H

#include "base/breaker.h"
#include "catalog/catalog.h"
#include "pool/app.h"
#include "site/site.h"

/* What all processes share; made by the master before any fork. */
struct app_shared {
  struct catalog *catalog;
  struct app_breakers { /* mapped shared */
    struct breaker database, cache;
  } *breakers;
};

const struct app *app_site(void);

/* The same parts for a process outside a pool.  0: made; else the reason is on `why`. */
int app_shared_create(struct app_shared *s, const struct config *c, FILE *why);

/* Templates and the names of assets.  NULL: each fault is on `why`. */
struct app_resources;
struct app_resources *app_resources_open(const struct config *c, FILE *why);
void app_resources_close(struct app_resources **r);

struct app_worker;
/* Keeps to p and c; board may be NULL.  NULL: the reasons are in the log. */
struct app_worker *app_worker_open(const struct app_shared *s, const struct app_resources *r, const struct config *c,
                                   struct metrics *m, const struct scoreboard *board);
void app_worker_close(struct app_worker **w);
struct store *app_worker_store(struct app_worker *w);
/* site_handle for a process that has nothing else to do: it waits for what comes later. */
void app_worker_handle(struct app_worker *w, struct request *rq, struct response *out);

#endif
