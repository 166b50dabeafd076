/* Paths that never need the database or the catalog: health, metrics, robots.txt and their like. */
#ifndef DIPTYCH_SITE_MISC_H
#define DIPTYCH_SITE_MISC_H

#include "site/request.h"
#include "site/response.h"
#include "site/target.h"

struct site;

/* False: none of these paths. */
bool misc_answer(struct site *s, const struct request *rq, const struct target *t, struct response *out);

#endif
