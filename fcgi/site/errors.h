/* Errors: plain, honest, with navigation and the request's id, which the log has as well.  They need no
 * backend and no catalog.  What they look like follows the form that was asked for: a page; for a .json
 * address application/problem+json (RFC 9457, with the members hint and request_id); for a .md one a few
 * lines of Markdown. */
#ifndef DIPTYCH_SITE_ERRORS_H
#define DIPTYCH_SITE_ERRORS_H

#include "http/request.h"
#include "http/response.h"

struct site;

/* reason: what exactly is wrong, shown in place of the usual sentence; may be empty. */
void errors_answer(struct site *s, const struct request *rq, int status, struct span reason, struct response *out);

#endif
