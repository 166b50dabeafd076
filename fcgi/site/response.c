#include "site/response.h"

bool response_header(struct response *r, const char *name, struct span value)
{
  for (size_t i = 0; i < value.n; i++)
    if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == 0)
      return false;
  buf_puts(&r->headers, name);
  buf_put(&r->headers, ": ", 2);
  buf_span(&r->headers, value);
  buf_put(&r->headers, "\r\n", 2);
  return true;
}
