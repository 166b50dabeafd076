#include "site/fact_table.h"

#include "base/must.h"
#include "site/build.h"
#include "site/part_memo.h"
#include "site/since.h"
#include "text/address.h"

/* ---- which rows, and in which block */

enum block { BLOCK_DIFFER, BLOCK_SAME, BLOCK_PARTIAL, BLOCK_RECORDED, BLOCK_COUNT };

struct row {
  const struct attribute *attribute;
  const struct fact_cell_draw *cells[FACT_COLUMNS_MAX]; /* NULL: not recorded */
  enum block block;
  bool placed;
};

struct column { /* the values of a product */
  const struct fact_cells_draw *v;
  size_t next; /* the first cell that is in no row yet */
  struct page_part part;
};

struct table {
  struct page *p;
  const struct planned_product *g;
  size_t n; /* products */
  struct column columns[FACT_COLUMNS_MAX];
  struct row *rows;
  size_t n_rows;
};

/* Values are sorted by attribute. */
static const struct recorded_value *value_find(const struct profile *f, uint64_t attribute)
{
  size_t low = 0, high = f->n_values;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (f->values[middle].attribute_id < attribute)
      low = middle + 1;
    else
      high = middle;
  }
  return low < f->n_values && f->values[low].attribute_id == attribute ? &f->values[low] : NULL;
}

/* A gap is no difference: what nobody recorded may be the same. */
static enum block block_of(const struct table *t, const struct row *row)
{
  struct span first = SPAN("");
  size_t recorded = 0;
  if (t->n == 1)
    return BLOCK_RECORDED;
  for (size_t i = 0; i < t->n; i++) {
    if (!row->cells[i])
      continue;
    if (recorded++ && !span_eq(row->cells[i]->key, first))
      return BLOCK_DIFFER;
    first = row->cells[i]->key;
  }
  return recorded == t->n ? BLOCK_SAME : BLOCK_PARTIAL;
}

bool fact_shown(const struct attribute *a, const struct facts *f)
{
  return attribute_shown(a) && attribute_asked(a, f->sectors, f->n_sectors);
}

static void row_add(struct table *t, const struct fact_attributes *all, size_t attribute)
{
  struct row row = {.attribute = &all->v[attribute]};
  bool any = false;
  for (size_t i = 0; i < t->n; i++) {
    struct column *c = &t->columns[i];
    if (c->v && c->next < c->v->cells.n && c->v->cells.v[c->next].attribute == (int64_t)attribute) {
      row.cells[i] = &c->v->cells.v[c->next++];
      any = true;
    }
  }
  if (!any)
    return;
  row.block = block_of(t, &row);
  t->rows[t->n_rows++] = row;
}

/* ---- the day on which most values were checked */

static int64_t day_of(const struct fact_cell_draw *c)
{
  return c ? c->day : INT64_MIN;
}

static size_t day_count(const struct table *t, int64_t day)
{
  size_t n = 0;
  for (size_t i = 0; i < t->n_rows; i++)
    for (size_t k = 0; k < t->n; k++)
      n += day_of(t->rows[i].cells[k]) == day;
  return n;
}

static size_t recorded_count(const struct table *t)
{
  size_t n = 0;
  for (size_t i = 0; i < t->n_rows; i++)
    for (size_t k = 0; k < t->n; k++)
      n += t->rows[i].cells[k] != NULL;
  return n;
}

/* The newest of the most frequent days; INT64_MIN: no value has one. */
static int64_t day_usual(const struct table *t)
{
  int64_t best = INT64_MIN;
  size_t most = 0;
  for (size_t i = 0; i < t->n_rows; i++)
    for (size_t k = 0; k < t->n; k++) {
      int64_t day = day_of(t->rows[i].cells[k]);
      size_t count = day == INT64_MIN || day == best ? 0 : day_count(t, day);
      if (count > most || (count && count == most && day > best))
        best = day, most = count;
    }
  return best;
}

static struct span day_iso(struct page *p, int64_t day)
{
  char text[CLOCK_ISO_MAX];
  size_t n = clock_iso(text, day * CLOCK_DAY, 0);
  return arena_copy(p->arena, span_head(span_of(text, n), strlen("2026-08-22")));
}

static struct span day_short(struct page *p, int64_t day)
{
  return day_text_short(p->arena, day * CLOCK_DAY);
}

/* ---- the column of a product */

static struct fact_view fact_missing(const struct facts *f, size_t position)
{
  return (struct fact_view){
      .slug = f->slug, .product = f->name, .position = build_position(position), .sign = build_sign(position)};
}

static void fact_fill(struct page *p, const struct attribute *a, const struct recorded_value *v, int64_t day, struct fact_view *out)
{
  out->recorded = true;
  out->value = v->value;
  out->text = attribute_text(p->arena, a, v->value);
  if (a->kind == ATTRIBUTE_URL) {
    struct span whole = address_completed(p->arena, v->value);
    out->url = build_web_url(p, whole);
    out->text = build_url_display(p, out->url, out->url.n ? whole : v->value);
  } else if (a->kind == ATTRIBUTE_DATE && attribute_fits(a->kind, v->value))
    out->datetime = v->value;
  out->note = v->note;
  out->source = build_web_url(p, v->source_url);
  out->source_text = out->source.n ? SPAN("") : v->source_url;
  out->new = since_new(p, v->checked_us);
  if ((out->of = ARENA_NEW(p->arena, struct fact_name_draw)))
    out->of->name = a->name;
  if (day == INT64_MIN)
    return;
  out->checked_on = day_iso(p, day);
  out->checked = day_short(p, day);
}

static void cell_add(struct page *p, const struct attribute *a, const struct recorded_value *v, struct fact_view fact,
                     struct fact_cells_draw *out)
{
  struct fact_cell_draw *c = &out->cells.v[out->cells.n];
  struct fact_view *view = ARENA_NEW(p->arena, struct fact_view);
  if (!view)
    return;
  c->key = attribute_key(p->arena, a->kind, v->value);
  c->day = v->checked_us != CLOCK_NEVER ? v->checked_us / CLOCK_DAY : INT64_MIN;
  c->fact = view;
  *view = fact;
  fact_fill(p, a, v, c->day, view);
  out->cells.n++;
}

static struct fact_cells_draw *cells_build(struct page *p, const struct fact_attributes *all, const struct facts *facts,
                                           const struct profile *f, size_t position)
{
  struct fact_cells_draw *out = ARENA_NEW(p->arena, struct fact_cells_draw);
  if (!out || !(out->cells.v = ARENA_ARRAY(p->arena, all->n, struct fact_cell_draw)))
    return NULL;
  for (size_t i = 0; i < all->n; i++) {
    const struct attribute *a = &all->v[i];
    const struct recorded_value *value = value_find(f, a->id);
    if (!value)
      continue;
    page_changed_at(p, a->edited_us); /* also of an attribute that was shown until its last edit */
    if (!fact_shown(a, facts))
      continue;
    out->cells.v[out->cells.n].attribute = (int64_t)i;
    cell_add(p, a, value, fact_missing(facts, position), out);
  }
  return out;
}

static void column_take(struct table *t, const struct fact_attributes *all, size_t i, const struct profile *f)
{
  struct column *c = &t->columns[i];
  struct part_key key = part_key_of(t->p, PART_FACTS, &t->g[i], &f->facts, part_place(i, t->n));
  part_key_add(t->p, &key, span_of((const char *)&all->digest, sizeof all->digest));
  struct fact_cells_draw *v = part_begin(t->p, &key, &c->part);
  if (!v && (v = cells_build(t->p, all, &t->g[i].member.facts, f, i)))
    v = part_end(t->p, &c->part, &fact_cells_draw_shape, v, v->cells.n);
  c->v = v;
}

/* ---- views */

static struct fact_view fact_of(const struct table *t, const struct row *row, size_t i, int64_t usual)
{
  const struct column *c = &t->columns[i];
  if (!row->cells[i])
    return fact_missing(&t->g[i].member.facts, i);
  struct fact_view v = *row->cells[i]->fact;
  v.block = part_block(&c->part, c->v, (size_t)(row->cells[i] - c->v->cells.v));
  v.other_day = row->cells[i]->day != INT64_MIN && row->cells[i]->day != usual;
  v.undated = row->cells[i]->day == INT64_MIN && usual != INT64_MIN;
  return v;
}

static void row_fill(const struct table *t, const struct row *row, int64_t usual, const struct fact_row_view *before,
                     struct fact_row_view *out)
{
  const struct attribute *a = row->attribute;
  *out = (struct fact_row_view){.slug = a->slug,
                                .name = a->name,
                                .kind = attribute_kind_name(a->kind),
                                .unit = a->kind == ATTRIBUTE_NUMBER ? a->unit : SPAN(""),
                                .help = a->help,
                                .group = a->group,
                                .first_of_group = !before || !span_eq(before->group, a->group)};
  out->values.v = ARENA_ARRAY(t->p->arena, t->n, struct fact_view);
  for (size_t i = 0; i < t->n && out->values.v; i++)
    out->values.v[out->values.n++] = fact_of(t, row, i, usual);
}

/* The rows of the block from `from` on that have this group, one after the other. */
static void group_place(const struct table *t, struct fact_block_view *out, enum block block, size_t from, int64_t usual)
{
  struct span group = t->rows[from].attribute->group;
  for (size_t i = from; i < t->n_rows; i++) {
    struct row *row = &t->rows[i];
    if (row->placed || row->block != block || !span_eq(row->attribute->group, group))
      continue;
    MUST(out->rows.n < t->n_rows, "a block has more facts than the table");
    row->placed = true;
    row_fill(t, row, usual, out->rows.n ? &out->rows.v[out->rows.n - 1] : NULL, &out->rows.v[out->rows.n]);
    out->rows.n++;
  }
}

/* Rows without a group come first, then group by group, in the order of their first rows. */
static bool block_fill(const struct table *t, enum block block, int64_t usual, struct fact_block_view *out)
{
  static const struct span names[] = {{"differ", 6}, {"same", 4}, {"partial", 7}, {"recorded", 8}};
  bool pair = t->n == 2;
  const struct span headings[] = {_("Where they differ"), pair ? _("The same in both") : _("The same in all"),
                                  pair ? _("Recorded for one only") : _("Recorded for some only"), SPAN("")};
  *out = (struct fact_block_view){.block = names[block],
                                  .heading = headings[block],
                                  .differs = block == BLOCK_DIFFER,
                                  .columns = (int64_t)t->n + 1};
  out->rows.v = ARENA_ARRAY(t->p->arena, t->n_rows, struct fact_row_view);
  for (size_t i = 0; i < t->n_rows && out->rows.v; i++)
    if (!t->rows[i].attribute->group.n)
      group_place(t, out, block, i, usual);
  for (size_t i = 0; i < t->n_rows && out->rows.v; i++)
    group_place(t, out, block, i, usual);
  return out->rows.n > 0;
}

/* True: each recorded value was checked since the day of ?since=. */
static bool all_new(const struct table *t)
{
  for (size_t i = 0; i < t->n_rows; i++)
    for (size_t k = 0; k < t->n; k++)
      if (t->rows[i].cells[k] && !t->rows[i].cells[k]->fact->new)
        return false;
  return true;
}

static struct facts_view *view_fill(const struct table *t)
{
  struct facts_view *v = ARENA_NEW(t->p->arena, struct facts_view);
  int64_t usual = day_usual(t);
  if (!v || !(v->blocks.v = ARENA_ARRAY(t->p->arena, BLOCK_COUNT, struct fact_block_view)))
    return NULL;
  for (enum block b = 0; b < BLOCK_COUNT; b++)
    v->blocks.n += block_fill(t, b, usual, &v->blocks.v[v->blocks.n]);
  if (all_new(t))
    v->all_since = since_day(t->p);
  if (usual == INT64_MIN)
    return v;
  v->checked_on = day_iso(t->p, usual);
  v->checked = day_short(t->p, usual);
  v->several_days = day_count(t, usual) < recorded_count(t);
  return v;
}

struct facts_view *fact_table_build(struct page *p, const struct fact_attributes *a, const struct planned_product *g,
                                    const struct profile *const *f, size_t n)
{
  struct table t = {.p = p, .g = g, .n = n, .rows = ARENA_ARRAY(p->arena, a->n, struct row)};
  MUST(n <= FACT_COLUMNS_MAX, "a page compares the facts of more products than a set has");
  for (size_t i = 0; i < n && t.rows; i++)
    column_take(&t, a, i, f[i]);
  for (size_t i = 0; i < a->n && t.rows; i++)
    row_add(&t, a, i);
  return t.n_rows ? view_fill(&t) : NULL;
}
