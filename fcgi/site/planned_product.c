#include "site/planned_product.h"

#include <xxhash.h>

#include "model/sentences.h"

static uint32_t terms_fill(struct page *p, const uint64_t *ids, uint32_t n, struct catalog_term *out,
                           bool (*get)(struct page *, uint64_t, struct catalog_term *))
{
  uint32_t found = 0;
  for (uint32_t i = 0; i < n && out; i++)
    if (get(p, ids[i], &out[found]))
      found++;
  return found;
}

uint64_t planned_product_sector(const struct planned_product *g)
{
  return g->n_sectors && g->sectors[0].id == g->member.facts.sectors[0] ? g->sectors[0].id : 0;
}

static bool sectors_fill(struct page *p, struct planned_product *g)
{
  const struct facts *f = &g->member.facts;
  g->sectors = ARENA_ARRAY(p->arena, f->n_sectors, struct catalog_term);
  g->n_sectors = terms_fill(p, f->sectors, f->n_sectors, g->sectors, page_sector_id);
  g->median2 = planned_product_sector(g) ? g->sectors[0].median2 : 0;
  return g->sectors != NULL;
}

/* What is read until digest_end goes into the digest of g, and with it into the page's. */
static void digest_begin(struct page *p, const struct planned_product *g, uint64_t page[2])
{
  memcpy(page, p->digest, sizeof p->digest);
  memset(p->digest, 0, sizeof p->digest);
  page_digest_member(p, &g->member);
}

static void digest_end(struct page *p, struct planned_product *g, const uint64_t page[2])
{
  memcpy(g->digest, p->digest, sizeof g->digest);
  memcpy(p->digest, page, sizeof p->digest);
  page_digest(p, g->digest, sizeof g->digest);
}

bool planned_product_fill(struct page *p, const struct member *m, struct planned_product *g)
{
  uint64_t page[2];
  *g = (struct planned_product){.member = *m};
  digest_begin(p, g, page);
  g->themes = ARENA_ARRAY(p->arena, m->facts.n_themes, struct catalog_term);
  g->n_themes = terms_fill(p, m->facts.themes, m->facts.n_themes, g->themes, page_theme_id);
  for (uint32_t i = 0; g->themes && i < g->n_themes && i < SENTENCES_TOP_THEMES; i++)
    g->theme_borne = g->theme_borne || g->themes[i].ranking.n >= 2;
  page_digest(p, &g->theme_borne, sizeof g->theme_borne);
  bool filled = g->themes && sectors_fill(p, g);
  digest_end(p, g, page);
  return filled;
}

void planned_product_past(struct page *p, struct planned_product *g)
{
  uint64_t sector = planned_product_sector(g);
  if (!sector)
    return;
  page_sector_past(p, sector, g->past2);
  g->digest[0] = XXH3_64bits_withSeed(g->past2, sizeof g->past2, g->digest[0]);
}

bool planned_product_fill_card(struct page *p, uint32_t ordinal, struct planned_product *g)
{
  uint64_t page[2];
  *g = (struct planned_product){0};
  if (!page_member(p, ordinal, &g->member))
    return false;
  digest_begin(p, g, page);
  bool filled = sectors_fill(p, g);
  digest_end(p, g, page);
  return filled;
}
