/* A site in one process: configuration, catalog, store, compiled templates, page cache.
 * site_handle answers every request, also when backends fail or memory runs out. */
#ifndef DIPTYCH_SITE_SITE_H
#define DIPTYCH_SITE_SITE_H

#include <stdio.h>

#include "base/metrics.h"
#include "catalog/catalog.h"
#include "config/config.h"
#include "http/request.h"
#include "http/response.h"
#include "store/store.h"

struct site;
struct assets;
struct image_source;
struct preview_source;
struct templates;

/* All pointers are borrowed and must outlive the site. */
struct site_resources {
  const struct config *config;
  const struct templates *templates;
  const struct assets *assets;
  struct span picture_style; /* of the theme, for pictures of links (image/image.h); empty: the usual one */
  int64_t read_us; /* real time at which the master read the files above; the same for all workers */
  const struct catalog *catalog;
  struct store *store;
  struct image_source *images; /* NULL: images are unavailable */
  struct preview_source *previews; /* NULL: there are none */
  struct metrics *metrics;
  /* Writes the metrics of the whole pool as Prometheus text; NULL: /metrics is empty. */
  void (*metrics_text)(void *context, struct buf *out);
  void *metrics_context;
  /* Returns one sentence: why the pool does not follow the database; "" when it does.  NULL: no pool. */
  const char *(*pool_trouble)(void *context);
  void *pool_context;
};

struct site *site_open(const struct site_resources *resources); /* NULL: no memory */
void site_close(struct site **s);
void site_handle(struct site *s, const struct request *rq, struct response *out);

/* Names of the routes, for metrics.  struct response has an index of them. */
const char *const *site_route_names(unsigned *n);

const struct config *site_config(const struct site *s);
const struct catalog *site_catalog(const struct site *s);
const struct assets *site_assets(const struct site *s);
const struct site_resources *site_resources_of(const struct site *s);
/* True: pages can be served and follow the database.  trouble gets one sentence: why not, or what fails nevertheless; or
 * "". */
#define SITE_TROUBLE sizeof ((struct catalog_state *)NULL)->trouble
bool site_ready(const struct catalog *catalog, const struct config *c, char *trouble); /* trouble: SITE_TROUBLE bytes */
bool site_serves(const struct site *s); /* the catalog is current, or not older than stale_max allows */

#endif
