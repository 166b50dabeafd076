#include "site/home_news.h"

#include <stdlib.h>

#define DAYS 7

static int64_t since_us(const struct page *p)
{
  return p->pin.window_us - DAYS * CLOCK_DAY;
}

/* ---- plan */
static bool member_want(struct page *p, uint32_t ordinal, struct member *out)
{
  if (!page_member(p, ordinal, out))
    return false;
  out->want = page_want_product(p, out, FRAGMENT_NEWS, 0);
  return true;
}

static void stories_plan(struct page *p, struct home_news *h)
{
  struct catalog_list recent = catalog_recent_editorials(&p->pin);
  for (uint32_t i = 0; i < recent.n && h->n_stories < NEWS_STORIES; i++)
    h->n_stories += member_want(p, recent.ordinals[i], &h->stories[h->n_stories]);
}

static void shipped_plan(struct page *p, struct home_news *h)
{
  struct catalog_list recent = catalog_recent_releases(&p->pin);
  struct facts f;
  for (uint32_t i = 0; i < recent.n && !h->more; i++) {
    if (!catalog_facts(&p->pin, recent.ordinals[i], &f) || f.release_us <= since_us(p))
      break;
    if (h->n_shipped == NEWS_SHIPPED)
      h->more = true;
    else
      h->n_shipped += member_want(p, recent.ordinals[i], &h->shipped[h->n_shipped]);
  }
  page_digest(p, &h->more, sizeof h->more);
}

static bool pair_members(struct page *p, uint64_t id, uint64_t other_id, struct home_pair *out)
{
  uint32_t a = catalog_find_id(&p->pin, id), b = catalog_find_id(&p->pin, other_id);
  return a != CATALOG_NONE && b != CATALOG_NONE && page_member(p, a, &out->a) && page_member(p, b, &out->b);
}

static void pairs_plan(struct page *p, struct home_news *h)
{
  uint64_t id, other_id;
  for (uint32_t i = 0; h->n_pairs < NEWS_COMPARISONS && catalog_written_at(&p->pin, i, &id, &other_id); i++) {
    struct home_pair *pair = &h->pairs[h->n_pairs];
    if (!pair_members(p, id, other_id, pair))
      continue;
    pair->want = page_want(p, (struct want){.kind = FRAGMENT_PAIR,
                                            .id = id,
                                            .other_id = other_id,
                                            .version = catalog_newest_version(&p->pin, pair->a.ordinal),
                                            .other_version = catalog_newest_version(&p->pin, pair->b.ordinal),
                                            .ordinal = pair->a.ordinal});
    if (span_cmp(pair->a.facts.slug, pair->b.facts.slug) > 0) {
      struct member swap = pair->a;
      pair->a = pair->b;
      pair->b = swap;
    }
    h->n_pairs++;
  }
}

void home_news_plan(struct page *p, struct home_news *out)
{
  *out = (struct home_news){0};
  stories_plan(p, out);
  pairs_plan(p, out);
  shipped_plan(p, out);
}

/* ---- build: editorials */
struct story {
  const struct news *news;
  const struct facts *facts;
};

static int story_cmp(const void *a, const void *b)
{
  const struct story *x = a, *y = b;
  if (x->news->published_us != y->news->published_us)
    return x->news->published_us < y->news->published_us ? 1 : -1;
  return span_cmp(x->facts->slug, y->facts->slug);
}

static void story_fill(struct page *p, const struct story *s, bool lead, struct story_view *out)
{
  *out = (struct story_view){.headline = s->news->headline,
                             .excerpt = lead ? s->news->excerpt : SPAN(""),
                             .product = s->facts->name,
                             .href = build_path(p, "/products/", s->facts->slug),
                             .author = s->news->author,
                             .published = page_time(p, s->news->published_us)};
  page_changed_at(p, s->facts->changed_us);
}

static void stories(struct page *p, struct home_news *h, struct home_view *v)
{
  struct story all[NEWS_STORIES];
  size_t n = 0;
  for (size_t i = 0; i < h->n_stories; i++) {
    const struct news *news = page_value(p, h->stories[i].want);
    if (news)
      page_member_refresh(&h->stories[i], &news->facts);
    if (news && news->facts.has_editorial && news->headline.n)
      all[n++] = (struct story){news, &h->stories[i].facts};
  }
  qsort(all, n, sizeof *all, story_cmp);
  if (n && (v->lead = ARENA_NEW(p->arena, struct story_view)))
    story_fill(p, &all[0], true, v->lead);
  v->editorials.v = ARENA_ARRAY(p->arena, NEWS_STORIES, struct story_view);
  for (size_t i = 1; i < n && v->editorials.v; i++)
    story_fill(p, &all[i], false, &v->editorials.v[v->editorials.n++]);
}

/* ---- build: comparisons */
static void comparisons(struct page *p, const struct home_news *h, struct home_view *v)
{
  v->comparisons.v = ARENA_ARRAY(p->arena, NEWS_COMPARISONS, struct written_view);
  for (size_t i = 0; i < h->n_pairs && v->comparisons.v; i++) {
    const struct pair_text *text = page_value(p, h->pairs[i].want);
    const struct facts *a = &h->pairs[i].a.facts, *b = &h->pairs[i].b.facts;
    if (!text || !text->has_text)
      continue;
    v->comparisons.v[v->comparisons.n++] = (struct written_view){SAY(p->arena, _("%1$s vs %2$s"), a->name, b->name),
                                                                 build_pair_path(p, a->slug, b->slug), text->excerpt};
  }
  v->written = v->comparisons.n > 0;
}

/* ---- build: releases by day */
struct shipped {
  int64_t day, newest_us; /* day: since 1970 */
  const struct facts *facts;
  const struct news *news;
  size_t first, n; /* of news->releases: those of this day, newest first */
};

static int shipped_cmp(const struct shipped *x, const struct shipped *y)
{
  if (x->day != y->day)
    return x->day < y->day ? 1 : -1;
  if (x->newest_us != y->newest_us)
    return x->newest_us < y->newest_us ? 1 : -1;
  return span_cmp(x->facts->slug, y->facts->slug);
}

static int64_t day_of(int64_t us)
{
  return us >= 0 ? us / CLOCK_DAY : -((-us + CLOCK_DAY - 1) / CLOCK_DAY);
}

/* Appends one row for each day on which the product released something. */
static size_t shipped_add(const struct page *p, const struct member *m, const struct news *news, struct shipped *out)
{
  size_t n = 0;
  for (size_t i = 0; i < news->n_releases && news->releases[i].occurred_us > since_us(p); i++) {
    int64_t us = news->releases[i].occurred_us, day = day_of(us);
    if (n == 0 || out[n - 1].day != day)
      out[n++] = (struct shipped){day, us, &m->facts, news, i, 0};
    out[n - 1].n++;
  }
  return n;
}

/* The products come in the order of their newest releases, so few rows are out of order. */
static void shipped_sort(struct shipped *v, size_t n)
{
  for (size_t i = 1; i < n; i++) {
    struct shipped row = v[i];
    size_t at = i;
    for (; at > 0 && shipped_cmp(&row, &v[at - 1]) < 0; at--)
      v[at] = v[at - 1];
    v[at] = row;
  }
}

/* In order of time; those of the same time stay in the order of all timelines. */
static void shipped_releases(struct page *p, const struct activity *v, size_t n, struct shipped_view *out)
{
  for (size_t end = n, begin; end > 0; end = begin) {
    begin = end - 1;
    while (begin > 0 && v[begin - 1].occurred_us == v[end - 1].occurred_us)
      begin--;
    for (size_t i = begin; i < end; i++) {
      const struct release_view *one = build_release(p, &v[i]);
      if (one)
        out->releases.v[out->releases.n++] = *one;
    }
  }
}

static void shipped_fill(struct page *p, const struct shipped *s, struct shipped_view *out)
{
  *out = (struct shipped_view){.product = s->facts->name,
                               .href = build_path(p, "/products/", s->facts->slug),
                               .more = s->first + s->n == NEWS_RELEASES};
  out->releases.v = ARENA_ARRAY(p->arena, s->n, struct release_view);
  if (out->releases.v)
    shipped_releases(p, s->news->releases + s->first, s->n, out);
  page_changed_at(p, s->facts->changed_us);
}

static void days(struct page *p, const struct shipped *all, size_t n, struct home_view *v)
{
  struct shipped_view *rows = ARENA_ARRAY(p->arena, n, struct shipped_view);
  char iso[CLOCK_ISO_MAX];
  v->days.v = ARENA_ARRAY(p->arena, DAYS + 2, struct shipped_day_view);
  for (size_t i = 0; i < n && rows && v->days.v; i++) {
    if (i == 0 || all[i].day != all[i - 1].day) {
      int64_t us = all[i].day * CLOCK_DAY;
      clock_iso(iso, us, 0);
      if (v->days.n == DAYS + 2)
        return;
      v->days.v[v->days.n++] = (struct shipped_day_view){.datetime = arena_copy(p->arena, span_of(iso, 10)),
                                                         .day = page_day(p, us),
                                                         .products.v = &rows[i]};
    }
    shipped_fill(p, &all[i], &rows[i]);
    v->days.v[v->days.n - 1].products.n++;
  }
}

static void releases(struct page *p, struct home_news *h, struct home_view *v)
{
  struct shipped *all = ARENA_ARRAY(p->arena, (size_t)NEWS_SHIPPED * NEWS_RELEASES, struct shipped);
  size_t n = 0;
  for (size_t i = 0; i < h->n_shipped && all; i++) {
    const struct news *news = page_value(p, h->shipped[i].want);
    if (!news)
      continue;
    page_member_refresh(&h->shipped[i], &news->facts);
    n += shipped_add(p, &h->shipped[i], news, all + n);
  }
  if (all) {
    shipped_sort(all, n);
    days(p, all, n, v);
  }
  v->shipped = v->days.n > 0;
  v->more = v->shipped && h->more;
}

void home_news_build(struct page *p, struct home_news *h, struct home_view *v)
{
  stories(p, h, v);
  comparisons(p, h, v);
  releases(p, h, v);
}
