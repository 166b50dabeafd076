/* Error pages: plain, honest, with navigation and the request's id, which the log has as well.
 * They need no backend and no catalog. */
#ifndef DIPTYCH_SITE_ERRORS_H
#define DIPTYCH_SITE_ERRORS_H

#include "site/request.h"
#include "site/response.h"

struct site;

/* reason: what exactly is wrong, shown on a 400; may be empty. */
void errors_answer(struct site *s, const struct request *rq, int status, struct span reason, struct response *out);

/* Memory ran out while answering: a constant 503. */
void errors_emergency(struct response *out);

#endif
