/* The metrics of the site and its backends, beside those of the pool: database, breakers, catalog, memcached servers. */
#ifndef DIPTYCH_APP_APP_METRICS_H
#define DIPTYCH_APP_APP_METRICS_H

#include "app/app_site.h"

void app_metrics(const struct app_shared *s, struct buf *out);

#endif
