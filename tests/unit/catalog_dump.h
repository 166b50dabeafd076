/* Dumps everything that a reader of a catalog can see as text, by ids and slugs.  Two catalogs with the same content
 * have the same dump, whatever their ordinals and halves. */
#ifndef DIPTYCH_TESTS_CATALOG_DUMP_H
#define DIPTYCH_TESTS_CATALOG_DUMP_H

#include "catalog/catalog_layout.h"
#include "catalog_fixture.h"

static void dump_list(FILE *out, const struct catalog_pin *pin, const char *name, struct catalog_list l)
{
  fprintf(out, "%s:", name);
  for (uint32_t i = 0; i < l.n; i++) {
    struct facts f;
    assert_true(catalog_facts(pin, l.ordinals[i], &f));
    fprintf(out, " %.*s", SPAN_ARG(f.slug));
  }
  fputc('\n', out);
}

static void dump_ids(FILE *out, const char *name, const uint64_t *ids, uint32_t n)
{
  fprintf(out, " %s", name);
  for (uint32_t i = 0; i < n; i++)
    fprintf(out, " %llu", (unsigned long long)ids[i]);
}

static void dump_product(FILE *out, const struct catalog_pin *pin, const struct facts *f, uint32_t ordinal)
{
  char alias[64];
  bool by_alias;
  int n = snprintf(alias, sizeof alias, "once-%.*s", SPAN_ARG(f->slug));
  assert_int_equal(catalog_find_id(pin, f->id), ordinal);
  assert_int_equal(catalog_find(pin, f->slug, &by_alias), ordinal);
  fprintf(out, "%llu v%llu/%llu %.*s \"%.*s\" status %d/%d score %d n90 %u s30 %u of %u override %d",
          (unsigned long long)f->id, (unsigned long long)f->version.rev, (unsigned long long)f->version.hash,
          SPAN_ARG(f->slug), SPAN_ARG(f->name), f->status, f->lifecycle, catalog_score(pin, ordinal), f->n90, f->s30,
          f->activities, f->override_tenths);
  fprintf(out, " times %lld %lld %lld %lld %lld %lld %lld", (long long)f->window_us, (long long)f->activity_us,
          (long long)f->spark_us, (long long)f->release_us, (long long)f->changed_us, (long long)f->edited_us,
          (long long)f->next_due_us);
  uint16_t past[SCORE_MONTHS];
  assert_true(catalog_past(pin, ordinal, past));
  for (int i = 0; i < SCORE_MONTHS; i++)
    fprintf(out, " %u", past[i]);
  dump_ids(out, "sectors", f->sectors, f->n_sectors);
  dump_ids(out, "themes", f->themes, f->n_themes);
  dump_ids(out, "picks", f->picks, f->n_picks);
  dump_ids(out, "editorials", f->editorials, f->n_editorials);
  fprintf(out, " texts \"%.*s\"", SPAN_ARG(f->texts));
  fprintf(out, " alias %d\n", catalog_find(pin, span_of(alias, (size_t)n), &by_alias) == ordinal && by_alias);
}

/* The medians of a sector's past months, found from all products. */
static void past_medians_check(const struct catalog_pin *pin, uint64_t sector, const uint32_t got[SCORE_MONTHS])
{
  uint32_t *counts = calloc(pin->products + 1u, sizeof *counts);
  for (int month = 0; month < SCORE_MONTHS; month++) {
    size_t n = 0;
    for (uint32_t i = 0; i < pin->products; i++) {
      struct facts f;
      uint16_t past[SCORE_MONTHS];
      if (!catalog_facts(pin, i, &f) || f.status != PRODUCT_PUBLISHED || f.n_sectors == 0 || f.sectors[0] != sector)
        continue;
      assert_true(catalog_past(pin, i, past));
      counts[n++] = past[month];
    }
    assert_int_equal(got[month], score_median2(counts, n));
  }
  free(counts);
}

static void dump_past(FILE *out, const struct catalog_pin *pin, uint64_t sector)
{
  uint32_t past[SCORE_MONTHS];
  assert_true(catalog_sector_past(pin, sector, past));
  past_medians_check(pin, sector, past);
  fprintf(out, "past medians of %llu:", (unsigned long long)sector);
  for (int i = 0; i < SCORE_MONTHS; i++)
    fprintf(out, " %u", past[i]);
  fputc('\n', out);
}

static void dump_ledger(FILE *out, const struct catalog_pin *pin)
{
  struct catalog_list l = catalog_ledger(pin);
  fprintf(out, "ledger %u/%u:", catalog_ledger_came_true(pin), catalog_ledger_failed(pin));
  for (uint32_t i = 0; i < l.n; i++) {
    struct facts f;
    uint32_t index = catalog_ledger_index(l.ordinals[i]);
    assert_true(catalog_facts(pin, catalog_ledger_ordinal(l.ordinals[i]), &f));
    assert_true(index < f.n_editorials);
    fprintf(out, " %.*s:%u:%llx", SPAN_ARG(f.slug), index, (unsigned long long)f.editorials[index]);
  }
  fputc('\n', out);
}

static void dump_terms(FILE *out, const struct catalog_pin *pin, bool themes)
{
  uint32_t n = themes ? catalog_themes(pin) : catalog_sectors(pin);
  for (uint32_t i = 0; i < n; i++) {
    struct catalog_term t, by_id;
    assert_true(themes ? catalog_theme(pin, i, &t) : catalog_sector(pin, i, &t));
    assert_true(themes ? catalog_theme_id(pin, t.id, &by_id) : catalog_sector_id(pin, t.id, &by_id));
    assert_true(span_eq(t.slug, by_id.slug));
    fprintf(out, "%s %llu v%llu %.*s \"%.*s\" sort %lld edited %lld median2 %u of %u", themes ? "theme" : "sector",
            (unsigned long long)t.id, (unsigned long long)t.version.rev, SPAN_ARG(t.slug), SPAN_ARG(t.name),
            (long long)t.sort, (long long)t.edited_us, t.median2, t.firsts);
    dump_list(out, pin, "", t.ranking);
    if (!themes)
      dump_past(out, pin, t.id);
  }
}

static void dump_others(FILE *out, const struct catalog_pin *pin)
{
  struct page_head p;
  uint64_t a, b;
  for (uint32_t i = 0; catalog_page_at(pin, i, &p); i++)
    fprintf(out, "page %llu v%llu %.*s \"%.*s\" %d %lld\n", (unsigned long long)p.id, (unsigned long long)p.version.rev,
            SPAN_ARG(p.slug), SPAN_ARG(p.title), p.status, (long long)p.changed_us);
  for (uint32_t i = 0; catalog_pair_at(pin, i, &a, &b); i++)
    fprintf(out, "pair %llu %llu %d\n", (unsigned long long)a, (unsigned long long)b, catalog_pair(pin, a, b));
  struct arena *arena = arena_new(0);
  struct attribute t;
  for (uint32_t i = 0; catalog_attribute(pin, i, arena, &t); i++) {
    fprintf(out, "attribute %llu v%llu %.*s \"%.*s\" \"%.*s\" \"%.*s\" \"%.*s\" kind %d/%d sort %lld edited %lld",
            (unsigned long long)t.id, (unsigned long long)t.version.hash, SPAN_ARG(t.slug), SPAN_ARG(t.name), SPAN_ARG(t.unit),
            SPAN_ARG(t.help), SPAN_ARG(t.group), t.kind, t.status, (long long)t.sort, (long long)t.edited_us);
    dump_ids(out, "sectors", t.sectors, t.n_sectors);
    fputc('\n', out);
  }
  arena_free(&arena);
  for (uint32_t i = 0; catalog_written_at(pin, i, &a, &b); i++)
    fprintf(out, "written %llu %llu\n", (unsigned long long)a, (unsigned long long)b);
  fprintf(out, "site v%llu %lld public %lld window %lld\n", (unsigned long long)catalog_site_version(pin).rev,
          (long long)catalog_site_edited(pin), (long long)catalog_public_changed(pin), (long long)pin->window_us);
}

static int dump_id_cmp(const void *a, const void *b)
{
  uint64_t x = ((const uint64_t *)a)[0], y = ((const uint64_t *)b)[0];
  return (x > y) - (x < y);
}

/* In the order of ids. */
static void dump_products(FILE *out, const struct catalog_pin *pin)
{
  uint64_t (*ids)[2] = calloc(pin->products + 1u, sizeof *ids);
  size_t n = 0;
  struct facts f;
  for (uint32_t i = 0; i < pin->products; i++)
    if (catalog_facts(pin, i, &f)) {
      ids[n][0] = f.id;
      ids[n++][1] = i;
    }
  qsort(ids, n, sizeof *ids, dump_id_cmp);
  for (size_t i = 0; i < n; i++)
    if (catalog_facts(pin, (uint32_t)ids[i][1], &f))
      dump_product(out, pin, &f, (uint32_t)ids[i][1]);
  free(ids);
}

/* The caller frees the text. */
static char *catalog_dump(const struct catalog *c)
{
  char *text = NULL;
  size_t n;
  FILE *out = open_memstream(&text, &n);
  struct catalog_pin pin;
  struct catalog_match found[20];
  assert_true(catalog_pin_current(c, &pin));
  dump_products(out, &pin);
  dump_list(out, &pin, "ranking", catalog_ranking(&pin));
  dump_list(out, &pin, "by slug", catalog_by_slug(&pin));
  dump_list(out, &pin, "recent", catalog_recent(&pin));
  dump_list(out, &pin, "sparks", catalog_recent_sparks(&pin));
  dump_list(out, &pin, "releases", catalog_recent_releases(&pin));
  dump_list(out, &pin, "editorials", catalog_recent_editorials(&pin));
  dump_list(out, &pin, "by moves", catalog_ordered(&pin, CATALOG_BY_MOVES));
  dump_list(out, &pin, "by latest", catalog_ordered(&pin, CATALOG_BY_LATEST));
  dump_list(out, &pin, "by name", catalog_ordered(&pin, CATALOG_BY_NAME));
  dump_ledger(out, &pin);
  dump_terms(out, &pin, false);
  dump_terms(out, &pin, true);
  dump_others(out, &pin);
  struct arena *arena = arena_new(0);
  fprintf(out, "found %zu\n", catalog_search(&pin, SEARCH_ALL, SPAN("product"), arena, found, 20));
  fprintf(out, "by text %zu\n", catalog_search(&pin, SEARCH_ALL, SPAN("keeps 5"), arena, found, 20));
  arena_free(&arena);
  assert_true(catalog_pin_valid(&pin));
  fclose(out);
  return text;
}

/* Fails with the first line that differs. */
static __attribute__((unused)) void assert_dump_equal(const char *got, const char *wanted, const char *what)
{
  size_t i = 0, line = 0;
  for (; got[i] && got[i] == wanted[i]; i++)
    if (got[i] == '\n')
      line = i + 1;
  if (got[i] != wanted[i])
    fail_msg("%s: got\n%.*s\nwanted\n%.*s", what, (int)strcspn(got + line, "\n"), got + line,
             (int)strcspn(wanted + line, "\n"), wanted + line);
}

#endif
