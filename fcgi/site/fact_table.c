#include "site/fact_table.h"

#include "base/must.h"
#include "site/build.h"
#include "site/since.h"
#include "text/address.h"

/* ---- plan */

void fact_attributes_plan(struct page *p, struct fact_attributes *out)
{
  uint32_t n = catalog_attributes(&p->pin);
  struct attribute *v = ARENA_ARRAY(p->arena, n, struct attribute);
  *out = (struct fact_attributes){v, 0};
  for (uint32_t i = 0; v && i < n; i++) {
    struct attribute *a = &v[out->n];
    if (!catalog_attribute(&p->pin, i, p->arena, a))
      continue;
    uint64_t words[] = {a->id, a->version.hash}; /* the hash covers all columns and the sectors */
    page_digest(p, words, sizeof words);
    out->n++;
  }
}

/* ---- which rows, and in which block */

enum block { BLOCK_DIFFER, BLOCK_SAME, BLOCK_PARTIAL, BLOCK_RECORDED, BLOCK_COUNT };

struct row {
  const struct attribute *attribute;
  const struct recorded_value *values[FACT_COLUMNS_MAX]; /* NULL: not recorded */
  enum block block;
  bool placed;
};

struct table {
  struct page *p;
  const struct planned_product *g;
  const struct profile *const *f;
  size_t n; /* products */
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
    if (!row->values[i])
      continue;
    struct span key = attribute_key(t->p->arena, row->attribute->kind, row->values[i]->value);
    if (recorded++ && !span_eq(key, first))
      return BLOCK_DIFFER;
    first = key;
  }
  return recorded == t->n ? BLOCK_SAME : BLOCK_PARTIAL;
}

bool fact_shown(const struct attribute *a, const struct facts *f)
{
  return attribute_shown(a) && attribute_asked(a, f->sectors, f->n_sectors);
}

static void row_add(struct table *t, const struct attribute *a)
{
  struct row row = {.attribute = a};
  bool any = false, valued = false;
  for (size_t i = 0; i < t->n; i++) {
    const struct facts *facts = &t->g[i].member.facts;
    const struct recorded_value *value = value_find(t->f[i], a->id);
    valued = valued || value;
    if (value && attribute_asked(a, facts->sectors, facts->n_sectors))
      row.values[i] = value;
    any = any || row.values[i];
  }
  if (valued)
    page_changed_at(t->p, a->edited_us); /* also of an attribute that was shown until its last edit */
  if (!any || !attribute_shown(a))
    return;
  row.block = block_of(t, &row);
  t->rows[t->n_rows++] = row;
}

/* ---- the day on which most values were checked */

static int64_t day_of(const struct recorded_value *v)
{
  return v && v->checked_us != CLOCK_NEVER ? v->checked_us / CLOCK_DAY : INT64_MIN;
}

static size_t day_count(const struct table *t, int64_t day)
{
  size_t n = 0;
  for (size_t i = 0; i < t->n_rows; i++)
    for (size_t k = 0; k < t->n; k++)
      n += day_of(t->rows[i].values[k]) == day;
  return n;
}

/* The newest of the most frequent days; INT64_MIN: no value has one. */
static int64_t day_usual(const struct table *t)
{
  int64_t best = INT64_MIN;
  size_t most = 0;
  for (size_t i = 0; i < t->n_rows; i++)
    for (size_t k = 0; k < t->n; k++) {
      int64_t day = day_of(t->rows[i].values[k]);
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
  char text[CLOCK_ISO_MAX];
  return arena_copy(p->arena, span_of(text, clock_day(text, day * CLOCK_DAY)));
}

/* ---- views */

static void fact_fill(const struct table *t, const struct row *row, size_t i, int64_t usual, struct fact_view *out)
{
  const struct attribute *a = row->attribute;
  const struct recorded_value *v = row->values[i];
  const struct facts *facts = &t->g[i].member.facts;
  *out = (struct fact_view){.slug = facts->slug, .product = facts->name, .position = build_position(i), .sign = build_sign(i)};
  if (!v)
    return;
  out->recorded = true;
  out->value = v->value;
  out->text = attribute_text(t->p->arena, a, v->value);
  if (a->kind == ATTRIBUTE_URL) {
    struct span whole = address_completed(t->p->arena, v->value);
    out->url = build_web_url(t->p, whole);
    out->text = build_url_display(t->p, out->url, out->url.n ? whole : v->value);
  } else if (a->kind == ATTRIBUTE_DATE && attribute_fits(a->kind, v->value))
    out->datetime = v->value;
  out->note = v->note;
  out->source = build_web_url(t->p, v->source_url);
  out->source_text = out->source.n ? SPAN("") : v->source_url;
  out->new = since_new(t->p, v->checked_us);
  int64_t day = day_of(v);
  if (day == INT64_MIN)
    return;
  out->checked_on = day_iso(t->p, day);
  out->checked = day_short(t->p, day);
  out->other_day = day != usual;
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
    fact_fill(t, row, i, usual, &out->values.v[out->values.n++]);
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
  const struct span headings[] = {SPAN("Where they differ"), pair ? SPAN("The same in both") : SPAN("The same in all"),
                                  pair ? SPAN("Recorded for one only") : SPAN("Recorded for some only"), SPAN("")};
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
      if (t->rows[i].values[k] && !since_new(t->p, t->rows[i].values[k]->checked_us))
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
  v->several_days = day_count(t, usual) + day_count(t, INT64_MIN) < t->n_rows * t->n;
  return v;
}

struct facts_view *fact_table_build(struct page *p, const struct fact_attributes *a, const struct planned_product *g,
                                    const struct profile *const *f, size_t n)
{
  struct table t = {.p = p, .g = g, .f = f, .n = n, .rows = ARENA_ARRAY(p->arena, a->n, struct row)};
  MUST(n <= FACT_COLUMNS_MAX, "a page compares the facts of more products than a set has");
  for (size_t i = 0; i < a->n && t.rows; i++)
    row_add(&t, &a->v[i]);
  return t.n_rows ? view_fill(&t) : NULL;
}
