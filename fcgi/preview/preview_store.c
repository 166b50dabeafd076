/* The store of a preview.  Fragments of its rows are made for this request alone.  The worker's store is not asked for them,
 * so they cannot get into a cache; it is asked for everything else. */
#include "preview/preview_parts.h"

/* A preview reads its rows anew, which takes most of the time until the deadline on a slow database.  Its bodies may then be late:
 * the editor waits for exactly them. */
#define BODY_GRACE_US CLOCK_SECOND

struct preview_store {
  struct store base;
  const struct preview_parts *parts;
  const struct preview_rows *rows;
};

static const struct product *product_of(const struct preview_rows *rows, uint64_t id)
{
  for (size_t i = 0; i < rows->n; i++)
    if (rows->products[i].facts.id == id)
      return &rows->products[i];
  return NULL;
}

static bool is_own(const struct preview_rows *rows, const struct want *w)
{
  if (w->kind == FRAGMENT_SITE)
    return rows->has_site;
  if (w->kind == FRAGMENT_PAGE)
    return rows->has_page && w->id == rows->chosen.ids[PREVIEW_PAGE];
  return product_of(rows, w->id) || (w->kind == FRAGMENT_PAIR && product_of(rows, w->other_id));
}

static bool pair_pack(struct fragment_renderer *r, const struct preview_rows *rows, const struct want *w, struct buf *out)
{
  bool first = product_of(rows, w->id) != NULL;
  const struct product *p = product_of(rows, first ? w->id : w->other_id);
  uint64_t other = first ? w->other_id : w->id;
  struct pair_source text = {.other_id = other};
  for (size_t i = 0; i < p->n_pairs; i++)
    if (p->pairs[i].other_id == other)
      text = p->pairs[i];
  const struct product *q = product_of(rows, other);
  r->cited[0] = p->cited;
  r->cited[1] = q ? q->cited : (struct cited){0};
  return fragment_pack_pair(r, &text, p->facts.id, out);
}

static bool want_pack(struct fragment_renderer *r, const struct preview_rows *rows, const struct want *w, struct buf *out)
{
  if (w->kind == FRAGMENT_SITE)
    return fragment_pack_site(r, rows->site.questions, rows->site.n, out);
  if (w->kind == FRAGMENT_PAGE)
    return fragment_pack_page(
        r, w->id, &(struct page_source){rows->page.title, rows->page.body_md, rows->page.format, rows->page.updated_us}, out);
  if (w->kind == FRAGMENT_PAIR)
    return pair_pack(r, rows, w, out);
  return fragment_pack_product(r, w->kind, product_of(rows, w->id), out);
}

static void own_answer(const struct preview_store *s, const struct store_context *x, struct want *w)
{
  struct fragment_renderer r = {.config = s->parts->config, .metrics = s->parts->metrics, .arena = x->arena,
                                .deadline_us = x->deadline_us + BODY_GRACE_US};
  struct buf packed = BUF_INIT;
  if (fragment_made_alone(w->kind, w->page)) { /* no page of a preview shows these */
    w->err = ERR_NOT_FOUND;
    return;
  }
  stage_set(x->stage, STAGE_MARKDOWN);
  bool made = want_pack(&r, s->rows, w, &packed);
  w->value = made ? fragment_unpack(w->kind, arena_copy(x->arena, buf_view(&packed)), x->arena) : NULL;
  w->got = w->version;
  w->incomplete = r.incomplete;
  w->err = w->value ? ERR_OK : ERR_NO_MEMORY;
  buf_free(&packed);
}

static void preview_fetch(struct store *base, const struct store_context *x, struct want *wants, size_t n)
{
  struct preview_store *s = (struct preview_store *)base;
  struct want *others = ARENA_ARRAY(x->arena, n, struct want);
  size_t n_others = 0, at = 0;
  for (size_t i = 0; i < n; i++) {
    wants[i].err = others ? ERR_RETRY : ERR_NO_MEMORY;
    if (others && !is_own(s->rows, &wants[i]))
      others[n_others++] = wants[i];
  }
  if (n_others)
    s->parts->store->fetch(s->parts->store, x, others, n_others);
  for (size_t i = 0; others && i < n; i++)
    if (is_own(s->rows, &wants[i]))
      own_answer(s, x, &wants[i]);
    else
      wants[i] = others[at++];
}

static void preview_tidy(struct store *base)
{
  struct store *of_worker = ((struct preview_store *)base)->parts->store;
  of_worker->tidy(of_worker);
}

static void preview_end(struct store *base)
{
  (void)base;
}

struct store *preview_store_open(const struct preview_parts *parts, const struct preview_rows *rows, struct arena *arena)
{
  struct preview_store *s = ARENA_NEW(arena, struct preview_store);
  if (!s)
    return NULL;
  *s = (struct preview_store){{preview_fetch, preview_tidy, preview_end}, parts, rows};
  return &s->base;
}
