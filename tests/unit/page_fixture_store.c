/* A store that answers from rows in memory.  It packs, unpacks and names fragments with the functions of the real
 * store, so a page gets the same structs as from memcached.  It has no waits, leases or connections. */
#include "page_fixture.h"

void page_store_count(struct page_store *s)
{
  s->fetches = s->fills = s->hits = 0;
  s->wants = 0;
  s->duplicate = false;
}

void page_store_forget(struct page_store *s)
{
  for (size_t i = 0; i < s->n_cached; i++)
    buf_free(&s->cached[i].body);
  s->n_cached = 0;
}

static void key_of(const struct page_store *s, const struct want *w, char out[FRAGMENT_KEY_MAX + 1])
{
  struct version v = w->kind == FRAGMENT_PAIR ? fragment_pair_version(w->version, w->other_version, w->other_id)
                                              : w->version;
  out[fragment_key(out, w->kind, w->page, w->id, v, fragment_rendering(s->config))] = 0;
}

static bool same(const struct want *a, const struct want *b)
{
  return a->kind == b->kind && a->page == b->page && a->id == b->id && a->other_id == b->other_id;
}

static const struct page_cached *cached_find(const struct page_store *s, const struct want *w)
{
  char key[FRAGMENT_KEY_MAX + 1];
  key_of(s, w, key);
  for (size_t i = 0; i < s->n_cached; i++)
    if (strcmp(s->cached[i].key, key) == 0)
      return &s->cached[i];
  return NULL;
}

static const struct page_cached *cached_last(const struct page_store *s, const struct want *w)
{
  for (size_t i = s->n_cached; i > 0; i--)
    if (same(&s->cached[i - 1].made, w))
      return &s->cached[i - 1];
  return NULL;
}

static void answer(struct want *w, struct span body, struct version got, struct arena *a)
{
  w->value = fragment_unpack(w->kind, arena_copy(a, body), a);
  w->got = got;
  w->err = w->value ? ERR_OK : ERR_NO_MEMORY;
}

static bool pack_pair(const struct page_store *s, struct want *made, const struct page_product *a, struct buf *out)
{
  struct pair_source text = {.other_id = made->other_id};
  const struct page_product *b = page_rows_product(s->rows, made->other_id);
  if (!b)
    return false;
  for (size_t i = 0; i < a->product.n_pairs; i++)
    if (a->product.pairs[i].other_id == made->other_id)
      text = a->product.pairs[i];
  made->other_version = b->product.facts.version;
  return fragment_pack_pair(&(struct fragment_renderer){.config = s->config}, &text, made->id, out);
}

static bool pack_timeline(const struct want *made, const struct page_product *p, struct buf *out)
{
  size_t from = (made->page ? made->page - 1 : 0) * TIMELINE_PAGE;
  size_t n = from < p->n_all ? p->n_all - from : 0;
  struct timeline t = {.total = p->n_all,
                       .newer_us = from && n ? p->all[from - 1].occurred_us : CLOCK_NEVER,
                       .older_us = n > TIMELINE_PAGE ? p->all[from + TIMELINE_PAGE].occurred_us : CLOCK_NEVER,
                       .activities = p->all + (n ? from : 0),
                       .n_activities = n < TIMELINE_PAGE ? n : TIMELINE_PAGE};
  return fragment_pack_timeline(&t, out);
}

static bool pack_past(const struct page_store *s, const struct want *made, const struct page_product *p, struct buf *out)
{
  struct fragment_renderer renderer = {.config = s->config};
  if (made->page == 0 || made->page >= p->product.facts.n_editorials)
    return false;
  return fragment_pack_past(&renderer, &p->editorials[made->page], &p->editorials[made->page - 1], out);
}

static bool pack_page(const struct page_store *s, struct want *made, struct buf *out)
{
  for (size_t i = 0; i < s->rows->n_pages; i++) {
    const struct page_editorial_page *p = &s->rows->pages[i];
    if (p->page.id != made->id || p->page.status != PRODUCT_PUBLISHED)
      continue;
    made->version = p->page.version;
    struct fragment_renderer renderer = {.config = s->config};
    return fragment_pack_page(&renderer, made->id,
                              &(struct page_source){.title = p->page.title, .md = p->body_md, .updated_us = p->page.changed_us}, out);
  }
  return false;
}

/* False: there is no such row. */
static bool pack(const struct page_store *s, struct want *made, struct buf *out)
{
  const struct page_product *p = page_rows_product(s->rows, made->id);
  if (made->kind == FRAGMENT_PAGE)
    return pack_page(s, made, out);
  if (made->kind == FRAGMENT_SITE) {
    made->version = s->rows->site_version;
    return fragment_pack_site(&(struct fragment_renderer){.config = s->config}, s->rows->questions, s->rows->n_questions, out);
  }
  if (!p)
    return false;
  made->version = p->product.facts.version;
  if (made->kind == FRAGMENT_PAIR)
    return pack_pair(s, made, p, out);
  if (made->kind == FRAGMENT_TIMELINE)
    return pack_timeline(made, p, out);
  if (made->kind == FRAGMENT_PAST)
    return pack_past(s, made, p, out);
  return fragment_pack_product(&(struct fragment_renderer){.config = s->config}, made->kind, &p->product, out);
}

static void fill(struct page_store *s, struct want *w, struct arena *a)
{
  struct buf body = BUF_INIT;
  struct want made = *w;
  s->fills++;
  if (!pack(s, &made, &body)) {
    assert_false(body.failed);
    w->err = ERR_NOT_FOUND;
    buf_free(&body);
    return;
  }
  answer(w, buf_view(&body), made.version, a);
  if (s->fault == PAGE_FAULT_CACHE) {
    buf_free(&body);
    return;
  }
  assert_true(s->n_cached < PAGE_CACHED_MAX);
  struct page_cached *k = &s->cached[s->n_cached++];
  *k = (struct page_cached){.made = made, .body = body};
  key_of(s, &made, k->key);
}

static bool cache_away(const struct page_store *s)
{
  return s->fault == PAGE_FAULT_CACHE || s->fault == PAGE_FAULT_BOTH;
}

static bool database_away(const struct page_store *s)
{
  return s->fault == PAGE_FAULT_DATABASE || s->fault == PAGE_FAULT_BOTH;
}

static void serve(struct page_store *s, struct want *w, struct arena *a)
{
  const struct page_cached *k = cache_away(s) ? NULL : cached_find(s, w);
  *w = (struct want){w->kind, w->page, w->id, w->other_id, w->version, w->other_version, w->planned, w->ordinal,
                     .err = ERR_UNAVAILABLE};
  if (!k && database_away(s) && !cache_away(s)) {
    k = cached_last(s, w);
    w->stale = k != NULL;
  }
  if (k) {
    s->hits++;
    answer(w, buf_view(&k->body), k->made.version, a);
  } else if (!database_away(s))
    fill(s, w, a);
}

static void memory_fetch(struct store *base, const struct store_context *x, struct want *wants, size_t n)
{
  struct page_store *s = (struct page_store *)base;
  s->fetches++;
  for (size_t i = 0; i < n; i++, s->wants++) {
    for (size_t k = 0; k < i; k++)
      s->duplicate = s->duplicate || same(&wants[i], &wants[k]);
    serve(s, &wants[i], x->arena);
    bool no_memory = s->fault == PAGE_FAULT_NO_MEMORY && i >= n / 2;
    if (no_memory)
      arena_fail(x->arena);
    if (no_memory || (s->break_with != ERR_OK && s->wants == s->break_at)) {
      wants[i].err = no_memory ? ERR_NO_MEMORY : s->break_with;
      wants[i].value = NULL;
    }
  }
}

static void memory_tidy(struct store *base)
{
  (void)base;
}

void page_store_open(struct page_store *s, const struct config *c, struct page_rows *r)
{
  *s = (struct page_store){.base = {memory_fetch, memory_tidy, memory_tidy}, .config = c, .rows = r};
}
