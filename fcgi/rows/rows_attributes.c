/* Each row is an attribute with one of its sectors.  Rows come by attribute and sector, so that copies that a view returns
 * lie side by side. */
#include "rows/rows_attributes.h"

#include "base/hash.h"
#include "base/must.h"
#include "rows/rows_cells.h"
#include "rows/rows_format.h"
#include "rows/rows_sql.h"
#include "rows/rows_values.h"
#include "text/slug.h"

enum { A_ID, A_SLUG, A_NAME, A_KIND, A_UNIT, A_HELP, A_GROUP, A_SORT, A_STATUS, A_DIGEST, A_SECTOR };

struct attributes_reading {
  struct arena *arena;
  struct attribute *v;
  size_t n;
  uint64_t *sectors; /* room for the sectors of all attributes */
  size_t n_sectors;
};

static struct attribute attribute_take(struct attributes_reading *t, const struct db_rows *rows)
{
  struct attribute a = {.id = db_uint(rows, A_ID),
                        .version.hash = hash_mix(rows_hash_start(), db_uint(rows, A_DIGEST)),
                        .slug = arena_copy(t->arena, db_text(rows, A_SLUG)),
                        .kind = attribute_kind_of(db_text(rows, A_KIND)),
                        .status = rows_status(db_text(rows, A_STATUS)),
                        .sort = db_int(rows, A_SORT),
                        .edited_us = CLOCK_NEVER};
  a.name = rows_line_cut(t->arena, rows, A_NAME, ATTRIBUTE_TEXT_CHARS);
  a.name = a.name.n ? a.name : a.slug;
  a.unit = rows_line_cut(t->arena, rows, A_UNIT, ATTRIBUTE_TEXT_CHARS);
  a.help = rows_line_cut(t->arena, rows, A_HELP, ATTRIBUTE_TEXT_CHARS);
  a.group = rows_line_cut(t->arena, rows, A_GROUP, ATTRIBUTE_TEXT_CHARS);
  return a;
}

/* The sectors of the last attribute are the last ones of all. */
static void sector_take(struct attributes_reading *t, struct attribute *last, const struct db_rows *rows)
{
  uint64_t id = db_uint(rows, A_SECTOR);
  if (id == 0 || last->n_sectors == ATTRIBUTE_SECTORS_MAX ||
      (last->n_sectors && last->sectors[last->n_sectors - 1] == id))
    return;
  if (!last->n_sectors)
    last->sectors = t->sectors + t->n_sectors;
  t->sectors[t->n_sectors++] = id;
  last->n_sectors++;
}

/* Of several copies of an attribute, the one with the least digest counts. */
static void row_take(struct attributes_reading *t, const struct db_rows *rows)
{
  struct attribute *last = t->n ? &t->v[t->n - 1] : NULL;
  struct attribute a = attribute_take(t, rows);
  if (!slug_valid(a.slug) || (t->n == ATTRIBUTES_MAX && last->id != a.id))
    return;
  if (last && last->id == a.id) {
    a.sectors = last->sectors;
    a.n_sectors = last->n_sectors;
    if (a.version.hash < last->version.hash)
      *last = a;
  } else {
    MUST(t->n < ATTRIBUTES_MAX, "more attributes than there is room for");
    t->v[t->n++] = a;
    last = &t->v[t->n - 1];
  }
  sector_take(t, last, rows);
}

static void versions_finish(struct attributes_reading *t)
{
  for (size_t i = 0; i < t->n; i++)
    for (uint32_t k = 0; k < t->v[i].n_sectors; k++)
      t->v[i].version.hash = hash_mix(t->v[i].version.hash, t->v[i].sectors[k]);
}

static void attributes_sql(struct buf *sql)
{
  buf_printf(sql, "SELECT a.id, a.slug, LEFT(a.name, %d), a.kind, LEFT(a.unit, %d), LEFT(a.help, %d), LEFT(a.group_name, %d),"
                  " a.sort, a.status, " ROWS_ATTRIBUTE_DIGEST ", l.sector_id FROM site_attribute a"
                  " LEFT JOIN site_attribute_sector l ON l.attribute_id = a.id ORDER BY a.id, l.sector_id",
             ATTRIBUTE_TEXT_CHARS, ATTRIBUTE_TEXT_CHARS, ATTRIBUTE_TEXT_CHARS, ATTRIBUTE_TEXT_CHARS);
}

enum err rows_attributes_read(struct db *db, struct arena *arena, int64_t deadline_us, struct attribute **out, size_t *n)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  struct attributes_reading t = {.arena = arena};
  attributes_sql(&sql);
  enum err err = db_query(db, &sql, deadline_us, &rows);
  buf_free(&sql);
  if (err == ERR_OK) {
    t.v = ARENA_ARRAY(arena, rows.count < ATTRIBUTES_MAX ? rows.count : ATTRIBUTES_MAX, struct attribute);
    t.sectors = ARENA_ARRAY(arena, rows.count, uint64_t);
    if (!t.v || !t.sectors)
      err = ERR_NO_MEMORY;
  }
  while (err == ERR_OK && db_next(&rows))
    row_take(&t, &rows);
  db_rows_free(&rows);
  versions_finish(&t);
  *out = t.v;
  *n = t.n;
  return err;
}
