/* What lint says of the rows of a preview: of the row itself, and of its products that are not public yet, with the editorials
 * that they will show.  It has half of the time that the request has left; without an answer by then, the preview says so. */
#include "lint/lint.h"
#include "preview/preview_parts.h"

#define WORDS_CHARS 120

struct sink {
  struct arena *arena;
  struct preview *out;
};

static void finding_take(void *arg, const struct lint_finding *f)
{
  struct sink *s = arg;
  struct buf words = BUF_INIT;
  if (s->out->n_findings == PREVIEW_FINDINGS) {
    s->out->n_more++;
    return;
  }
  lint_words_put(&words, f, WORDS_CHARS);
  s->out->findings[s->out->n_findings++] = (struct preview_finding){.table = arena_copy(s->arena, f->table),
                                                                    .id = f->id,
                                                                    .column = arena_copy(s->arena, span_z(f->column)),
                                                                    .words = arena_take(s->arena, &words),
                                                                    .meaning = arena_copy(s->arena, f->meaning),
                                                                    .advice = arena_copy(s->arena, f->advice)};
}

static bool row_lint(const struct preview_parts *parts, const char *table, uint64_t id, int64_t deadline_us, struct sink *s)
{
  struct lint_options o = {.table = table, .id = id, .most = SIZE_MAX};
  struct lint_counts counts;
  return lint_run(parts->db, &o, deadline_us, finding_take, s, &counts) == ERR_OK;
}

/* The editorial that the product shows, unless the preview is of it. */
static bool shown_editorial_lint(const struct preview_parts *parts, const struct product *p, int64_t deadline_us, struct sink *s)
{
  uint64_t id = p->facts.n_editorials ? p->editorial_ids[0] : 0;
  bool is_row = s->out->is_both || span_eq(s->out->entity, SPAN("editorial"));
  return !id || (is_row && id == s->out->id) || row_lint(parts, "editorial", id, deadline_us, s);
}

void preview_lint(const struct preview_parts *parts, const struct preview_request *rq, const struct preview_rows *rows,
                  struct preview *out)
{
  struct sink s = {rq->arena, out};
  int64_t now_us = clock_mono_us(), until_us = now_us + (rq->deadline_us - now_us) / 2;
  bool own = false;
  stage_set(rq->stage, STAGE_DATABASE);
  out->linted = row_lint(parts, arena_z(rq->arena, out->entity), out->id, until_us, &s);
  if (out->is_both && out->linted)
    out->linted = row_lint(parts, "editorial", out->id, until_us, &s);
  for (size_t i = 0; i < out->n_products && out->linted; i++) {
    own = span_eq(out->entity, SPAN("product")) && out->products[i].id == out->id;
    if (!own && out->products[i].status != PRODUCT_PUBLISHED)
      out->linted = row_lint(parts, "product", out->products[i].id, until_us, &s);
    if (out->linted && i < rows->n && out->products[i].status != PRODUCT_PUBLISHED)
      out->linted = shown_editorial_lint(parts, &rows->products[i], until_us, &s);
  }
}
