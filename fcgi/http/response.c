#include "http/response.h"

bool response_header(struct response *r, const char *name, struct span value)
{
  if (value.n && (memchr(value.p, '\r', value.n) || memchr(value.p, '\n', value.n) || memchr(value.p, 0, value.n)))
    return false;
  buf_puts(&r->headers, name);
  buf_put(&r->headers, ": ", 2);
  buf_span(&r->headers, value);
  buf_put(&r->headers, "\r\n", 2);
  return true;
}
