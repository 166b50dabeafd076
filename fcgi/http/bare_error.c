#include "http/bare_error.h"

#include "http/headers.h"

/* X(status, title, reason).  The pages look like those in nginx/errors.conf. */
#define BARE_ERRORS(X)                                                                                                 \
  X(500, "Something broke", "The page could not be put together. That is our fault, not yours.")                       \
  X(502, "Bad gateway", "The page could not be put together, and was not tried again. It is likely back in a moment.") \
  X(503, "Back in a moment", "There is no memory left for this page. Try again in a few seconds.")

#define BARE_ERROR_ROW(status, title, reason)                                                                         \
  {status, "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"        \
           "<title>" #status " " title "</title><h1>" title "</h1><p>" reason "</p>"                                   \
           "<p><a href=/>Back to the front page</a></p>\n"},

void bare_error(int status, struct span request_id, struct response *out)
{
  static const struct {
    int status;
    const char *page;
  } pages[] = {BARE_ERRORS(BARE_ERROR_ROW)};
  size_t i = 0;
  while (pages[i].status != status && i < sizeof pages / sizeof *pages - 1)
    i++;
  buf_free(&out->headers);
  *out = (struct response){.route = out->route};
  http_plain(pages[i].status, SPAN("text/html; charset=utf-8"), "no-store", span_z(pages[i].page), false, out);
  if (request_id.n)
    response_header(out, "X-Request-Id", request_id);
  if (status != 500)
    response_header(out, "Retry-After", SPAN("2"));
}
