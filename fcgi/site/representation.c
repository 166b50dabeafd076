#include "site/representation.h"

#include "site/view.h"
#include "template/shape_json.h"
#include "text/json.h"

static const struct shape_field *frame_of(const struct shape *s)
{
  for (size_t i = 0; i < s->n; i++)
    if (s->fields[i].kind == SHAPE_RECORD && s->fields[i].of == &page_view_shape)
      return &s->fields[i];
  return NULL;
}

bool representation_has_frame(const struct shape *s)
{
  return frame_of(s) != NULL;
}

void representation_json_write(struct buf *out, const struct shape *s, const void *view, struct span self, struct span base)
{
  const struct shape_field *f = frame_of(s);
  const struct page_view *page = NULL;
  if (f)
    memcpy(&page, (const char *)view + f->offset, sizeof page);
  buf_puts(out, "{\"url\":");
  json_write_string(out, page ? page->address : SPAN(""));
  buf_puts(out, ",\"self\":");
  json_write_string(out, self);
  buf_putc(out, ',');
  shape_json_write_members(out, s, view, base);
  buf_puts(out, "}\n");
}
