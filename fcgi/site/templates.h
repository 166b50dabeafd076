/* The compiled templates of all routes, made once before the workers fork and shared by them. */
#ifndef DIPTYCH_SITE_TEMPLATES_H
#define DIPTYCH_SITE_TEMPLATES_H

#include <stdio.h>

#include "site/routes.h"
#include "site/target.h"
#include "text/config.h"
#include "text/template.h"

struct templates;

/* Compiles every route's templates; NULL: each fault is on `why` as file:line:column. */
struct templates *templates_open(const struct config *c, FILE *why);
void templates_close(struct templates **t);
/* NULL: the route has no such form. */
const struct template *templates_get(const struct templates *t, const struct route *r, enum form form);
const struct template *templates_error(const struct templates *t);
/* Changes whenever any page could look different. */
uint64_t templates_hash(const struct templates *t);

#endif
