/* Lets every allocation and every limit of one publication fail in turn.  The published catalog must stay as it was.
 * Publishing again (after NO_MEMORY by a new writer, from the rows) must give the same catalog as without a failure. */
#include "catalog/catalog_private.h"
#include "catalog_dump.h"

/* ---- the linker redirects the program's allocations here */
void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t count, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_reallocarray(void *p, size_t count, size_t size);

static long allocations_left; /* until one fails; 0: none fails */

static bool fails(void)
{
  return allocations_left && --allocations_left == 0;
}

void *__wrap_malloc(size_t n)
{
  return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t size)
{
  return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t n)
{
  return fails() ? NULL : __real_realloc(p, n);
}

void *__wrap_reallocarray(void *p, size_t count, size_t size)
{
  return fails() ? NULL : __real_reallocarray(p, count, size);
}

/* ---- a site, and edits that change every table */
#define PRODUCTS 300 /* enough for rankings to be patched after few edits and rebuilt after many */

static enum err product_write(struct catalog_writer *w, uint64_t id, uint64_t rev, const char *name)
{
  char slug[24];
  uint64_t sectors[] = {1 + id % 3, 9}, themes[] = {1 + id % 2}, pair = id + 1;
  struct span alias = SPAN("once-another");
  struct facts f = product_of(id, "", name);
  f.slug = span_of(slug, (size_t)snprintf(slug, sizeof slug, "p%u", (unsigned)(rev > 1 ? id * 1000 : id)));
  f.version.rev = rev, f.n90 = (uint32_t)((id * rev) % 40), f.s30 = (uint32_t)(id % 3), f.activities = 50;
  f.sectors = sectors, f.n_sectors = 2, f.themes = themes, f.n_themes = 1;
  f.activity_us = f.spark_us = T0 + (int64_t)(id * rev);
  f.next_due_us = T0 + (int64_t)id;
  return catalog_put_product(w, &f, &alias, id == 7, &pair, rev > 1);
}

static enum err term_write(struct catalog_writer *w, bool theme, uint64_t id, uint64_t rev)
{
  struct term t = {.id = id, .version = {rev, id, 0}, .slug = SPAN("term"), .name = SPAN("A term"), .edited_us = T0};
  return theme ? catalog_put_theme(w, &t) : catalog_put_sector(w, &t);
}

static void site_publish(struct catalog *c, struct catalog_writer *w)
{
  for (uint64_t id = 1; id <= PRODUCTS; id++)
    assert_int_equal(product_write(w, id, 1, "Old"), ERR_OK);
  for (uint64_t id = 1; id <= 3; id++)
    assert_int_equal(term_write(w, id > 2, id, 1), ERR_OK);
  publish(c, w, 1);
}

/* products: how many change.  terms: sectors, themes and pages change too, so all rankings are rebuilt. */
struct edits {
  uint64_t products;
  bool terms;
};

static enum err terms_stage(struct catalog_writer *w)
{
  struct page_head page = {5, {3, 4, 0}, SPAN("about"), SPAN("About us"), PRODUCT_PUBLISHED, T0};
  enum err e = term_write(w, false, 2, 2);
  if (e == ERR_OK)
    e = term_write(w, true, 4, 1);
  if (e == ERR_OK)
    e = catalog_put_page(w, &page);
  struct attribute attribute = attribute_of(8, "memory", 1);
  return e == ERR_OK ? catalog_put_attribute(w, &attribute) : e;
}

static enum err edits_stage(struct catalog_writer *w, const struct edits *x)
{
  enum err e = ERR_OK;
  for (uint64_t id = 1; id <= x->products && e == ERR_OK; id++)
    e = product_write(w, id == x->products ? PRODUCTS + 1 : id, 2, "New");
  if (e == ERR_OK)
    e = catalog_remove_product(w, PRODUCTS);
  if (e == ERR_OK && x->terms)
    e = terms_stage(w);
  catalog_put_site(w, (struct version){9, 9, 0}, T0);
  catalog_put_window(w, clock_hour_floor(T0));
  return e;
}

static enum err edits_publish(struct catalog_writer *w, const struct edits *x)
{
  enum err e = edits_stage(w, x);
  return e == ERR_OK ? catalog_writer_publish(w, position_at(2)) : e;
}

static const struct edits all_edits[] = {{1, false}, {3, false}, {200, false}, {2, true}, {250, true}};
#define EDITS (sizeof all_edits / sizeof *all_edits)

static char *never_failed(const struct edits *x)
{
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  site_publish(c, w);
  assert_int_equal(edits_publish(w, x), ERR_OK);
  char *text = catalog_dump(c);
  catalog_writer_close(&w);
  catalog_destroy(&c);
  return text;
}

/* ---- memory */
static void one_allocation_fails(const struct edits *x, long at, const char *wanted, bool *failed)
{
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  site_publish(c, w);
  char *before = catalog_dump(c);
  allocations_left = at;
  enum err e = edits_publish(w, x);
  *failed = allocations_left == 0;
  allocations_left = 0;
  for (int tries = 0; e != ERR_OK && tries < 3; tries++) {
    char *now = catalog_dump(c);
    assert_dump_equal(now, before, "a publication without memory");
    free(now);
    assert_int_equal(e, ERR_NO_MEMORY);
    if (tries || catalog_writer_publish(w, position_at(2)) != ERR_OK) { /* the same writer may publish; else a new one */
      catalog_writer_close(&w);
      w = catalog_writer_open(c);
      e = edits_publish(w, x);
    } else
      e = ERR_OK;
  }
  char *after = catalog_dump(c);
  assert_dump_equal(after, wanted, "publishing again after memory ran out");
  free(before);
  free(after);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static void test_every_allocation_fails_in_turn(void **state)
{
  (void)state;
  for (size_t i = 0; i < EDITS; i++) {
    char *wanted = never_failed(&all_edits[i]);
    bool failed = true;
    long at = 1;
    for (; failed; at++)
      one_allocation_fails(&all_edits[i], at, wanted, &failed);
    assert_true(at > 3);
    free(wanted);
  }
}

/* ---- limits */

/* Publishes with room for `units` more, while the other half has readers. */
static enum err publish_within(struct catalog *c, struct catalog_writer *w, uint32_t units)
{
  uint32_t low = w->next.tables_low, room = low - w->next.heap_top;
  atomic_store(&c->control[!w->half].retired_us, clock_mono_us());
  if (units < room)
    w->next.tables_low = w->next.heap_top + units;
  enum err e = catalog_writer_publish(w, position_at(2));
  atomic_store(&c->control[!w->half].retired_us, 0);
  if (e != ERR_OK)
    w->next.tables_low = low;
  return e;
}

static bool one_limit_is_met(const struct edits *x, uint32_t units, bool other_half, const char *wanted)
{
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  site_publish(c, w);
  char *before = catalog_dump(c);
  assert_int_equal(edits_stage(w, x), ERR_OK);
  enum err e = publish_within(c, w, units);
  bool met = e != ERR_OK;
  if (met) {
    char *now = catalog_dump(c);
    assert_int_equal(e, ERR_LIMIT);
    assert_dump_equal(now, before, "a publication without room");
    free(now);
    if (other_half)
      w->next.tables_low = w->next.heap_top;
    assert_int_equal(catalog_writer_publish(w, position_at(2)), ERR_OK);
  }
  char *after = catalog_dump(c);
  assert_dump_equal(after, wanted, "publishing again after a limit");
  free(before);
  free(after);
  catalog_writer_close(&w);
  catalog_destroy(&c);
  return met;
}

static void test_every_limit_is_met_in_turn(void **state)
{
  (void)state;
  for (size_t i = 0; i < EDITS; i++) {
    char *wanted = never_failed(&all_edits[i]);
    uint32_t met = 0;
    for (uint32_t units = 0; one_limit_is_met(&all_edits[i], units, units % 2, wanted); units += 3)
      met++;
    assert_true(met > 3);
    free(wanted);
  }
}

/* Later publications write complete data into the other slots of each ring. */
static void test_later_publications_after_a_limit(void **state)
{
  struct edits x = {3, false};
  struct catalog *c = catalog_create(SMALL), *other = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c), *v = catalog_writer_open(other);
  (void)state;
  site_publish(c, w);
  site_publish(other, v);
  assert_int_equal(edits_publish(v, &x), ERR_OK);
  assert_int_equal(edits_stage(w, &x), ERR_OK);
  for (uint32_t units = 0; publish_within(c, w, units) != ERR_OK; units += 40)
    ;
  for (uint64_t rev = 3; rev < 12; rev++) {
    assert_int_equal(product_write(w, 50 + rev, rev, "Later"), ERR_OK);
    assert_int_equal(product_write(v, 50 + rev, rev, "Later"), ERR_OK);
    publish(c, w, rev);
    publish(other, v, rev);
    char *got = catalog_dump(c), *wanted = catalog_dump(other);
    assert_dump_equal(got, wanted, "a later publication");
    free(got);
    free(wanted);
  }
  catalog_writer_close(&w);
  catalog_writer_close(&v);
  catalog_destroy(&c);
  catalog_destroy(&other);
}

/* Long texts fill the memory before the number of products does: those that fit are published all the same. */
static void test_texts_fill_the_catalog(void **state)
{
  (void)state;
  struct catalog *c = catalog_create((size_t)8 << 20);
  struct catalog_writer *w = catalog_writer_open(c);
  struct arena *arena = arena_new(0);
  struct catalog_match found[4];
  static char text[2000];
  enum err e = ERR_OK;
  uint32_t n = 0;
  memset(text, 'x', sizeof text);
  for (; e == ERR_OK; n++) {
    char slug[16];
    snprintf(slug, sizeof slug, "p%u", n);
    struct facts f = product_of(n + 1, slug, slug);
    f.texts = span_of(text, sizeof text);
    e = catalog_put_product(w, &f, NULL, 0, NULL, 0);
  }
  assert_int_equal(e, ERR_LIMIT);
  assert_true(n > 1000);
  struct catalog_pin pin = publish(c, w, 1);
  assert_int_equal(catalog_search(&pin, SEARCH_ALL, SPAN("xxxx"), arena, found, 4), 4);
  struct facts f = product_of(5, "p4", "Another name");
  put(w, &f);
  pin = publish(c, w, 2);
  assert_int_equal(catalog_search(&pin, SEARCH_ALL, SPAN("another"), arena, found, 4), 1);
  arena_free(&arena);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_texts_fill_the_catalog),
      cmocka_unit_test(test_every_allocation_fails_in_turn),
      cmocka_unit_test(test_every_limit_is_met_in_turn),
      cmocka_unit_test(test_later_publications_after_a_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
