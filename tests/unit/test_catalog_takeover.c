/* Random histories of a catalog.  After each publication a writer that takes over, one that loads the state file and one
 * that gets all rows must show the same catalog, before and after a further edit. */
#include <unistd.h>

#include "catalog_dump.h"
#include "model/editorials.h"

#define LEAST ((size_t)8 << 20)
#define PRODUCTS_MOST 1500
#define TERMS_MOST 12
#define EDITORIALS_MOST 3

/* The rows of the database. */
struct rows {
  bool present[PRODUCTS_MOST], terms[2][TERMS_MOST], page;
  struct facts facts[PRODUCTS_MOST];
  char slugs[PRODUCTS_MOST][24];
  uint64_t sectors[PRODUCTS_MOST][3], themes[PRODUCTS_MOST][3], pair[PRODUCTS_MOST];
  uint16_t past[PRODUCTS_MOST][SCORE_MONTHS];
  uint64_t editorials[PRODUCTS_MOST][EDITORIALS_MOST];
  uint64_t term_rev[2][TERMS_MOST], page_rev, site_rev;
  uint32_t used; /* number of products that ever existed */
  int64_t window_us;
};

static uint64_t random_state;

static uint32_t below(uint32_t n)
{
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((random_state >> 33) % n);
}

static void product_stage(struct catalog_writer *w, const struct rows *r, uint32_t i)
{
  struct facts f = r->facts[i];
  char alias[32], texts[64];
  struct span aliases = span_of(alias, (size_t)snprintf(alias, sizeof alias, "once-%s", r->slugs[i]));
  f.slug = span_z(r->slugs[i]), f.sectors = r->sectors[i], f.themes = r->themes[i];
  f.picks = r->themes[i];
  f.texts = span_of(texts, (size_t)snprintf(texts, sizeof texts, "Keeps %u\n0\tMIT %u", (unsigned)f.version.rev, i));
  f.past = i % 7 ? r->past[i] : NULL;
  struct written_pair written = {r->pair[i], f.version.hash};
  f.written = &written, f.n_written = i % 2;
  assert_int_equal(catalog_put_product(w, &f, &aliases, i % 3 == 0, &r->pair[i], r->pair[i] != 0), ERR_OK);
}

static void term_stage(struct catalog_writer *w, const struct rows *r, bool theme, uint32_t i)
{
  char slug[16];
  struct term t = {.id = i + 1, .version = {r->term_rev[theme][i], i, 0}, .sort = (int64_t)(i * 7 % 5), .edited_us = T0,
                           .slug = span_of(slug, (size_t)snprintf(slug, sizeof slug, "term-%u", i)), .name = SPAN("Term")};
  assert_int_equal(theme ? catalog_put_theme(w, &t) : catalog_put_sector(w, &t), ERR_OK);
}

static void others_stage(struct catalog_writer *w, const struct rows *r)
{
  struct page_head page = {1, {r->page_rev, 5, 0}, SPAN("about"), SPAN("About"), PRODUCT_PUBLISHED, T0};
  if (r->page)
    assert_int_equal(catalog_put_page(w, &page), ERR_OK);
  struct attribute attribute = attribute_of(8, "memory", (int64_t)r->page_rev);
  attribute.version.hash = r->page_rev;
  if (r->page)
    assert_int_equal(catalog_put_attribute(w, &attribute), ERR_OK);
  if (r->site_rev)
    catalog_put_site(w, (struct version){r->site_rev, 6, 0}, T0);
  catalog_put_window(w, r->window_us);
}

static void all_stage(struct catalog_writer *w, const struct rows *r)
{
  assert_int_equal(catalog_begin_full(w), ERR_OK);
  for (uint32_t i = 0; i < r->used; i++)
    if (r->present[i])
      product_stage(w, r, i);
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t i = 0; i < TERMS_MOST; i++)
      if (r->terms[k][i])
        term_stage(w, r, k, i);
  others_stage(w, r);
}

/* ---- edits */
static void past_make(struct rows *r, uint32_t i)
{
  uint32_t most = below(3) == 0 ? 0 : below(20) ? 40 : 70000; /* of all widths */
  for (int k = 0; k < SCORE_MONTHS; k++)
    r->past[i][k] = i % 7 && most ? (uint16_t)below(most) : 0;
}

static void product_make(struct rows *r, uint32_t i, enum product_status status)
{
  struct facts f = product_of(i + 1, "", "A Product");
  snprintf(r->slugs[i], sizeof r->slugs[i], "p%u-%u", below(1000), i);
  f.status = status;
  f.version = (struct version){r->facts[i].version.rev + 1, below(UINT32_MAX), 0};
  if (below(2))
    past_make(r, i);
  f.n90 = below(30), f.s30 = below(4), f.activities = below(5) * 10;
  f.override_tenths = below(10) ? -1 : (int)below(101);
  f.n_sectors = below(4), f.n_themes = below(4), f.n_picks = below(3);
  for (uint32_t k = 0; k < 3; k++) {
    r->sectors[i][k] = 1 + (i + k * 5) % (TERMS_MOST + 1); /* some name a sector that does not exist */
    r->themes[i][k] = 1 + (i + k * 3) % (TERMS_MOST + 1);
  }
  f.activity_us = below(3) ? T0 - (int64_t)below(1000000) * CLOCK_SECOND : CLOCK_NEVER;
  f.spark_us = below(3) ? CLOCK_NEVER : T0 - (int64_t)below(1000000) * CLOCK_SECOND;
  f.release_us = below(3) ? T0 - (int64_t)below(1000) * CLOCK_SECOND : CLOCK_NEVER;
  f.editorial_us = below(3) ? CLOCK_NEVER : T0 - (int64_t)below(1000) * CLOCK_SECOND;
  f.editorials = r->editorials[i];
  for (f.n_editorials = 0; f.editorial_us != CLOCK_NEVER && f.n_editorials < 1 + below(EDITORIALS_MOST); f.n_editorials++)
    r->editorials[i][f.n_editorials] = editorial_brief(f.editorial_us - f.n_editorials * CLOCK_DAY,
                                                       (enum prediction_state)below(3), below(4));
  f.next_due_us = below(4) ? CLOCK_FOREVER : T0 + (int64_t)below(1000) * CLOCK_SECOND;
  r->pair[i] = below(6) || i < 2 ? 0 : 1 + below(i); /* never with itself */
  r->facts[i] = f;
  r->present[i] = true;
  r->used = r->used > i ? r->used : i + 1;
}

static void product_drop(struct catalog_writer *w, struct rows *r, uint32_t i)
{
  r->present[i] = false;
  assert_int_equal(catalog_remove_product(w, i + 1), ERR_OK);
}

static void product_edit(struct catalog_writer *w, struct rows *r, uint32_t i, enum product_status status)
{
  product_make(r, i, status);
  product_stage(w, r, i);
}

static void term_edit(struct catalog_writer *w, struct rows *r, bool theme, uint32_t i)
{
  if (r->terms[theme][i] && below(2)) {
    r->terms[theme][i] = false;
    if (theme)
      catalog_remove_theme(w, i + 1);
    else
      catalog_remove_sector(w, i + 1);
    return;
  }
  r->terms[theme][i] = true;
  r->term_rev[theme][i]++;
  term_stage(w, r, theme, i);
}

static void counts_edit(struct catalog_writer *w, struct rows *r, uint32_t i)
{
  if (!r->present[i])
    return;
  struct catalog_counts counts = {r->facts[i].n90 = below(40), r->facts[i].s30 = below(5), NULL};
  if (below(2)) {
    past_make(r, i);
    counts.past = r->past[i];
  }
  assert_int_equal(catalog_put_counts(w, i + 1, &counts, r->window_us), ERR_OK);
}

static void other_edit(struct catalog_writer *w, struct rows *r)
{
  uint32_t what = below(4);
  if (what == 0) {
    r->site_rev++;
  } else if (what == 1) {
    r->window_us += CLOCK_HOUR;
  } else if (what == 2) {
    r->page = true, r->page_rev++;
  } else {
    r->page = false;
    catalog_remove_page(w, 1);
    catalog_remove_attribute(w, 8);
  }
  others_stage(w, r);
}

/* A random edit.  grow: adds a product. */
static void edit(struct catalog_writer *w, struct rows *r, bool grow)
{
  uint32_t what = below(10), i = r->used ? below(r->used) : 0;
  if (grow || what < 2)
    product_edit(w, r, r->used < PRODUCTS_MOST ? r->used : i, (enum product_status)below(3));
  else if (what < 5 && r->used)
    product_edit(w, r, i, (enum product_status)below(3));
  else if (what == 5 && r->used)
    product_drop(w, r, i);
  else if (what == 6 && r->used)
    counts_edit(w, r, i);
  else if (what < 9)
    term_edit(w, r, what == 8, below(TERMS_MOST));
  else
    other_edit(w, r);
}

/* ---- the three ways to open a catalog, and the dump of each */
struct site {
  struct catalog *c;
  struct catalog_writer *w;
  uint64_t cursor;
  char path[64];
  struct rows rows;
};

/* Dumps the catalog now and after an edit that changes derived data (medians, lists, orders). */
static char *dump_twice(struct catalog *c, struct catalog_writer *w, const struct rows *r, uint64_t cursor)
{
  char *now = catalog_dump(c), *later, *both;
  struct facts f = product_of(999999, "the-later-one", "Later");
  uint64_t ids[] = {1, 2};
  static const uint16_t past[SCORE_MONTHS] = {9, 8, 300, [11] = 7};
  f.past = past;
  f.sectors = f.themes = ids, f.n_sectors = f.n_themes = 2, f.n90 = 17, f.activity_us = T0;
  put(w, &f);
  if (r->used && r->present[0])
    assert_int_equal(catalog_put_counts(w, 1, &(struct catalog_counts){23, 3, past}, r->window_us), ERR_OK);
  publish(c, w, cursor + 1);
  later = catalog_dump(c);
  assert_true(asprintf(&both, "%s---- later\n%s", now, later) > 0);
  free(now);
  free(later);
  return both;
}

static char *dump_of_file(const struct site *s)
{
  struct catalog *c = catalog_create(LEAST);
  struct catalog_writer *w = catalog_writer_open(c);
  assert_int_equal(catalog_load(w, s->path), ERR_OK);
  char *text = dump_twice(c, w, &s->rows, s->cursor);
  catalog_writer_close(&w);
  catalog_destroy(&c);
  return text;
}

static char *dump_of_rows(const struct site *s)
{
  struct catalog *c = catalog_create(LEAST);
  struct catalog_writer *w = catalog_writer_open(c);
  all_stage(w, &s->rows);
  publish(c, w, s->cursor);
  char *text = dump_twice(c, w, &s->rows, s->cursor);
  catalog_writer_close(&w);
  catalog_destroy(&c);
  return text;
}

static void writer_replace(struct site *s)
{
  catalog_writer_close(&s->w);
  s->w = catalog_writer_open(s->c);
  assert_non_null(s->w);
}

/* Works on a copy of the shared memory, so the history continues without the further edit. */
static char *dump_of_takeover(const struct site *s)
{
  struct catalog *c = catalog_create(s->c->bytes);
  memcpy(c, s->c, c->bytes);
  struct catalog_writer *w = catalog_writer_open(c);
  assert_non_null(w);
  char *text = dump_twice(c, w, &s->rows, s->cursor);
  catalog_writer_close(&w);
  catalog_destroy(&c);
  return text;
}

static void all_three_are_equal(struct site *s)
{
  assert_int_equal(catalog_save_now(s->w, s->path), ERR_OK);
  char *file = dump_of_file(s), *rows = dump_of_rows(s), *taken = dump_of_takeover(s);
  assert_dump_equal(file, rows, "the file copy");
  assert_dump_equal(taken, rows, "taking over");
  free(file);
  free(rows);
  free(taken);
  if (below(2))
    writer_replace(s);
}

static void step(struct site *s)
{
  publish(s->c, s->w, ++s->cursor);
  all_three_are_equal(s);
}

static int setup(void **state)
{
  struct site *s = calloc(1, sizeof *s);
  s->c = catalog_create(LEAST);
  s->w = catalog_writer_open(s->c);
  s->rows.window_us = clock_hour_floor(T0);
  snprintf(s->path, sizeof s->path, "/tmp/diptych-takeover-%d", (int)getpid());
  catalog_put_window(s->w, s->rows.window_us);
  *state = s;
  return !s->w;
}

static int teardown(void **state)
{
  struct site *s = *state;
  unlink(s->path);
  catalog_writer_close(&s->w);
  catalog_destroy(&s->c);
  free(s);
  return 0;
}

/* ---- histories */
static void test_nothing_then_a_draft(void **state)
{
  struct site *s = *state;
  step(s);
  writer_replace(s);
  product_edit(s->w, &s->rows, 0, PRODUCT_DRAFT);
  step(s);
  product_edit(s->w, &s->rows, 1, PRODUCT_DRAFT);
  step(s);
  product_edit(s->w, &s->rows, 0, PRODUCT_PUBLISHED);
  step(s);
}

static void test_a_product_that_came_and_went_before_it_was_published(void **state)
{
  struct site *s = *state;
  step(s);
  product_edit(s->w, &s->rows, 0, PRODUCT_PUBLISHED);
  product_drop(s->w, &s->rows, 0);
  other_edit(s->w, &s->rows);
  step(s);
}

static void test_drafts_after_products(void **state)
{
  struct site *s = *state;
  for (uint32_t i = 0; i < 3; i++)
    product_edit(s->w, &s->rows, i, PRODUCT_PUBLISHED);
  step(s);
  for (uint32_t i = 3; i < 80; i++) { /* no ranking changes: the table of scores is not written again */
    product_edit(s->w, &s->rows, i, PRODUCT_DRAFT);
    if (i % 13 == 0)
      step(s);
  }
}

static void test_each_sort_of_publication_alone(void **state)
{
  struct site *s = *state;
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t i = 0; i < 3; i++) {
      term_edit(s->w, &s->rows, k, i);
      step(s);
    }
  for (int i = 0; i < 8; i++) {
    other_edit(s->w, &s->rows);
    step(s);
  }
  product_edit(s->w, &s->rows, 0, PRODUCT_PUBLISHED);
  step(s);
  product_drop(s->w, &s->rows, 0);
  step(s);
}

static void test_growth_over_every_size_and_down_to_none(void **state)
{
  static const uint32_t sizes[] = {1, 2, 16, 63, 64, 65, 160, 255, 256, 257, 500, 1023, 1025, PRODUCTS_MOST};
  struct site *s = *state;
  random_state = 7;
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    while (s->rows.used < sizes[k])
      edit(s->w, &s->rows, true);
    for (int i = 0; i < 5; i++)
      edit(s->w, &s->rows, false);
    step(s);
  }
  for (uint32_t left = PRODUCTS_MOST; left; left /= 4) {
    for (uint32_t i = left / 4; i < left; i++)
      if (s->rows.present[i])
        product_drop(s->w, &s->rows, i);
    step(s);
  }
  for (uint32_t i = 0; i < TERMS_MOST; i++)
    for (uint32_t k = 0; k < 2; k++)
      while (s->rows.terms[k][i])
        term_edit(s->w, &s->rows, k, i);
  step(s);
  product_edit(s->w, &s->rows, 9, PRODUCT_PUBLISHED);
  step(s);
}

static void test_any_history(void **state)
{
  struct site *s = *state;
  for (uint64_t seed = 1; seed <= 12; seed++) {
    random_state = seed * 977;
    for (int i = 0; i < 25; i++) {
      for (uint32_t n = below(seed % 3 ? 4 : 40); n > 0; n--)
        edit(s->w, &s->rows, seed % 4 == 0 && below(2));
      step(s);
    }
  }
}

/* A damaged snapshot of an earlier writer is not taken over: everything is read into the other half. */
static void test_a_damaged_snapshot_is_not_taken_over(void **state)
{
  struct site *s = *state;
  for (uint32_t i = 0; i < 40; i++)
    edit(s->w, &s->rows, true);
  step(s);
  char *before = catalog_dump(s->c);
  uint64_t live = atomic_load(&s->c->live), publication = catalog_publication(s->c);
  struct catalog_snapshot *b = (struct catalog_snapshot *)catalog_half(s->c, live & 1) + (live >> 1) % CATALOG_SNAPSHOTS, was = *b;
  for (size_t at = 0; at < offsetof(struct catalog_snapshot, n_newest); at += 4) {
    memset((char *)b + at, 0xff, 4);
    writer_replace(s);
    publish(s->c, s->w, s->cursor); /* without rows this may publish nothing */
    if (atomic_load(&s->c->live) == live) {
      *b = was;
      continue;
    }
    all_stage(s->w, &s->rows);
    publish(s->c, s->w, s->cursor);
    char *after = catalog_dump(s->c);
    assert_dump_equal(after, before, "the full load");
    assert_true(catalog_publication(s->c) > publication);
    free(after);
    s->c->grace_us = 0;
    live = atomic_load(&s->c->live), publication = catalog_publication(s->c);
    b = (struct catalog_snapshot *)catalog_half(s->c, live & 1) + (live >> 1) % CATALOG_SNAPSHOTS, was = *b;
  }
  free(before);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_nothing_then_a_draft, setup, teardown),
      cmocka_unit_test_setup_teardown(test_a_product_that_came_and_went_before_it_was_published, setup, teardown),
      cmocka_unit_test_setup_teardown(test_drafts_after_products, setup, teardown),
      cmocka_unit_test_setup_teardown(test_each_sort_of_publication_alone, setup, teardown),
      cmocka_unit_test_setup_teardown(test_growth_over_every_size_and_down_to_none, setup, teardown),
      cmocka_unit_test_setup_teardown(test_any_history, setup, teardown),
      cmocka_unit_test_setup_teardown(test_a_damaged_snapshot_is_not_taken_over, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
