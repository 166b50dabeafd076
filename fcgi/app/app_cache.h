/* Reports of the memcached servers for operators: in `diptych status`, as JSON and as metrics.  They read shared memory
 * only.  A server that only a previous configuration names is not shown. */
#ifndef DIPTYCH_APP_APP_CACHE_H
#define DIPTYCH_APP_APP_CACHE_H

#include "base/buf.h"
#include "cache/cache_health.h"

bool app_cache_up(const struct cache_health_table *t); /* no server is down */
void app_cache_text(const struct cache_health_table *t, struct buf *out); /* lines */
void app_cache_json(const struct cache_health_table *t, struct buf *out); /* elements of an array, without brackets */
void app_cache_metrics(const struct cache_health_table *t, struct buf *out);

#endif
