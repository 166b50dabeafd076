#include "pool/record.h"

struct record {
  unsigned type;
  uint16_t id;
  struct span content;
  size_t padding;
};

struct reader {
  struct span rest;
  const char *why;
};

enum got { GOT_RECORD, GOT_PARTIAL, GOT_BAD };

static unsigned byte_at(struct span s, size_t i)
{
  return (unsigned char)s.p[i];
}

/* Checks the header before the content has arrived, so a bad record is found at once. */
static enum got record_next(struct reader *r, struct record *out, uint16_t id)
{
  struct span s = r->rest;
  if (s.n && byte_at(s, 0) != 1) {
    r->why = "not version 1 of FastCGI";
    return GOT_BAD;
  }
  if (s.n < RECORD_HEADER)
    return GOT_PARTIAL;
  out->type = byte_at(s, 1);
  out->id = (uint16_t)(byte_at(s, 2) << 8 | byte_at(s, 3));
  size_t content = byte_at(s, 4) << 8 | byte_at(s, 5);
  out->padding = byte_at(s, 6);
  if (out->id == 0 || (id && out->id != id)) {
    r->why = out->id == 0 ? "a management record" : "a second request on a busy connection";
    return GOT_BAD;
  }
  if (out->type == RECORD_ABORT_REQUEST) {
    r->why = "aborted by the peer";
    return GOT_BAD;
  }
  out->content = span_head(span_from(s, RECORD_HEADER), content);
  if (s.n < RECORD_HEADER + content + out->padding)
    return GOT_PARTIAL;
  r->rest = span_from(s, RECORD_HEADER + content + out->padding);
  return GOT_RECORD;
}

static bool begin_read(struct reader *r, const struct record *begin, struct record_request *scan)
{
  if (begin->type != RECORD_BEGIN_REQUEST)
    r->why = "it does not begin with BEGIN_REQUEST";
  else if (begin->content.n != 8)
    r->why = "BEGIN_REQUEST of a wrong length";
  else if (byte_at(begin->content, 0) != 0 || byte_at(begin->content, 1) != 1)
    r->why = "a role other than responder";
  scan->id = begin->id;
  scan->keep = begin->content.n == 8 && (byte_at(begin->content, 2) & 1);
  scan->padded = begin->padding > 0;
  return !r->why;
}

/* Reads a length of one or four bytes.  false: cut off. */
static bool length_read(struct span *s, size_t *length)
{
  if (!s->n)
    return false;
  if (byte_at(*s, 0) < 0x80) {
    *length = byte_at(*s, 0);
    *s = span_from(*s, 1);
    return true;
  }
  if (s->n < 4)
    return false;
  *length = (size_t)(byte_at(*s, 0) & 0x7f) << 24 | byte_at(*s, 1) << 16 | byte_at(*s, 2) << 8 | byte_at(*s, 3);
  *s = span_from(*s, 4);
  return true;
}

static bool name_good(struct span name)
{
  for (size_t i = 0; i < name.n; i++)
    if (name.p[i] == '=' || byte_at(name, i) <= 0x20 || byte_at(name, i) >= 0x7f)
      return false;
  return name.n > 0;
}

/* Keeps the parameters that identify the request.  Returns the first fault of the concatenated parameters; NULL: none. */
static const char *params_read(struct record_request *scan)
{
  struct span params = scan->params;
  unsigned methods = 0, uris = 0;
  while (params.n) {
    size_t name_n, value_n;
    if (!length_read(&params, &name_n) || !length_read(&params, &value_n) || name_n > params.n ||
        value_n > params.n - name_n)
      return "a parameter that was cut off";
    struct span name = span_head(params, name_n), value = span_head(span_from(params, name_n), value_n);
    params = span_from(params, name_n + value_n);
    if (!name_good(name) || span_find(value, 0) < value.n)
      return "a parameter with a forbidden byte";
    if (span_eq(name, SPAN("REQUEST_METHOD")))
      scan->method = value, methods++;
    else if (span_eq(name, SPAN("REQUEST_URI")))
      scan->target = value, uris++;
    else if (span_eq(name, SPAN("REQUEST_ID")))
      scan->request_id = value;
  }
  return methods == 1 && uris == 1 ? NULL : "REQUEST_METHOD and REQUEST_URI must occur exactly once";
}

static enum got params_join(struct reader *r, struct record_request *scan, char *scratch)
{
  struct record rec;
  size_t n = 0;
  enum got got;
  while ((got = record_next(r, &rec, scan->id)) == GOT_RECORD) {
    if (rec.type != RECORD_PARAMS) {
      r->why = "a record of another type among the parameters";
      return GOT_BAD;
    }
    if (rec.content.n == 0) {
      scan->padded = scan->padded || rec.padding;
      scan->params = span_of(scratch, n);
      return GOT_RECORD;
    }
    memcpy(scratch + n, rec.content.p, rec.content.n); /* n < bytes.n <= RECORD_LIMIT */
    n += rec.content.n;
  }
  return got;
}

static enum got body_scan(struct reader *r, struct record_request *scan)
{
  struct record rec;
  enum got got;
  while ((got = record_next(r, &rec, scan->id)) == GOT_RECORD) {
    if (rec.type != RECORD_STDIN) {
      r->why = "a record of another type in the body";
      return GOT_BAD;
    }
    if (rec.content.n == 0) {
      scan->stdin_ended = true;
      scan->padded = scan->padded || rec.padding;
      scan->more = r->rest.n > 0;
      return GOT_RECORD;
    }
  }
  return got;
}

struct record_request record_scan(struct span bytes, char *scratch)
{
  struct record_request scan = {.verdict = RECORD_PARTIAL};
  struct reader r = {.rest = span_head(bytes, RECORD_LIMIT)};
  struct record begin;
  enum got got = record_next(&r, &begin, 0);
  if (got == GOT_RECORD && !begin_read(&r, &begin, &scan))
    got = GOT_BAD;
  if (got == GOT_RECORD)
    got = params_join(&r, &scan, scratch);
  if (got == GOT_PARTIAL && bytes.n >= RECORD_LIMIT) {
    r.why = "more than 64 KB of parameters";
    got = GOT_BAD;
  } else if (got == GOT_RECORD) {
    scan.verdict = RECORD_WHOLE;
    if ((r.why = params_read(&scan)) || body_scan(&r, &scan) == GOT_BAD)
      got = GOT_BAD;
    scan.length = span_head(bytes, RECORD_LIMIT).n - r.rest.n;
  }
  if (got == GOT_BAD) {
    scan.verdict = RECORD_BAD;
    scan.why = r.why;
  }
  return scan;
}

void record_header(unsigned char *out, enum record_type type, uint16_t id, size_t content, size_t padding)
{
  out[0] = 1;
  out[1] = (unsigned char)type;
  out[2] = (unsigned char)(id >> 8);
  out[3] = (unsigned char)id;
  out[4] = (unsigned char)(content >> 8);
  out[5] = (unsigned char)content;
  out[6] = (unsigned char)padding;
  out[7] = 0;
}

static void record_put(struct buf *out, enum record_type type, uint16_t id, struct span content)
{
  unsigned char header[RECORD_HEADER];
  record_header(header, type, id, content.n, 0);
  buf_put(out, header, sizeof header);
  buf_span(out, content);
}

void record_unpadded(const struct record_request *scan, struct buf *out)
{
  char begin[8] = {0, 1, (char)scan->keep};
  record_put(out, RECORD_BEGIN_REQUEST, scan->id, span_of(begin, sizeof begin));
  if (scan->params.n) /* with their headers they were at most RECORD_LIMIT bytes, so they fit into one record */
    record_put(out, RECORD_PARAMS, scan->id, scan->params);
  record_put(out, RECORD_PARAMS, scan->id, SPAN(""));
  record_put(out, RECORD_STDIN, scan->id, SPAN(""));
}
