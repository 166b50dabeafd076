/* Attributes in the catalog.  An attribute is a record like that of a sector (struct catalog_term_record), with a packed
 * body (text/pack.h) in the place of the name:
 *
 *   kind | name | unit | help | group | number of sectors | ids of sectors
 *
 * Readers check every length, because the writer may be overwriting what they read. */
#include "catalog/catalog_private.h"
#include "text/pack.h"

struct body {
  uint64_t kind;
  struct span name, unit, help, group;
  size_t n_sectors;
  struct unpack rest; /* the ids of the sectors */
};

static bool body_read(struct span packed, struct body *out)
{
  struct unpack u = {.rest = packed};
  out->kind = unpack_uint(&u);
  out->name = unpack_span(&u);
  out->unit = unpack_span(&u);
  out->help = unpack_span(&u);
  out->group = unpack_span(&u);
  out->n_sectors = unpack_count(&u, 1);
  out->rest = u;
  return !u.failed && out->kind < ATTRIBUTE_KIND_COUNT && out->n_sectors <= ATTRIBUTE_SECTORS_MAX;
}

static bool sectors_read(struct body *b, uint64_t *to)
{
  for (size_t i = 0; i < b->n_sectors; i++)
    to[i] = unpack_uint(&b->rest);
  return !b->rest.failed && b->rest.rest.n == 0;
}

bool catalog_attribute_valid(struct span packed)
{
  uint64_t sectors[ATTRIBUTE_SECTORS_MAX];
  struct body b;
  return body_read(packed, &b) && sectors_read(&b, sectors);
}

static void body_write(const struct attribute *a, struct buf *out)
{
  pack_uint(out, a->kind);
  pack_span(out, a->name);
  pack_span(out, a->unit);
  pack_span(out, a->help);
  pack_span(out, a->group);
  pack_uint(out, a->n_sectors);
  for (uint32_t i = 0; i < a->n_sectors; i++)
    pack_uint(out, a->sectors[i]);
}

enum err catalog_put_attribute(struct catalog_writer *w, const struct attribute *a)
{
  struct catalog_term_record r = {.id = a->id, .rev = a->version.rev, .hash = a->version.hash, .number = a->sort,
                                  .edited_us = a->edited_us, .status = (uint16_t)a->status};
  MUST(a->n_sectors <= ATTRIBUTE_SECTORS_MAX, "an attribute has more sectors than a reading gives");
  buf_clear(&w->scratch);
  body_write(a, &w->scratch);
  w->broken |= w->scratch.failed;
  if (w->broken)
    return ERR_NO_MEMORY;
  return w->scratch.n > UINT16_MAX ? ERR_LIMIT : catalog_term_put(w, KIND_ATTRIBUTE, r, a->slug, buf_view(&w->scratch));
}

void catalog_remove_attribute(struct catalog_writer *w, uint64_t id)
{
  catalog_term_remove(w, KIND_ATTRIBUTE, id);
}

bool catalog_attribute_read(const struct catalog_term *t, enum product_status status, struct arena *arena,
                            struct attribute *out)
{
  struct body b;
  *out = (struct attribute){0};
  if (!body_read(t->name, &b))
    return false;
  uint64_t *sectors = ARENA_ARRAY(arena, b.n_sectors, uint64_t);
  if (!sectors || !sectors_read(&b, sectors))
    return false;
  *out = (struct attribute){.id = t->id, .version = t->version, .slug = t->slug, .name = b.name, .unit = b.unit,
                            .help = b.help, .group = b.group, .kind = (enum attribute_kind)b.kind, .status = status,
                            .sort = t->sort, .edited_us = t->edited_us, .sectors = sectors,
                            .n_sectors = (uint32_t)b.n_sectors};
  return true;
}
