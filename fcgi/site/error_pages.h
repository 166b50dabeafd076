/* Error answers.  They need no backend and no catalog.  They contain the request's id, which the log contains too.
 * The format follows the requested form: an HTML page with navigation; application/problem+json for a .json address
 * (RFC 9457, with the extension members hint and request_id); a few lines of Markdown for a .md address. */
#ifndef DIPTYCH_SITE_ERROR_PAGES_H
#define DIPTYCH_SITE_ERROR_PAGES_H

#include "http/request.h"
#include "http/response.h"

struct site;
struct link_view;

struct error_links { /* where to go instead */
  struct link_view *v;
  size_t n;
};

/* reason replaces the usual sentence for the status; it may be empty. */
void errors_answer(struct site *s, const struct request *rq, int status, struct span reason, struct response *out);
void errors_answer_links(struct site *s, const struct request *rq, int status, struct span reason, struct error_links links,
                         struct response *out);

#endif
