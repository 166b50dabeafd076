/* Packs and unpacks what is kept of editorials besides the current one: a product's predictions, and a past editorial with
 * its comparison with the next one.  The comparison is made here, once, not by each page. */
#include "store/fragment_past.h"

#include "base/clock.h"
#include "store/fragment_text.h"
#include "text/pack.h"

/* ---- predictions */

void fragment_predictions_pack(struct fragment_renderer *r, const struct product *p, struct buf *b)
{
  pack_uint(b, p->facts.n_editorials);
  for (uint32_t i = 0; i < p->facts.n_editorials; i++) {
    const struct editorial *e = &p->editorials[i];
    pack_int(b, e->published_us);
    pack_int(b, e->updated_us);
    pack_span(b, e->headline);
    pack_span(b, e->author);
    fragment_text_plain(r, b, e->prediction_md, e->format, PREDICTION_CHARS);
    fragment_grade_pack(b, &e->grade);
  }
}

void *fragment_predictions_unpack(struct unpack *u, struct arena *a)
{
  struct predictions *p = ARENA_NEW(a, struct predictions);
  size_t count = unpack_count(u, 8);
  struct prediction *v = ARENA_ARRAY(a, count, struct prediction);
  for (size_t i = 0; v && i < count; i++) {
    v[i].published_us = unpack_int(u);
    v[i].updated_us = unpack_int(u);
    v[i].headline = unpack_span(u);
    v[i].author = unpack_span(u);
    v[i].text = unpack_span(u);
    v[i].grade = fragment_grade_unpack(u, a);
  }
  if (p)
    *p = (struct predictions){v, v ? count : 0};
  return p;
}

/* ---- what the next editorial changed */

static void diff_pack(struct buf *b, const struct word_diff *d)
{
  pack_uint(b, (uint64_t)d->changed << 1 | d->cut);
  pack_uint(b, d->n);
  for (size_t i = 0; i < d->n; i++) {
    const struct word_run *run = &d->v[i];
    pack_uint(b, (uint64_t)run->op << 2 | (uint64_t)run->space << 1 | run->ends_line);
    pack_uint(b, run->words);
    pack_span(b, run->text);
  }
}

static struct word_diff diff_unpack(struct unpack *u, struct arena *a)
{
  uint64_t flags = unpack_uint(u);
  size_t count = unpack_count(u, 3);
  struct word_run *v = ARENA_ARRAY(a, count, struct word_run);
  for (size_t i = 0; v && i < count; i++) {
    uint64_t op = unpack_uint(u);
    v[i] = (struct word_run){.op = (enum word_diff_op)(op >> 2 & 3), .space = op & 2, .ends_line = op & 1};
    v[i].words = (uint32_t)unpack_uint(u);
    v[i].text = unpack_span(u);
  }
  return (struct word_diff){.changed = flags & 2, .cut = flags & 1, .v = v, .n = v ? count : 0};
}

_Static_assert(WORD_DIFF_OPS <= 4, "an operation has two bits");

static void change_compare(struct fragment_renderer *r, struct buf *out, struct span before, struct span after, bool comparable)
{
  struct arena *a = arena_new(0);
  struct word_diff d = {0};
  enum err e = !a ? ERR_NO_MEMORY : comparable ? word_diff_make(a, before, after, r->deadline_us, &d) : ERR_LIMIT;
  if (e == ERR_NO_MEMORY)
    out->failed = true;
  else if (e != ERR_OK && comparable && r->deadline_us && clock_mono_us() >= r->deadline_us)
    r->incomplete = true;
  pack_uint(out, e != ERR_OK);
  diff_pack(out, &d);
  arena_free(&a);
}

struct past_text {
  struct span md;
  enum body_format format;
};

static void change_pack(struct fragment_renderer *r, struct buf *out, struct past_text from, struct past_text to)
{
  struct fragment_place old = {"editorial", 0, 'l', from.format}, new = {"editorial", 0, 'l', to.format};
  struct buf before = BUF_INIT, after = BUF_INIT;
  bool comparable = fragment_text_lines(r, &before, old, from.md);
  comparable = fragment_text_lines(r, &after, new, to.md) && comparable;
  change_compare(r, out, buf_view(&before), buf_view(&after), comparable);
  out->failed = out->failed || before.failed || after.failed;
  buf_free(&before);
  buf_free(&after);
}

/* ---- a past editorial */

static void body_pack(struct fragment_renderer *r, struct buf *out, const struct editorial *e, char part, struct span md)
{
  struct fragment_place at = {"editorial", e->id, part, e->format};
  fragment_text_pack(r, out, at, md);
  fragment_text_source(r, out, at, md);
}

bool fragment_pack_past(struct fragment_renderer *r, const struct editorial *past, const struct editorial *next, struct buf *out)
{
  pack_int(out, past->published_us);
  pack_int(out, past->updated_us);
  pack_int(out, next->published_us);
  pack_span(out, past->headline);
  pack_span(out, past->author);
  body_pack(r, out, past, 'c', past->current_md);
  body_pack(r, out, past, 'h', past->heading_md);
  body_pack(r, out, past, 'p', past->prediction_md);
  fragment_grade_pack(out, &past->grade);
  change_compare(r, out, past->headline, next->headline, true);
  change_pack(r, out, (struct past_text){past->current_md, past->format}, (struct past_text){next->current_md, next->format});
  change_pack(r, out, (struct past_text){past->heading_md, past->format}, (struct past_text){next->heading_md, next->format});
  change_pack(r, out, (struct past_text){past->prediction_md, past->format}, (struct past_text){next->prediction_md, next->format});
  return !out->failed;
}

static struct body body_unpack(struct unpack *u, struct span *md)
{
  bool refused = unpack_uint(u) != 0;
  struct body b = {unpack_span(u), refused};
  *md = unpack_span(u);
  return b;
}

void *fragment_past_unpack(struct unpack *u, struct arena *a)
{
  struct past *p = ARENA_NEW(a, struct past);
  if (!p)
    return NULL;
  p->published_us = unpack_int(u);
  p->updated_us = unpack_int(u);
  p->next_published_us = unpack_int(u);
  p->headline = unpack_span(u);
  p->author = unpack_span(u);
  p->current = body_unpack(u, &p->source.current_md);
  p->heading = body_unpack(u, &p->source.heading_md);
  p->prediction = body_unpack(u, &p->source.prediction_md);
  p->grade = fragment_grade_unpack(u, a);
  for (size_t i = 0; i < CHANGES; i++) {
    p->changes[i].refused = unpack_uint(u) != 0;
    p->changes[i].diff = diff_unpack(u, a);
  }
  return p;
}
