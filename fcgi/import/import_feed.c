#include "import/import_feed.h"

#include "base/buf.h"
#include "base/clock.h"
#include "import/import_text.h"
#include "text/url.h"

/* A tag comes from an address or from JSON: any bytes, of any length.  A database refuses what is no UTF-8 or too long. */
void import_feed_add(struct import_feed *f, const struct import_entry *e)
{
  struct span tag = import_text_plain(f->arena, e->tag);
  if (!tag.n && !e->title.n)
    return;
  if (f->n == IMPORT_ENTRIES_MAX) {
    f->left_out++;
    return;
  }
  if (f->n == f->cap) {
    size_t cap = f->cap ? 2 * f->cap : 32;
    struct import_entry *v = ARENA_ARRAY(f->arena, cap, struct import_entry);
    if (!v)
      return;
    if (f->n)
      memcpy(v, f->v, f->n * sizeof *v);
    f->v = v;
    f->cap = cap;
  }
  f->v[f->n] = *e;
  f->v[f->n++].tag = tag;
}

bool import_feed_fault(struct import_feed *f, const char *format, ...)
{
  struct buf text = BUF_INIT;
  va_list args;
  va_start(args, format);
  buf_vprintf(&text, format, args);
  va_end(args);
  f->fault = arena_take(f->arena, &text);
  return false;
}

struct span import_feed_tag_of(struct arena *a, struct span url)
{
  static const char *const before[] = {"/releases/tag/", "/-/releases/", "/-/tags/", "/src/tag/"};
  struct span path = span_head(url, span_find(url, '#')), tag;
  path = span_head(path, span_find(path, '?'));
  for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
    size_t at = span_find_span(path, span_z(before[i]));
    if (at < path.n && url_percent_decode(a, span_from(path, at + strlen(before[i])), false, &tag))
      return tag;
  }
  return SPAN("");
}
