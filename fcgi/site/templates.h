/* The compiled templates of all routes.  They are compiled once, before the workers are forked, and shared by them. */
#ifndef DIPTYCH_SITE_TEMPLATES_H
#define DIPTYCH_SITE_TEMPLATES_H

#include <stdio.h>

#include "http/target.h"
#include "site/assets.h"
#include "site/routes.h"
#include "site/theme.h"
#include "template/template.h"

struct templates;

/* Compiles the templates of every route.  NULL: each fault is written to `why` as file:line:column. */
struct templates *templates_open(const struct theme *theme, const struct assets *assets, FILE *why);
void templates_close(struct templates **t);
/* NULL: the route does not have this form. */
const struct template *templates_get(const struct templates *t, const struct route *r, enum form form);
/* Files that need no catalog: X(NAME, template, path, content type) */
#define TEMPLATES_FILES(X)                                                                                             \
  X(ROBOTS, "robots.txt.mustache", "/robots.txt", "text/plain; charset=utf-8")                                        \
  X(OPENSEARCH, "opensearch.xml.mustache", "/opensearch.xml", "application/opensearchdescription+xml")                \
  X(LLMS, "llms.txt.mustache", "/llms.txt", "text/plain; charset=utf-8")                                               \
  X(SECURITY, "security.txt.mustache", "/.well-known/security.txt", "text/plain; charset=utf-8")
#define TEMPLATES_ENUM(name, file, path, type) TEMPLATES_##name,
enum templates_file { TEMPLATES_FILES(TEMPLATES_ENUM) TEMPLATES_FILE_COUNT };
#undef TEMPLATES_ENUM
const struct template *templates_file(const struct templates *t, enum templates_file file);

const struct template *templates_error(const struct templates *t);

#endif
