#include "template/shape_json.h"

#include "base/format.h"
#include "text/bidi.h"
#include "text/json.h"

static struct shape_items items_at(const char *at)
{
  struct shape_items items;
  memcpy(&items, at, sizeof items);
  return items;
}

static void list_write(struct buf *out, const struct shape_field *f, struct shape_items items, struct span base)
{
  size_t stride = f->of ? f->of->size : sizeof(struct span);
  buf_putc(out, '[');
  for (size_t i = 0; i < items.n; i++) {
    const char *element = (const char *)items.v + i * stride;
    if (i)
      buf_putc(out, ',');
    if (f->of)
      shape_json_write(out, f->of, element, base);
    else
      json_write_string(out, bidi_bare(*(const struct span *)(const void *)element));
  }
  buf_putc(out, ']');
}

static bool is_path(const struct shape_field *f)
{
  struct span name = span_z(f->name);
  return span_eq(name, SPAN("href")) || span_ends(name, SPAN("_href")) || span_eq(name, SPAN("prev")) ||
         span_eq(name, SPAN("next"));
}

static void text_write(struct buf *out, const struct shape_field *f, struct span text, struct span base)
{
  if (!text.n)
    buf_puts(out, "null");
  else if (base.n && text.p[0] == '/' && is_path(f)) {
    buf_putc(out, '"');
    buf_span(out, base); /* config_check allows no character that JSON escapes */
    json_write_text(out, text);
    buf_putc(out, '"');
  } else
    json_write_string(out, bidi_bare(text));
}

static void field_write(struct buf *out, const struct shape_field *f, const char *at, struct span base)
{
  const void *record;
  const struct span *text = (const void *)at;
  switch (f->kind) {
  case SHAPE_TEXT: text_write(out, f, *text, base); break;
  case SHAPE_HTML: json_write_string(out, *text); break;
  case SHAPE_FLAG: buf_puts(out, *(const bool *)at ? "true" : "false"); break;
  case SHAPE_INT: buf_int(out, *(const int64_t *)(const void *)at); break;
  case SHAPE_TEXTS:
  case SHAPE_LIST: list_write(out, f, items_at(at), base); break;
  case SHAPE_RECORD:
    memcpy(&record, at, sizeof record);
    shape_json_write(out, f->of, record, base);
    break;
  }
}

/* Geometry and the HTML page's frame are no content. */
bool shape_json_leaves_out(const struct shape_field *f)
{
  struct span name = f->of ? span_z(f->of->name) : SPAN("");
  return span_ends(name, SPAN("_draw")) || span_eq(name, SPAN("page_view"));
}

void shape_json_write_members(struct buf *out, const struct shape *s, const void *view, struct span base)
{
  bool any = false;
  for (size_t i = 0; i < s->n; i++) {
    if (shape_json_leaves_out(&s->fields[i]))
      continue;
    if (any)
      buf_putc(out, ',');
    any = true;
    json_write_string(out, span_z(s->fields[i].name));
    buf_putc(out, ':');
    field_write(out, &s->fields[i], (const char *)view + s->fields[i].offset, base);
  }
}

void shape_json_write(struct buf *out, const struct shape *s, const void *view, struct span base)
{
  if (!view) {
    buf_puts(out, "null");
    return;
  }
  buf_putc(out, '{');
  shape_json_write_members(out, s, view, base);
  buf_putc(out, '}');
}
