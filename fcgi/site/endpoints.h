/* Paths that need neither the database nor the catalog: health, metrics, robots.txt and similar files. */
#ifndef DIPTYCH_SITE_ENDPOINTS_H
#define DIPTYCH_SITE_ENDPOINTS_H

#include "http/request.h"
#include "http/response.h"
#include "http/target.h"
#include "site/openapi.h"

struct site;

/* X(path, function); TEMPLATES_FILES has further paths.  Their names as routes are their paths without the first slash. */
#define ENDPOINTS_LIST(X)                                                                                              \
  X("/healthz", healthz)                                                                                               \
  X("/readyz", readyz)                                                                                                 \
  X("/metrics", metrics_answer)                                                                                        \
  X(OPENAPI_PATH, openapi)

/* False: the path is none of these. */
bool endpoint_answer(struct site *s, const struct request *rq, const struct target *t, struct response *out);

#endif
