/* Reads a part of a sector's or theme's products in another order than its ranking.
 *
 * The catalog has every order of all products, but only the rankings of sectors and themes: lists for all orders would
 * take more memory than the products.  There are two ways to the items [from, to) of a list of n among N products:
 *
 *   walk    along the order of all products, and take those of the list: about to * N / n records are read
 *   select  read the n records of the list, partition them around the part, and sort only the part
 *
 * The cheaper one is used.  A walk that finds fewer products than expected is given up after n records, so no more than
 * 2n records are read.  At a million products the first page of any list costs at most some 7,000 reads. */
#include <stdlib.h>

#include "catalog/catalog_layout.h"
#include "catalog/catalog_name.h"

#define PREFETCH 16

struct term_part {
  const struct catalog_pin *pin;
  const struct catalog_term *term;
  enum catalog_order order;
  bool theme;
};

/* A list and where the records of its products lie.  They lie in no order: without prefetching, most of the time is spent
 * waiting for memory. */
struct ahead {
  struct catalog_list list;
  const uint32_t *records;
  uint32_t n_records;
  const char *half;
};

static struct ahead ahead_of(const struct catalog_pin *pin, struct catalog_list list)
{
  struct ahead a = {.list = list, .half = pin->half};
  a.records = catalog_table_read(pin, TABLE_RECORDS, sizeof *a.records, &a.n_records);
  return a;
}

/* First the offset of a record, later the record.  (gcc drops a call that only prefetches unless it is inlined early.) */
static inline __attribute__((always_inline)) void prefetch(const struct ahead *a, uint32_t i)
{
  if (i + 2 * PREFETCH >= a->list.n || a->list.ordinals[i + 2 * PREFETCH] >= a->n_records ||
      a->list.ordinals[i + PREFETCH] >= a->n_records)
    return;
  __builtin_prefetch(&a->records[a->list.ordinals[i + 2 * PREFETCH]]);
  const char *at = a->half + (size_t)a->records[a->list.ordinals[i + PREFETCH]] * 8;
  __builtin_prefetch(at);
  __builtin_prefetch(at + 64);
  __builtin_prefetch(at + 128);
}

static bool in_term(const struct term_part *q, uint32_t ordinal)
{
  struct catalog_record r;
  if (!catalog_record_read(q->pin, ordinal, &r) || catalog_record_status(&r) != PRODUCT_PUBLISHED)
    return false;
  uint32_t n = q->theme ? r.n_themes : r.n_sectors;
  const uint64_t *ids = catalog_at(q->pin->catalog, q->pin->half, q->theme ? r.themes : r.sectors, n * sizeof *ids);
  for (uint32_t i = 0; ids && i < n; i++)
    if (ids[i] == q->term->id)
      return true;
  return false;
}

/* Writes the products at [from, from + most).  false: given up. */
static bool walk(const struct term_part *q, struct catalog_range range, uint32_t *out, uint32_t *found)
{
  struct catalog_list all = catalog_ordered(q->pin, q->order);
  struct ahead ahead = ahead_of(q->pin, all);
  uint32_t seen = 0;
  *found = 0;
  for (uint32_t i = 0; i < all.n && *found < range.most; i++) {
    if (i > q->term->ranking.n)
      return false;
    prefetch(&ahead, i);
    if (in_term(q, all.ordinals[i]) && seen++ >= range.from)
      out[(*found)++] = all.ordinals[i];
  }
  return true;
}

/* ---- select */
struct item {
  uint64_t key;
  uint32_t place, ordinal; /* place: in the ranking */
};

static struct span name_of(const struct term_part *q, const struct item *item, struct span *slug)
{
  struct catalog_record r;
  const void *body = catalog_record_read(q->pin, item->ordinal, &r);
  *slug = body ? catalog_record_slug(&r, body) : SPAN("");
  return body ? catalog_name_start(catalog_record_fold(&r, body)) : SPAN("");
}

static uint64_t key_read(const struct term_part *q, uint32_t ordinal)
{
  struct catalog_record r;
  const void *body = catalog_record_read(q->pin, ordinal, &r);
  if (!body)
    return UINT64_MAX;
  return q->order == CATALOG_BY_NAME ? catalog_name_key(catalog_name_start(catalog_record_fold(&r, body)), 0)
                                     : catalog_order_key(q->order, &r, body);
}

/* Names that begin with the same eight characters are read again. */
static int item_cmp(const void *x, const void *y, void *data)
{
  const struct item *a = x, *b = y;
  struct span slugs[2];
  int c = (a->key > b->key) - (a->key < b->key);
  if (c == 0 && ((const struct term_part *)data)->order == CATALOG_BY_NAME) {
    struct span name = name_of(data, a, &slugs[0]);
    c = catalog_name_compare(name, name_of(data, b, &slugs[1]));
    c = c ? c : span_cmp(slugs[0], slugs[1]);
  }
  return c ? c : (a->place > b->place) - (a->place < b->place);
}

static void swap(struct item *a, struct item *b)
{
  struct item t = *a;
  *a = *b;
  *b = t;
}

static struct item median3(struct term_part *q, const struct item *v, size_t low, size_t high)
{
  const struct item *a = &v[low], *b = &v[low + (high - low) / 2], *c = &v[high - 1];
  if (item_cmp(a, b, q) > 0) {
    const struct item *t = a;
    a = b;
    b = t;
  }
  return item_cmp(b, c, q) <= 0 ? *b : item_cmp(a, c, q) <= 0 ? *c : *a;
}

/* Moves the items so that the first `at` of the order come before the others (quickselect). */
static void partition_at(struct term_part *q, struct item *v, size_t n, size_t at)
{
  size_t low = 0, high = n;
  while (at > low && at < high) {
    struct item pivot = median3(q, v, low, high);
    size_t less = low, more = high;
    for (size_t i = low; i < more;) {
      int c = item_cmp(&v[i], &pivot, q);
      if (c < 0)
        swap(&v[i++], &v[less++]);
      else if (c > 0)
        swap(&v[i], &v[--more]);
      else
        i++;
    }
    if (at <= less)
      high = less;
    else if (at >= more)
      low = more;
    else
      return;
  }
}

static uint32_t choose(struct term_part *q, struct catalog_range range, struct arena *arena, uint32_t *out)
{
  struct catalog_list ranking = q->term->ranking;
  struct ahead ahead = ahead_of(q->pin, ranking);
  struct item *v = ARENA_ARRAY(arena, ranking.n, struct item);
  if (!v)
    return 0;
  for (uint32_t i = 0; i < ranking.n; i++) {
    prefetch(&ahead, i);
    v[i] = (struct item){key_read(q, ranking.ordinals[i]), i, ranking.ordinals[i]};
  }
  uint32_t end = range.most < ranking.n - range.from ? range.from + range.most : ranking.n;
  partition_at(q, v, ranking.n, end);
  partition_at(q, v, end, range.from);
  qsort_r(v + range.from, end - range.from, sizeof *v, item_cmp, q);
  for (uint32_t i = range.from; i < end; i++)
    out[i - range.from] = v[i].ordinal;
  return end - range.from;
}

uint32_t catalog_term_ordered(const struct catalog_pin *pin, const struct catalog_term *t, bool theme,
                              enum catalog_order order, struct catalog_range range, struct arena *arena, uint32_t *out)
{
  struct term_part q = {pin, t, order, theme};
  uint32_t found = 0, n = t->ranking.n;
  if (range.from >= n)
    return 0;
  if (order == CATALOG_BY_VELOCITY) {
    for (; found < range.most && range.from + found < n; found++)
      out[found] = t->ranking.ordinals[range.from + found];
    return found;
  }
  uint64_t all = catalog_ordered(pin, order).n, end = (uint64_t)range.from + range.most;
  if (end * all / n < n && walk(&q, range, out, &found))
    return found;
  return choose(&q, range, arena, out);
}

char catalog_initial(const struct catalog_pin *pin, uint32_t ordinal)
{
  struct catalog_record r;
  const void *body = catalog_record_read(pin, ordinal, &r);
  struct span name = body ? catalog_name_start(catalog_record_fold(&r, body)) : SPAN("");
  unsigned char c = name.n ? (unsigned char)name.p[0] : '0';
  return c >= 'a' && c <= 'z' ? (char)c : c >= '0' && c <= '9' ? 0 : 0x7f;
}
