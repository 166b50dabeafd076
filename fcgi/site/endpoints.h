/* Paths that never need the database or the catalog: health, metrics, robots.txt and their like. */
#ifndef DIPTYCH_SITE_ENDPOINTS_H
#define DIPTYCH_SITE_ENDPOINTS_H

#include "http/request.h"
#include "http/response.h"
#include "http/target.h"

struct site;

/* False: none of these paths. */
bool endpoint_answer(struct site *s, const struct request *rq, const struct target *t, struct response *out);

#endif
