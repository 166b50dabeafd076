/* Errors that need nothing: no template, no catalog, no memory but for their headers. */
#ifndef DIPTYCH_HTTP_BARE_ERROR_H
#define DIPTYCH_HTTP_BARE_ERROR_H

#include "http/response.h"

/* Replaces whatever *out has by a constant page for status 500, 502 or 503.  out->headers.failed says that
 * there was no memory even for its headers. */
void bare_error(int status, struct span request_id, struct response *out);

#endif
