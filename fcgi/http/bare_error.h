/* Error pages that need no template, no catalog and, except for their headers, no memory. */
#ifndef DIPTYCH_HTTP_BARE_ERROR_H
#define DIPTYCH_HTTP_BARE_ERROR_H

#include "http/response.h"

/* Replaces *out by a constant page; status: 500, 502 or 503.  out->headers.failed: no memory for the headers.
 * base: of config_base_path. */
void bare_error(int status, struct span base, struct span request_id, struct response *out);

#endif
