/* The description of everything here that programs read, as OpenAPI 3.1, served at /api/openapi.json.
 *
 * It is made from the table of routes and from the shapes that the JSON representations are written from
 * (template/shape.h), so it cannot tell anything else than what is served.  Only the sentences about a path
 * stand here by hand, keyed by its pattern; a path without them is still listed. */
#ifndef DIPTYCH_SITE_OPENAPI_H
#define DIPTYCH_SITE_OPENAPI_H

#include "base/buf.h"
#include "config/config.h"

#define OPENAPI_PATH "/api/openapi.json"

/* False: no memory. */
bool openapi_write(const struct config *c, struct buf *out);

#endif
