#include "http/bare_error.h"

#include <stdio.h>

#include "base/messages.h"
#include "base/must.h"
#include "http/headers.h"

/* X(status, title, reason), messages: a catalogue needs no memory to be read.  The pages look like those in nginx/errors.conf. */
#define BARE_ERRORS(X)                                                                                                 \
  X(500, N_("Something broke"), N_("The page could not be put together. That is our fault, not yours."))               \
  X(502, N_("Bad gateway"),                                                                                             \
    N_("The page could not be put together, and was not tried again. It is likely back in a moment."))                 \
  X(503, N_("Back in a moment"), N_("There is no memory left for this page. Try again in a few seconds."))

#define BARE_ERROR_ROW(status, title, reason) {status, title, reason},

#define BARE_ERROR_MOST 2048 /* bytes of a page with a path of the longest base_url */

void bare_error(int status, struct span base, struct span request_id, struct response *out)
{
  static const struct {
    int status;
    const char *title, *reason;
  } pages[] = {BARE_ERRORS(BARE_ERROR_ROW)};
  static char bodies[sizeof pages / sizeof *pages][BARE_ERROR_MOST]; /* memory may be out, and a page stays the same */
  size_t i = 0;
  while (pages[i].status != status && i < sizeof pages / sizeof *pages - 1)
    i++;
  struct span title = message_of(pages[i].title);
  int n = snprintf(bodies[i], sizeof bodies[i],
                   "<!doctype html><html lang=%s><meta charset=utf-8><meta name=viewport content='width=device-width'>"
                   "<title>%d %.*s</title><h1>%.*s</h1><p>%.*s</p><p><a href=%.*s/>%.*s</a></p>\n",
                   messages_language(), pages[i].status, SPAN_ARG(title), SPAN_ARG(title), SPAN_ARG(message_of(pages[i].reason)),
                   SPAN_ARG(base), SPAN_ARG(_("Back to the front page")));
  MUST(n > 0 && (size_t)n < sizeof bodies[i], "a bare error page is longer than its room");
  buf_free(&out->headers);
  *out = (struct response){.route = out->route};
  http_plain(NULL, pages[i].status, SPAN("text/html; charset=utf-8"), "no-store", span_of(bodies[i], (size_t)n), false, out);
  if (request_id.n)
    response_header(out, "X-Request-Id", request_id);
  if (status != 500)
    response_header(out, "Retry-After", SPAN("2"));
}
