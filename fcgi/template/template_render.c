/* Runs a compiled template: one loop over a flat array, without lookups or recursion; literals are copied by memcpy.
 * The compiler has checked the program, so only records that may be NULL and lists that may be empty are checked here. */
#include "template/template_block.h"
#include "template/template_program.h"
#include "text/escape.h"
#include "text/url.h"

/* The field, or NULL when a record on the path to it is NULL. */
static inline const void *ref_at(const struct template_ref *r, const void *const *levels)
{
  const char *at = levels[r->level];
  if (r->hops == 0)
    return at + r->offset;
  for (size_t i = 0; i < r->hops && at; i++)
    memcpy(&at, at + r->hop[i], sizeof at);
  return at ? at + r->offset : NULL;
}

static inline struct span text_at(const struct template_ref *r, const void *const *levels)
{
  const struct span *s = ref_at(r, levels);
  return s ? *s : span_of(NULL, 0);
}

static bool flag_at(const struct template_ref *r, const void *const *levels)
{
  const bool *f = ref_at(r, levels);
  return f && *f;
}

static const void *record_at(const struct template_ref *r, const void *const *levels)
{
  const void *p = ref_at(r, levels), *record = NULL;
  if (p)
    memcpy(&record, p, sizeof record);
  return record;
}

static struct shape_items items_at(const struct template_ref *r, const void *const *levels)
{
  struct shape_items items = {NULL, 0};
  const void *p = ref_at(r, levels);
  if (p)
    memcpy(&items, p, sizeof items);
  return items;
}

static void url_refuse(struct buf *out, struct span s)
{
  (void)s;
  buf_putc(out, '#');
}

/* Of the characters of a URL, only "&" must be escaped in an attribute. */
static void url_write(struct buf *out, struct span s, void (*write)(struct buf *out, struct span s))
{
  size_t from = out->n, ampersands = 0;
  write(out, s);
  if (out->failed || out->n == from || !memchr(out->p + from, '&', out->n - from))
    return;
  for (size_t i = from; i < out->n; i++)
    ampersands += out->p[i] == '&';
  if (!buf_reserve(out, 4 * ampersands))
    return;
  size_t to = out->n += 4 * ampersands;
  for (size_t i = to - 4 * ampersands; i-- > from;) {
    out->p[--to] = out->p[i] == '&' ? ';' : out->p[i];
    if (out->p[i] == '&')
      memcpy(out->p + (to -= 4), "&amp", 4);
  }
}

/* The path of the site, before an address of the site. */
static inline void base_write(struct buf *out, const struct template *t, struct span s)
{
  if (s.p[0] == '/' && (s.n == 1 || s.p[1] != '/'))
    buf_span(out, t->base);
}

static void decimal_write(struct buf *out, const struct template *t, struct span s)
{
  size_t at = span_find(s, '.');
  buf_span(out, span_head(s, at));
  if (at < s.n)
    buf_span(out, t->decimal);
  buf_span(out, span_from(s, at + 1));
}

static inline void text_write(struct buf *out, const struct template *t, enum template_escape escape, struct span s)
{
  if (s.n == 0)
    return;
  switch (escape) {
  case TEMPLATE_ESCAPE_NONE: buf_span(out, s); break;
  case TEMPLATE_ESCAPE_HTML: escape_html(out, s); break;
  case TEMPLATE_ESCAPE_XML: escape_xml(out, s); break;
  case TEMPLATE_ESCAPE_MD: escape_md(out, s); break;
  case TEMPLATE_ESCAPE_URL:
    base_write(out, t, s);
    url_write(out, s, url_scheme_ok(s) ? url_tidy : url_refuse);
    break;
  case TEMPLATE_ESCAPE_PATH:
    base_write(out, t, s);
    buf_span(out, s);
    break;
  case TEMPLATE_ESCAPE_DECIMAL: decimal_write(out, t, s); break;
  case TEMPLATE_ESCAPE_URL_PART: url_write(out, s, url_tidy_part); break;
  case TEMPLATE_ESCAPE_URL_QUERY: url_percent_encode(out, s); break;
  }
}

static void int_write(struct buf *out, const struct template_ref *r, const void *const *levels)
{
  const int64_t *v = ref_at(r, levels);
  if (v)
    buf_int(out, *v);
}

/* Writes the text of a block that was rendered before; false: it must be rendered. */
static bool block_write(const struct template *t, struct buf *out, const struct template_op *op, const void *const *levels)
{
  const struct block_draw *b = record_at(&op->ref, levels);
  const struct span *text = b ? block_draw_text(b, t, op->level) : NULL;
  if (text)
    buf_span(out, *text);
  return text != NULL;
}

static void block_keep(const struct template *t, const struct buf *out, size_t from, const struct template_op *op,
                       const void *const *levels)
{
  struct block_draw *b = (struct block_draw *)record_at(&op->ref, levels);
  if (b && !out->failed)
    block_draw_keep(b, t, op->level, span_from(buf_view(out), from));
}

bool template_render(const struct template *t, const void *view, struct buf *out)
{
  const void *levels[TEMPLATE_LEVELS] = {view};
  size_t left[TEMPLATE_LEVELS] = {0}, block_at = 0;
  buf_reserve(out, t->pool_n);
  for (size_t pc = 0; pc < t->n && !out->failed;) {
    const struct template_op *op = &t->ops[pc++];
    bool shown = true;
    buf_put(out, t->pool + op->literal.at, op->literal.n);
    switch ((enum template_op_kind)op->kind) {
    case TEMPLATE_OP_LITERAL: break;
    case TEMPLATE_OP_TEXT: text_write(out, t, op->escape, text_at(&op->ref, levels)); break;
    case TEMPLATE_OP_INT: int_write(out, &op->ref, levels); break;
    case TEMPLATE_OP_IF_TEXT: shown = text_at(&op->ref, levels).n != 0; break;
    case TEMPLATE_OP_UNLESS_TEXT: shown = text_at(&op->ref, levels).n == 0; break;
    case TEMPLATE_OP_IF_FLAG: shown = flag_at(&op->ref, levels); break;
    case TEMPLATE_OP_UNLESS_FLAG: shown = !flag_at(&op->ref, levels); break;
    case TEMPLATE_OP_WITH: shown = (levels[op->level] = record_at(&op->ref, levels)); break;
    case TEMPLATE_OP_UNLESS_RECORD: shown = !record_at(&op->ref, levels); break;
    case TEMPLATE_OP_UNLESS_ITEMS: shown = items_at(&op->ref, levels).n == 0; break;
    case TEMPLATE_OP_EACH: {
      struct shape_items items = items_at(&op->ref, levels);
      levels[op->level] = items.v;
      left[op->level] = items.n;
      shown = items.n != 0;
      break;
    }
    case TEMPLATE_OP_NEXT:
      if (--left[op->level]) {
        levels[op->level] = (const char *)levels[op->level] + op->stride;
        pc = op->jump;
      }
      break;
    case TEMPLATE_OP_BLOCK:
      block_at = out->n;
      shown = !block_write(t, out, op, levels);
      break;
    case TEMPLATE_OP_BLOCK_END: block_keep(t, out, block_at, op, levels); break;
    }
    if (!shown)
      pc = op->jump;
  }
  return !out->failed;
}
