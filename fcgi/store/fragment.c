/* Packs and unpacks fragments.  Each pair of functions handles the same fields in the same order.  A change of this file
 * changes all keys (fragment_key.c), so old values are not read again. */
#include "store/fragment.h"

#include "base/must.h"
#include "model/moves.h"
#include "store/fragment_past.h"
#include "store/fragment_text.h"
#include "text/pack.h"

/* ---- facts */

static void pack_ids(struct buf *b, const uint64_t *ids, uint32_t n)
{
  pack_uint(b, n);
  for (uint32_t i = 0; i < n; i++)
    pack_uint(b, ids[i]);
}

static const uint64_t *unpack_ids(struct unpack *u, struct arena *a, uint32_t *n)
{
  size_t count = unpack_count(u, 1);
  uint64_t *ids = count ? ARENA_ARRAY(a, count, uint64_t) : NULL;
  for (size_t i = 0; ids && i < count; i++)
    ids[i] = unpack_uint(u);
  *n = ids ? (uint32_t)count : 0;
  return ids;
}

static void pack_facts(struct buf *b, const struct facts *f)
{
  pack_uint(b, f->id);
  pack_uint(b, f->version.rev);
  pack_fixed(b, f->version.hash);
  pack_span(b, f->slug);
  pack_span(b, f->name);
  pack_uint(b, f->status);
  pack_uint(b, f->lifecycle);
  pack_ids(b, f->sectors, f->n_sectors);
  pack_ids(b, f->themes, f->n_themes);
  pack_ids(b, f->picks, f->n_picks);
  pack_ids(b, f->editorials, f->n_editorials);
  pack_uint(b, f->n90);
  pack_uint(b, f->s30);
  pack_uint(b, f->activities);
  pack_int(b, f->override_tenths);
  pack_uint(b, f->has_editorial);
  pack_uint(b, f->has_questions);
  pack_fixed(b, (uint64_t)f->window_us);
  pack_fixed(b, (uint64_t)f->editorial_us);
  pack_fixed(b, (uint64_t)f->activity_us);
  pack_fixed(b, (uint64_t)f->spark_us);
  pack_fixed(b, (uint64_t)f->release_us);
  pack_fixed(b, (uint64_t)f->changed_us);
  pack_fixed(b, (uint64_t)f->next_due_us);
}

static void unpack_facts(struct unpack *u, struct arena *a, struct facts *f)
{
  f->id = unpack_uint(u);
  f->version.rev = unpack_uint(u);
  f->version.hash = unpack_fixed(u);
  f->slug = unpack_span(u);
  f->name = unpack_span(u);
  f->status = (enum product_status)unpack_uint(u);
  f->lifecycle = (enum lifecycle)unpack_uint(u);
  f->sectors = unpack_ids(u, a, &f->n_sectors);
  f->themes = unpack_ids(u, a, &f->n_themes);
  f->picks = unpack_ids(u, a, &f->n_picks);
  f->editorials = unpack_ids(u, a, &f->n_editorials);
  f->n90 = (uint32_t)unpack_uint(u);
  f->s30 = (uint32_t)unpack_uint(u);
  f->activities = (uint32_t)unpack_uint(u);
  f->override_tenths = (int)unpack_int(u);
  f->has_editorial = unpack_uint(u) != 0;
  f->has_questions = unpack_uint(u) != 0;
  f->window_us = (int64_t)unpack_fixed(u);
  f->editorial_us = (int64_t)unpack_fixed(u);
  f->activity_us = (int64_t)unpack_fixed(u);
  f->spark_us = (int64_t)unpack_fixed(u);
  f->release_us = (int64_t)unpack_fixed(u);
  f->changed_us = (int64_t)unpack_fixed(u);
  f->edited_us = CLOCK_NEVER;
  f->version.due_us = f->next_due_us = (int64_t)unpack_fixed(u);
}

static struct body unpack_body(struct unpack *u)
{
  bool refused = unpack_uint(u) != 0;
  return (struct body){unpack_span(u), refused};
}

/* ---- activities, moves, questions */

static void pack_activities(struct buf *b, const struct activity *v, size_t n)
{
  pack_uint(b, n);
  for (size_t i = 0; i < n; i++)
    fragment_activity_pack(b, &v[i]);
}

static const struct activity *unpack_activities(struct unpack *u, struct arena *a, size_t *n)
{
  size_t count = unpack_count(u, 13);
  struct activity *v = ARENA_ARRAY(a, count, struct activity);
  for (size_t i = 0; v && i < count; i++)
    fragment_activity_unpack(u, &v[i]);
  *n = v ? count : 0;
  return v;
}

static void pack_moves(struct buf *b, const struct moves_count *v, size_t n)
{
  int64_t before = 0;
  pack_uint(b, n);
  for (size_t i = 0; i < n; i++) {
    pack_int(b, v[i].slot - before);
    pack_uint(b, (uint64_t)v[i].n << 3 | (v[i].event ? 4 : 0) | v[i].class);
    before = v[i].slot;
  }
}

static const struct moves_count *unpack_moves(struct unpack *u, struct arena *a, size_t *n)
{
  size_t count = unpack_count(u, 2);
  struct moves_count *v = ARENA_ARRAY(a, count, struct moves_count);
  int64_t before = 0;
  for (size_t i = 0; v && i < count; i++) {
    v[i].slot = before += unpack_int(u);
    uint64_t word = unpack_uint(u);
    v[i].n = (uint32_t)(word >> 3);
    v[i].event = word & 4;
    v[i].class = (enum activity_class)(word & 3);
    u->failed = u->failed || v[i].class > CLASS_SPARK;
  }
  *n = v ? count : 0;
  return v;
}

static struct answers unpack_answers(struct unpack *u, struct arena *a)
{
  size_t count = unpack_count(u, 4);
  struct answer *v = ARENA_ARRAY(a, count, struct answer);
  for (size_t i = 0; v && i < count; i++) {
    v[i].id = unpack_uint(u);
    v[i].question = unpack_span(u);
    v[i].body = unpack_body(u);
    v[i].md = unpack_span(u);
  }
  return (struct answers){v, v ? count : 0};
}

static void pack_release(struct buf *b, const struct activity *release)
{
  pack_activities(b, release, release != NULL);
}

static const struct activity *unpack_release(struct unpack *u, struct arena *a)
{
  size_t n;
  const struct activity *release = unpack_activities(u, a, &n);
  return n ? release : NULL;
}

static void pack_values(struct buf *b, const struct recorded_value *v, size_t n)
{
  MUST(n <= PRODUCT_VALUES_MAX, "a product has more values than a reading gives");
  pack_uint(b, n);
  for (size_t i = 0; i < n; i++) {
    pack_uint(b, v[i].attribute_id);
    pack_span(b, v[i].value);
    pack_span(b, v[i].note);
    pack_span(b, v[i].source_url);
    pack_int(b, v[i].checked_us);
  }
}

static const struct recorded_value *unpack_values(struct unpack *u, struct arena *a, size_t *n)
{
  size_t count = unpack_count(u, 5);
  struct recorded_value *v = ARENA_ARRAY(a, count, struct recorded_value);
  for (size_t i = 0; v && i < count; i++) {
    v[i].attribute_id = unpack_uint(u);
    v[i].value = unpack_span(u);
    v[i].note = unpack_span(u);
    v[i].source_url = unpack_span(u);
    v[i].checked_us = unpack_int(u);
  }
  *n = v ? count : 0;
  return v;
}

/* ---- whole fragments */

static void pack_profile(struct fragment_renderer *r, const struct product *p, struct buf *b)
{
  static const struct editorial none = {.published_us = CLOCK_NEVER, .updated_us = CLOCK_NEVER};
  const struct editorial *e = p->editorial ? p->editorial : &none;
  pack_facts(b, &p->facts);
  pack_span(b, p->website_url);
  pack_span(b, p->repository_url);
  pack_span(b, p->logo_url);
  pack_span(b, p->license);
  pack_span(b, p->summary);
  pack_span(b, e->headline);
  pack_span(b, e->author);
  fragment_text_plain(r, b, e->current_md, e->format, EXCERPT_CHARS);
  fragment_text_pack(r, b, (struct fragment_place){"editorial", e->id, 'c', e->format}, e->current_md);
  fragment_text_pack(r, b, (struct fragment_place){"editorial", e->id, 'h', e->format}, e->heading_md);
  fragment_text_pack(r, b, (struct fragment_place){"editorial", e->id, 'p', e->format}, e->prediction_md);
  fragment_grade_pack(b, &e->grade);
  pack_int(b, e->published_us);
  pack_int(b, e->updated_us);
  for (uint32_t i = 0; i < p->facts.n_picks; i++)
    pack_span(b, p->picks[i].reason);
  pack_activities(b, p->activities, p->n_activities < PROFILE_ACTIVITIES ? p->n_activities : PROFILE_ACTIVITIES);
  pack_release(b, p->latest_release);
  pack_release(b, p->first_release);
  pack_values(b, p->values, p->n_values);
  pack_moves(b, p->moves, p->n_moves);
}

static void pack_card(const struct product *p, struct buf *b)
{
  struct months months;
  months_count(p->moves, p->n_moves, &months);
  pack_facts(b, &p->facts);
  pack_span(b, p->summary);
  pack_span(b, p->editorial ? p->editorial->headline : span_z(NULL));
  pack_release(b, p->latest_release);
  pack_int(b, months.last);
  for (int i = 0; i < MONTHS_SHOWN; i++)
    pack_uint(b, months.counts[i]);
}

static void pack_news(struct fragment_renderer *r, const struct product *p, struct buf *b)
{
  static const struct editorial none = {.published_us = CLOCK_NEVER, .updated_us = CLOCK_NEVER};
  const struct editorial *e = p->editorial ? p->editorial : &none;
  struct activity releases[NEWS_RELEASES];
  size_t n = 0;
  for (size_t i = 0; i < p->n_activities && n < NEWS_RELEASES; i++) {
    const struct activity *one = &p->activities[i];
    if (n && one->occurred_us <= releases[0].occurred_us - NEWS_RELEASES_US)
      break;
    if (one->kind == ACTIVITY_RELEASE && one->version.n)
      releases[n++] = *one;
  }
  pack_facts(b, &p->facts);
  pack_span(b, e->headline);
  pack_span(b, e->author);
  fragment_text_plain(r, b, e->current_md, e->format, NEWS_EXCERPT_CHARS);
  pack_int(b, e->published_us);
  pack_int(b, e->updated_us);
  pack_activities(b, releases, n);
}

static const struct editors_pick *unpack_picks(struct unpack *u, struct arena *a, struct facts *f)
{
  struct editors_pick *v = ARENA_ARRAY(a, f->n_picks, struct editors_pick);
  if (!v)
    f->n_picks = 0;
  for (uint32_t i = 0; i < f->n_picks; i++)
    v[i] = (struct editors_pick){f->picks[i], unpack_span(u)};
  return v;
}

static void *unpack_profile(struct unpack *u, struct arena *a)
{
  struct profile *p = ARENA_NEW(a, struct profile);
  if (!p)
    return NULL;
  unpack_facts(u, a, &p->facts);
  p->website_url = unpack_span(u);
  p->repository_url = unpack_span(u);
  p->logo_url = unpack_span(u);
  p->license = unpack_span(u);
  p->summary = unpack_span(u);
  p->headline = unpack_span(u);
  p->author = unpack_span(u);
  p->excerpt = unpack_span(u);
  p->current = unpack_body(u);
  p->heading = unpack_body(u);
  p->prediction = unpack_body(u);
  p->grade = fragment_grade_unpack(u, a);
  p->published_us = unpack_int(u);
  p->updated_us = unpack_int(u);
  p->picks = unpack_picks(u, a, &p->facts);
  p->activities = unpack_activities(u, a, &p->n_activities);
  p->latest_release = unpack_release(u, a);
  p->first_release = unpack_release(u, a);
  p->values = unpack_values(u, a, &p->n_values);
  p->moves = unpack_moves(u, a, &p->n_moves);
  return p;
}

static void *unpack_card(struct unpack *u, struct arena *a)
{
  struct card *c = ARENA_NEW(a, struct card);
  if (!c)
    return NULL;
  unpack_facts(u, a, &c->facts);
  c->summary = unpack_span(u);
  c->headline = unpack_span(u);
  c->latest_release = unpack_release(u, a);
  c->months.last = (int32_t)unpack_int(u);
  for (int i = 0; i < MONTHS_SHOWN; i++)
    c->months.counts[i] = (uint16_t)unpack_uint(u);
  return c;
}

static void *unpack_news(struct unpack *u, struct arena *a)
{
  struct news *n = ARENA_NEW(a, struct news);
  if (!n)
    return NULL;
  unpack_facts(u, a, &n->facts);
  n->headline = unpack_span(u);
  n->author = unpack_span(u);
  n->excerpt = unpack_span(u);
  n->published_us = unpack_int(u);
  n->updated_us = unpack_int(u);
  n->releases = unpack_activities(u, a, &n->n_releases);
  return n;
}

static void *unpack_sparks(struct unpack *u, struct arena *a)
{
  struct sparks *s = ARENA_NEW(a, struct sparks);
  if (s)
    s->v = unpack_activities(u, a, &s->n);
  return s;
}

static void *unpack_timeline(struct unpack *u, struct arena *a)
{
  struct timeline *t = ARENA_NEW(a, struct timeline);
  if (!t)
    return NULL;
  t->total = unpack_uint(u);
  t->newer_us = unpack_int(u);
  t->older_us = unpack_int(u);
  t->activities = unpack_activities(u, a, &t->n_activities);
  return t;
}

static void *unpack_questions(struct unpack *u, struct arena *a)
{
  struct answers *q = ARENA_NEW(a, struct answers);
  if (q)
    *q = unpack_answers(u, a);
  return q;
}

static void *unpack_source(struct unpack *u, struct arena *a)
{
  struct source *s = ARENA_NEW(a, struct source);
  if (!s)
    return NULL;
  s->editorial_id = unpack_uint(u);
  s->current_md = unpack_span(u);
  s->heading_md = unpack_span(u);
  s->prediction_md = unpack_span(u);
  s->prediction = unpack_span(u);
  return s;
}

static void *unpack_pair(struct unpack *u, struct arena *a)
{
  struct pair_text *t = ARENA_NEW(a, struct pair_text);
  if (!t)
    return NULL;
  t->has_text = unpack_uint(u) != 0;
  t->intro = unpack_body(u);
  t->verdict = unpack_body(u);
  t->intro_md = unpack_span(u);
  t->verdict_md = unpack_span(u);
  t->excerpt = unpack_span(u);
  t->answers = unpack_answers(u, a);
  return t;
}

static void *unpack_page(struct unpack *u, struct arena *a)
{
  struct page_text *t = ARENA_NEW(a, struct page_text);
  if (!t)
    return NULL;
  t->title = unpack_span(u);
  t->body = unpack_body(u);
  t->md = unpack_span(u);
  t->updated_us = unpack_int(u);
  return t;
}

static void pack_source(struct fragment_renderer *r, const struct product *p, struct buf *b)
{
  static const struct editorial none = {.id = 0};
  const struct editorial *e = p->editorial ? p->editorial : &none;
  pack_uint(b, e->id);
  fragment_text_source(r, b, (struct fragment_place){"editorial", e->id, 'c', e->format}, e->current_md);
  fragment_text_source(r, b, (struct fragment_place){"editorial", e->id, 'h', e->format}, e->heading_md);
  fragment_text_source(r, b, (struct fragment_place){"editorial", e->id, 'p', e->format}, e->prediction_md);
  fragment_text_plain(r, b, e->prediction_md, e->format, PREDICTION_CHARS);
}

bool fragment_pack_product(struct fragment_renderer *r, enum fragment_kind kind, const struct product *p, struct buf *out)
{
  r->cited[0] = p->cited;
  r->cited[1] = (struct cited){0};
  if (kind == FRAGMENT_PROFILE)
    pack_profile(r, p, out);
  else if (kind == FRAGMENT_CARD)
    pack_card(p, out);
  else if (kind == FRAGMENT_NEWS)
    pack_news(r, p, out);
  else if (kind == FRAGMENT_SPARKS)
    pack_activities(out, p->sparks, p->n_sparks < SPARKS_MAX ? p->n_sparks : SPARKS_MAX);
  else if (kind == FRAGMENT_TIMELINE)
    return fragment_pack_timeline(&(struct timeline){.total = p->facts.activities,
                                                     .newer_us = CLOCK_NEVER,
                                                     .older_us = p->older_us,
                                                     .activities = p->activities,
                                                     .n_activities = p->n_activities},
                                  out);
  else if (kind == FRAGMENT_QUESTIONS)
    fragment_answers_pack(r, out, p->questions, p->n_questions);
  else if (kind == FRAGMENT_SOURCE)
    pack_source(r, p, out);
  else if (kind == FRAGMENT_PREDICTIONS)
    fragment_predictions_pack(r, p, out);
  else
    return false;
  return !out->failed;
}

bool fragment_pack_timeline(const struct timeline *t, struct buf *out)
{
  pack_uint(out, t->total);
  pack_int(out, t->newer_us);
  pack_int(out, t->older_us);
  pack_activities(out, t->activities, t->n_activities);
  return !out->failed;
}

bool fragment_pack_pair(struct fragment_renderer *r, const struct pair_source *w, uint64_t id, struct buf *out)
{
  struct fragment_place intro = {"comparison of product", id, 'i', w->format};
  struct fragment_place verdict = {"comparison of product", id, 'v', w->format};
  pack_uint(out, w->has_text);
  fragment_text_pack(r, out, intro, w->intro_md);
  fragment_text_pack(r, out, verdict, w->verdict_md);
  fragment_text_source(r, out, intro, w->intro_md);
  fragment_text_source(r, out, verdict, w->verdict_md);
  fragment_text_plain(r, out, w->intro_md, w->format, EXCERPT_CHARS);
  fragment_answers_pack(r, out, w->questions, w->n_questions);
  return !out->failed;
}

bool fragment_pack_site(struct fragment_renderer *r, const struct question *v, size_t n, struct buf *out)
{
  fragment_answers_pack(r, out, v, n);
  return !out->failed;
}

bool fragment_pack_page(struct fragment_renderer *r, uint64_t id, const struct page_source *p, struct buf *out)
{
  struct fragment_place at = {"page", id, 'b', p->format};
  pack_span(out, p->title);
  fragment_text_pack(r, out, at, p->md);
  fragment_text_source(r, out, at, p->md);
  pack_int(out, p->updated_us);
  return !out->failed;
}

void *fragment_unpack(enum fragment_kind kind, struct span body, struct arena *a)
{
  struct unpack u = {.rest = body};
  void *(*const unpackers[FRAGMENT_COUNT])(struct unpack *, struct arena *) = {
      [FRAGMENT_PROFILE] = unpack_profile,     [FRAGMENT_CARD] = unpack_card,     [FRAGMENT_NEWS] = unpack_news,
      [FRAGMENT_SPARKS] = unpack_sparks,       [FRAGMENT_TIMELINE] = unpack_timeline,
      [FRAGMENT_QUESTIONS] = unpack_questions, [FRAGMENT_SOURCE] = unpack_source, [FRAGMENT_PAIR] = unpack_pair,
      [FRAGMENT_SITE] = unpack_questions,      [FRAGMENT_PAGE] = unpack_page, [FRAGMENT_PAST] = fragment_past_unpack,
      [FRAGMENT_PREDICTIONS] = fragment_predictions_unpack};
  void *value = unpackers[kind](&u, a);
  return u.failed || u.rest.n || arena_failed(a) ? NULL : value;
}
