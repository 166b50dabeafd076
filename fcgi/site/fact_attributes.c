/* The attributes of the site, as the catalog has them.
 *
 * Every page with facts needs all of them, and they change seldom: a worker keeps those that it read last, with the publication
 * that they are of.  Their texts stay in the catalog, as all that is read through a pin. */
#include <stdlib.h>
#include <xxhash.h>

#include "site/fact_table.h"
#include "site/page_request.h"

struct attribute_memo {
  struct arena *arena;
  uint64_t publication; /* 0: nothing was read */
  struct fact_attributes attributes;
};

struct attribute_memo *attribute_memo_new(void)
{
  struct attribute_memo *m = calloc(1, sizeof *m);
  if (m && (m->arena = arena_new_sized(4096, 0)))
    return m;
  free(m);
  return NULL;
}

void attribute_memo_free(struct attribute_memo **m)
{
  if (*m)
    arena_free(&(*m)->arena);
  free(*m);
  *m = NULL;
}

static void attributes_read(const struct catalog_pin *pin, struct arena *arena, struct fact_attributes *out)
{
  uint32_t n = catalog_attributes(pin);
  struct attribute *v = ARENA_ARRAY(arena, n, struct attribute);
  *out = (struct fact_attributes){v, 0, 0};
  for (uint32_t i = 0; v && i < n; i++) {
    struct attribute *a = &v[out->n];
    if (!catalog_attribute(pin, i, arena, a))
      continue;
    uint64_t words[] = {a->id, a->version.hash}; /* the hash covers all columns and the sectors */
    out->digest = XXH3_64bits_withSeed(words, sizeof words, out->digest);
    out->n++;
  }
}

/* An earlier plan of the same request may point to what this replaces: it was given up with its pin. */
static bool memo_read(struct attribute_memo *m, const struct catalog_pin *pin)
{
  if (pin->publication && m->publication == pin->publication)
    return true;
  arena_reset(m->arena);
  attributes_read(pin, m->arena, &m->attributes);
  m->publication = arena_failed(m->arena) || !catalog_pin_valid(pin) ? 0 : pin->publication;
  return m->publication != 0;
}

/* A preview has a catalog of its own. */
void fact_attributes_plan(struct page *p, struct fact_attributes *out)
{
  if (!p->preview && memo_read(p->site->attributes, &p->pin))
    *out = p->site->attributes->attributes;
  else
    attributes_read(&p->pin, p->arena, out);
  page_digest(p, &out->n, sizeof out->n);
  page_digest(p, &out->digest, sizeof out->digest);
}
