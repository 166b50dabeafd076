/* Writes the rankings of the next snapshot when few products moved: each list is copied without the moved products,
 * which are then inserted at their new ranks.  The result equals that of catalog_rank_write. */
#include <stdlib.h>

#include "catalog/catalog_private.h"

#define MOVED_MOST 1000
#define PRODUCTS_LEAST 256

bool catalog_rank_few(const struct catalog_writer *w)
{
  return !w->rank_all && !w->switched && w->n_reranked <= MOVED_MOST && w->next.products >= PRODUCTS_LEAST &&
         w->n_reranked * 16 <= w->next.products && w->published[TABLE_RANKING].n;
}

struct insertion { /* of a product into the list of a row */
  uint32_t kind, row, ordinal;
};

struct list_space { /* where lists are written, and its capacity */
  uint32_t *ordinals, n;
};

struct ordered { /* insertions into one list, in the order of table `by` */
  const struct insertion *v;
  size_t n;
  enum catalog_table by;
};

struct patch {
  struct catalog_writer *w;
  struct insertion *insertions;
  size_t n_insertions, cap_insertions;
  uint8_t *touched[2]; /* by row */
};

static const void *published_table(const struct catalog_writer *w, enum catalog_table t)
{
  return w->base + (size_t)w->published[t].slot[w->published[t].current].at * 8;
}

static int rank_cmp(const struct catalog_writer *w, uint32_t a, uint32_t b)
{
  int x = w->scores[a] == CATALOG_NO_SCORE ? -1 : w->scores[a], y = w->scores[b] == CATALOG_NO_SCORE ? -1 : w->scores[b];
  const struct catalog_record *r = catalog_record_of(w, w->records[a]), *s = catalog_record_of(w, w->records[b]);
  int c = x != y ? y - x : span_cmp(catalog_record_slug(r, r), catalog_record_slug(s, s));
  return c ? c : (a > b) - (a < b);
}

static int order_cmp(const struct catalog_writer *w, enum catalog_table t, uint32_t a, uint32_t b)
{
  if (t != TABLE_RANKING) {
    const struct catalog_record *r = catalog_record_of(w, w->records[a]), *s = catalog_record_of(w, w->records[b]);
    enum catalog_order order = t == TABLE_BY_MOVES ? CATALOG_BY_MOVES : CATALOG_BY_LATEST;
    uint64_t x = catalog_order_key(order, r, r), y = catalog_order_key(order, s, s);
    if (x != y)
      return x < y ? -1 : 1;
  }
  return rank_cmp(w, a, b);
}

static int insertion_cmp(const void *a, const void *b, void *data)
{
  const struct insertion *x = a, *y = b;
  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  if (x->row != y->row)
    return x->row < y->row ? -1 : 1;
  return rank_cmp(data, x->ordinal, y->ordinal);
}

/* Writes to out the old list without marked products and with the insertions.  Returns its length. */
static uint32_t list_patch(const struct patch *p, struct catalog_list old, uint32_t *out, uint32_t room, struct ordered add)
{
  const struct catalog_writer *w = p->w;
  uint32_t end = 0;
  for (uint32_t i = 0; i < old.n; i++) {
    MUST(old.ordinals[i] < w->next.products, "a ranking holds a product that the catalog does not have");
    MUST(end < room, "a ranking grew by more products than were put into it");
    out[end] = old.ordinals[i];
    end += !(w->marks[old.ordinals[i]] & MARK_MOVED);
  }
  uint32_t total = end + (uint32_t)add.n, to = total;
  MUST(total <= room, "a ranking grew by more products than were put into it");
  for (size_t i = add.n; i-- > 0;) {
    uint32_t from = 0, until = end;
    while (from < until) {
      uint32_t middle = from + (until - from) / 2;
      if (order_cmp(w, add.by, out[middle], add.v[i].ordinal) < 0)
        from = middle + 1;
      else
        until = middle;
    }
    memmove(out + to - (end - from), out + from, (end - from) * sizeof *out);
    to -= end - from;
    out[--to] = add.v[i].ordinal;
    end = from;
  }
  return total;
}

static bool insertion_put(struct patch *p, uint32_t kind, uint32_t row, uint32_t ordinal)
{
  if (!catalog_grow((void **)&p->insertions, &p->cap_insertions, p->n_insertions + 1, sizeof *p->insertions))
    return false;
  p->insertions[p->n_insertions++] = (struct insertion){kind, row, ordinal};
  return true;
}

/* Insertions of kind 0 are for the ranking of all products, 1 for sectors, 2 for themes. */
static bool moved_note(struct patch *p, const struct catalog_record *r, uint32_t ordinal, bool now)
{
  struct catalog_writer *w = p->w;
  if (!r || catalog_record_status(r) != PRODUCT_PUBLISHED)
    return true;
  if (now && !insertion_put(p, 0, 0, ordinal))
    return false;
  for (uint32_t kind = 0; kind < 2; kind++) {
    uint32_t n = kind == KIND_SECTOR ? r->n_sectors : r->n_themes;
    const uint64_t *ids = catalog_ids_of(w, kind == KIND_SECTOR ? r->sectors : r->themes);
    for (uint32_t i = 0; i < n; i++) {
      bool found;
      size_t row = catalog_term_row_find(w, (enum catalog_kind)kind, ids[i], &found);
      if (!found)
        continue;
      p->touched[kind][row] = 1;
      if (now && !insertion_put(p, kind + 1, (uint32_t)row, ordinal))
        return false;
    }
  }
  return true;
}

static bool moved_all(struct patch *p)
{
  struct catalog_writer *w = p->w;
  for (size_t i = 0; i < w->n_reranked; i++) {
    uint32_t ordinal = w->reranked[i].ordinal;
    const struct catalog_record *now = catalog_record_of(w, w->records[ordinal]);
    w->scores[ordinal] = catalog_score_make(w, now);
    w->marks[ordinal] |= MARK_MOVED;
    if (!moved_note(p, catalog_record_of(w, w->reranked[i].old), ordinal, false) || !moved_note(p, now, ordinal, true))
      return false;
  }
  if (p->n_insertions)
    qsort_r(p->insertions, p->n_insertions, sizeof *p->insertions, insertion_cmp, w);
  return true;
}

static size_t insertions_of(const struct patch *p, size_t from, uint32_t kind, uint32_t row)
{
  size_t to = from;
  while (to < p->n_insertions && p->insertions[to].kind == kind && p->insertions[to].row == row)
    to++;
  return to - from;
}

static enum err whole_patch(const struct patch *p, enum catalog_table t, const struct insertion *insertions)
{
  struct catalog_writer *w = p->w;
  bool fresh;
  struct ordered add = {insertions, insertions_of(p, 0, 0, 0), t};
  uint32_t room = w->published[t].n + (uint32_t)add.n;
  uint32_t *out = catalog_table_next(w, t, room, room * sizeof *out, &fresh);
  if (!out)
    return ERR_LIMIT;
  struct catalog_list old = {published_table(w, t), w->published[t].n};
  w->next.tables[t].n = list_patch(p, old, out, room, add);
  return ERR_OK;
}

static int moves_cmp(const void *a, const void *b, void *data)
{
  return order_cmp(data, TABLE_BY_MOVES, ((const struct insertion *)a)->ordinal, ((const struct insertion *)b)->ordinal);
}

static int latest_cmp(const void *a, const void *b, void *data)
{
  return order_cmp(data, TABLE_BY_LATEST, ((const struct insertion *)a)->ordinal, ((const struct insertion *)b)->ordinal);
}

/* The ranking, and the orders that follow it. */
static enum err rankings_patch(const struct patch *p)
{
  size_t n = insertions_of(p, 0, 0, 0);
  struct insertion *sorted = reallocarray(NULL, n + 1, sizeof *sorted);
  enum err e = sorted ? whole_patch(p, TABLE_RANKING, p->insertions) : ERR_NO_MEMORY;
  if (e == ERR_OK && n) {
    memcpy(sorted, p->insertions, n * sizeof *sorted);
    qsort_r(sorted, n, sizeof *sorted, moves_cmp, p->w);
  }
  if (e == ERR_OK)
    e = whole_patch(p, TABLE_BY_MOVES, sorted);
  if (e == ERR_OK && n)
    qsort_r(sorted, n, sizeof *sorted, latest_cmp, p->w);
  if (e == ERR_OK)
    e = whole_patch(p, TABLE_BY_LATEST, sorted);
  free(sorted);
  return e;
}

static struct catalog_list published_list(const struct catalog_writer *w, enum catalog_kind kind, uint32_t row)
{
  const struct catalog_table_ring *lists = &w->published[TABLE_LISTS];
  uint32_t n = w->published[TABLE_SECTORS + kind].n;
  const struct catalog_entry *entries = published_table(w, TABLE_SECTORS + kind);
  const uint32_t *by_id = (const uint32_t *)(entries + n), *all = published_table(w, TABLE_LISTS);
  MUST(row < n && by_id[row] < n, "a sector or theme has no entry in the catalog");
  const struct catalog_entry *e = &entries[by_id[row]];
  MUST(e->list <= lists->n && e->n_list <= lists->n - e->list, "a sector's or theme's ranking ends beyond all of them");
  return (struct catalog_list){all + e->list, e->n_list};
}

/* Writes the lists of one kind from out[from] on, with the insertions from *add on.  Sets ends[row] to the end of each. */
static uint32_t lists_patch(const struct patch *p, enum catalog_kind kind, struct list_space out, uint32_t from,
                            size_t *add, uint32_t *ends)
{
  const struct catalog_writer *w = p->w;
  for (uint32_t row = 0; row < w->n_terms[kind]; row++) {
    struct catalog_list old = published_list(w, kind, row);
    size_t n = insertions_of(p, *add, kind + 1, row);
    MUST(from <= out.n && old.n <= out.n - from, "the rankings of sectors and themes grew by more than was put into them");
    if (p->touched[kind][row])
      from += list_patch(p, old, out.ordinals + from, out.n - from, (struct ordered){p->insertions + *add, n, TABLE_RANKING});
    else {
      memcpy(out.ordinals + from, old.ordinals, old.n * sizeof *old.ordinals);
      from += old.n;
    }
    *add += n;
    ends[row] = from;
  }
  return from;
}

static enum err all_patch(const struct patch *p, uint32_t *ends[2])
{
  struct catalog_writer *w = p->w;
  bool fresh;
  size_t add = insertions_of(p, 0, 0, 0);
  uint32_t room = w->published[TABLE_LISTS].n + (uint32_t)p->n_insertions;
  enum err e = catalog_scores_write(w);
  if (e == ERR_OK)
    e = rankings_patch(p);
  struct list_space out = {.n = room};
  if (e == ERR_OK)
    out.ordinals = catalog_table_next(w, TABLE_LISTS, room, room * sizeof *out.ordinals, &fresh);
  if (!out.ordinals)
    return e == ERR_OK ? ERR_LIMIT : e;
  uint32_t sectors_end = lists_patch(p, KIND_SECTOR, out, 0, &add, ends[0]);
  w->next.tables[TABLE_LISTS].n = lists_patch(p, KIND_THEME, out, sectors_end, &add, ends[1]);
  e = catalog_entries_write(w, KIND_SECTOR, ends[0], 0);
  return e == ERR_OK ? catalog_entries_write(w, KIND_THEME, ends[1], sectors_end) : e;
}

enum err catalog_rank_patch(struct catalog_writer *w)
{
  struct patch p = {.w = w};
  uint32_t *ends[2];
  bool ok = true;
  enum err e = ERR_NO_MEMORY;
  for (int k = 0; k < 2; k++) {
    p.touched[k] = calloc(w->n_terms[k] + 1, 1);
    ends[k] = calloc(w->n_terms[k] + 1, sizeof **ends);
    ok = ok && p.touched[k] && ends[k];
  }
  if (ok && moved_all(&p))
    e = all_patch(&p, ends);
  for (size_t i = 0; i < w->n_reranked; i++)
    w->marks[w->reranked[i].ordinal] &= (uint8_t)~MARK_MOVED;
  for (int k = 0; k < 2; k++) {
    free(p.touched[k]);
    free(ends[k]);
  }
  free(p.insertions);
  return e;
}
