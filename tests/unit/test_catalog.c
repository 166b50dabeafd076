/* Tests what readers find after a publication. */
#include <stdio.h>

#include "catalog_fixture.h"
#include "cpu_time.h"

#include "model/editorials.h"

static void test_nothing_is_published_at_first(void **state)
{
  struct catalog_fixture *x = *state;
  struct catalog_pin pin;
  assert_false(catalog_pin_current(x->c, &pin));
  assert_int_equal(catalog_publication(x->c), 0);
  struct facts kafka = product_of(1, "kafka", "Kafka");
  put(x->w, &kafka);
  assert_false(catalog_pin_current(x->c, &pin));
}

static void test_an_empty_site_can_be_published(void **state)
{
  struct catalog_fixture *x = *state;
  struct catalog_pin pin = publish(x->c, x->w, 1);
  bool alias;
  struct facts f;
  assert_int_equal(pin.products, 0);
  assert_int_equal(catalog_find(&pin, SPAN("kafka"), &alias), CATALOG_NONE);
  assert_int_equal(catalog_find_id(&pin, 1), CATALOG_NONE);
  assert_false(catalog_facts(&pin, 0, &f));
  assert_int_equal(catalog_score(&pin, 0), SCORE_NONE);
  assert_int_equal(catalog_ranking(&pin).n, 0);
  assert_int_equal(catalog_sectors(&pin), 0);
  assert_true(catalog_pin_valid(&pin));
}

static void test_all_facts_come_back(void **state)
{
  struct catalog_fixture *x = *state;
  uint64_t sectors[] = {30, 10}, themes[] = {5, 4, 3};
  struct span aliases[] = {SPAN("apache-kafka"), SPAN("old-kafka")};
  uint64_t pairs[] = {9, 2}, picks[] = {8, 1, 5};
  struct facts f = product_of(7, "kafka", "Apache Kafka"), got;
  f.status = PRODUCT_ARCHIVED;
  f.lifecycle = LIFECYCLE_DISCONTINUED;
  f.sectors = sectors, f.n_sectors = 2, f.themes = themes, f.n_themes = 3, f.picks = picks, f.n_picks = 3;
  f.n90 = 12, f.s30 = 3, f.activities = 99, f.override_tenths = 73;
  f.texts = SPAN("A log\n0\tApache-2.0");
  f.has_editorial = true, f.has_questions = true;
  f.editorial_us = T0 + 1, f.activity_us = T0 + 2, f.spark_us = T0 + 3, f.changed_us = T0 + 4;
  f.next_due_us = f.version.due_us = T0 + 5;
  assert_int_equal(catalog_put_product(x->w, &f, aliases, 2, pairs, 2), ERR_OK);
  catalog_put_window(x->w, f.window_us);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_int_equal(pin.products, 1);
  assert_true(catalog_facts(&pin, catalog_find_id(&pin, 7), &got));
  assert_span(got.slug, "kafka");
  assert_span(got.name, "Apache Kafka");
  assert_memory_equal(got.sectors, sectors, sizeof sectors);
  assert_memory_equal(got.themes, themes, sizeof themes);
  assert_memory_equal(got.picks, picks, sizeof picks);
  assert_span(got.texts, "A log\n0\tApache-2.0");
  got.slug = f.slug, got.name = f.name, got.texts = f.texts, got.sectors = f.sectors, got.themes = f.themes, got.picks = f.picks;
  assert_memory_equal(&got, &f, sizeof f);
  assert_true(catalog_pair(&pin, 2, 7));
  assert_true(catalog_pair(&pin, 7, 9));
  assert_false(catalog_pair(&pin, 9, 2));
}

/* Times that equal others are stored once: all come back, whichever are equal or missing. */
static void test_times_that_equal_others_come_back(void **state)
{
  struct catalog_fixture *x = *state;
  int64_t some[] = {CLOCK_NEVER, T0, T0 + CLOCK_SECOND, T0 + 1};
  uint64_t id = 0, briefs[1];
  for (int i = 0; i < 1024; i++) {
    struct facts f = product_of(++id, "", "Times");
    char slug[16];
    f.slug = span_of(slug, (size_t)snprintf(slug, sizeof slug, "p%d", i));
    f.editorial_us = some[i & 3], f.activity_us = some[i >> 2 & 3], f.release_us = some[i >> 4 & 3];
    f.changed_us = some[i >> 6 & 3];
    briefs[0] = editorial_brief(some[i >> 8 & 3], PREDICTION_OPEN, true);
    f.editorials = briefs, f.n_editorials = i % 5 > 0;
    put(x->w, &f);
  }
  struct catalog_pin pin = publish(x->c, x->w, 1);
  for (int i = 0; i < 1024; i++) {
    struct facts got;
    assert_true(catalog_facts(&pin, catalog_find_id(&pin, (uint64_t)i + 1), &got));
    assert_true(got.editorial_us == some[i & 3] && got.activity_us == some[i >> 2 & 3]);
    assert_true(got.release_us == some[i >> 4 & 3] && got.changed_us == some[i >> 6 & 3]);
  }
}

static void test_slugs_aliases_and_renames(void **state)
{
  struct catalog_fixture *x = *state;
  struct span alias_of_one = SPAN("kubernetes"), old = SPAN("kube");
  struct facts one = product_of(1, "kafka", "Kafka"), two = product_of(2, "kube", "Kubernetes");
  bool alias;
  assert_int_equal(catalog_put_product(x->w, &one, &alias_of_one, 1, NULL, 0), ERR_OK);
  put(x->w, &two);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  uint32_t kafka = catalog_find_id(&pin, 1), kube = catalog_find_id(&pin, 2);
  assert_int_equal(catalog_find(&pin, SPAN("kubernetes"), &alias), kafka);
  assert_true(alias);
  two = product_of(2, "kubernetes", "Kubernetes");
  assert_int_equal(catalog_put_product(x->w, &two, &old, 1, NULL, 0), ERR_OK);
  assert_int_equal(catalog_find(&pin, SPAN("kube"), &alias), kube); /* staged changes are not visible */
  assert_false(alias);
  pin = publish(x->c, x->w, 2);
  assert_int_equal(catalog_find(&pin, SPAN("kubernetes"), &alias), kube); /* a live slug beats an alias */
  assert_false(alias);
  assert_int_equal(catalog_find(&pin, SPAN("kube"), &alias), kube);
  assert_true(alias);
  assert_list(&pin, catalog_by_slug(&pin), "kafka kubernetes");
  two = product_of(2, "kube", "Kubernetes"); /* and back */
  put(x->w, &two);
  pin = publish(x->c, x->w, 3);
  assert_int_equal(catalog_find(&pin, SPAN("kube"), &alias), kube);
  assert_false(alias);
  assert_int_equal(catalog_find(&pin, SPAN("kubernetes"), &alias), kafka);
  assert_true(alias);
  assert_int_equal(catalog_find(&pin, SPAN(""), &alias), CATALOG_NONE);
  struct facts taken = product_of(3, "kubernetes", "A draft"); /* an old address outlives a draft that has it as its slug */
  taken.status = PRODUCT_DRAFT;
  put(x->w, &taken);
  pin = publish(x->c, x->w, 4);
  assert_int_equal(catalog_find(&pin, SPAN("kubernetes"), &alias), kafka);
  assert_true(alias);
  taken.status = PRODUCT_ARCHIVED;
  put(x->w, &taken);
  pin = publish(x->c, x->w, 5);
  assert_int_equal(catalog_find(&pin, SPAN("kubernetes"), &alias), catalog_find_id(&pin, 3));
  assert_false(alias);
}

static void test_lists_hold_published_products_only(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A"), b = product_of(2, "b", "B"), c = product_of(3, "c", "C");
  b.status = PRODUCT_DRAFT;
  c.status = PRODUCT_ARCHIVED;
  a.activity_us = b.activity_us = c.activity_us = T0;
  put(x->w, &a), put(x->w, &b), put(x->w, &c);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_list(&pin, catalog_ranking(&pin), "a");
  assert_list(&pin, catalog_recent(&pin), "a");
  assert_int_equal(catalog_score(&pin, catalog_find_id(&pin, 2)), SCORE_NONE);
  b.status = PRODUCT_PUBLISHED;
  a.status = PRODUCT_ARCHIVED;
  put(x->w, &a), put(x->w, &b);
  pin = publish(x->c, x->w, 2);
  assert_list(&pin, catalog_ranking(&pin), "b");
  assert_list(&pin, catalog_by_slug(&pin), "b");
  assert_list(&pin, catalog_recent(&pin), "b");
}

static void test_a_removed_product_is_gone(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A"), b = product_of(2, "b", "B"), got;
  uint64_t other = 2;
  bool alias;
  assert_int_equal(catalog_put_product(x->w, &a, NULL, 0, &other, 1), ERR_OK);
  put(x->w, &b);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  uint32_t ordinal = catalog_find_id(&pin, 1);
  assert_int_equal(catalog_pairs(&pin), 1);
  assert_int_equal(catalog_remove_product(x->w, 1), ERR_OK);
  assert_int_equal(catalog_remove_product(x->w, 99), ERR_OK);
  pin = publish(x->c, x->w, 2);
  assert_false(catalog_facts(&pin, ordinal, &got));
  assert_int_equal(catalog_find(&pin, SPAN("a"), &alias), CATALOG_NONE);
  assert_int_equal(catalog_find_id(&pin, 1), CATALOG_NONE);
  assert_int_equal(catalog_pairs(&pin), 0);
  assert_list(&pin, catalog_ranking(&pin), "b");
  put(x->w, &a);
  pin = publish(x->c, x->w, 3);
  assert_list(&pin, catalog_by_slug(&pin), "a b");
}

static void test_sectors_stand_by_sort_then_name_themes_by_slug(void **state)
{
  struct catalog_fixture *x = *state;
  struct catalog_term t;
  put_term(x->w, false, 10, "devops", "DevOps", 2);
  put_term(x->w, false, 11, "data", "Data", 1);
  put_term(x->w, false, 12, "ai", "Zebras", 1);
  put_term(x->w, true, 20, "streaming", "Streaming", 0);
  put_term(x->w, true, 21, "cloud", "Cloud", 0);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_int_equal(catalog_sectors(&pin), 3);
  const char *sectors[] = {"data", "ai", "devops"}, *themes[] = {"cloud", "streaming"};
  for (uint32_t i = 0; i < 3; i++) {
    assert_true(catalog_sector(&pin, i, &t));
    assert_span(t.slug, sectors[i]);
  }
  for (uint32_t i = 0; i < 2; i++) {
    assert_true(catalog_theme(&pin, i, &t));
    assert_span(t.slug, themes[i]);
  }
  assert_false(catalog_sector(&pin, 3, &t));
  assert_true(catalog_sector_id(&pin, 12, &t));
  assert_span(t.name, "Zebras");
  assert_int_equal(t.sort, 1);
  assert_true(catalog_sector_slug(&pin, SPAN("devops"), &t));
  assert_int_equal(t.id, 10);
  assert_false(catalog_sector_slug(&pin, SPAN("cloud"), &t));
  assert_true(catalog_theme_id(&pin, 20, &t));
  assert_true(catalog_theme_slug(&pin, SPAN("cloud"), &t));
  catalog_remove_sector(x->w, 11);
  catalog_remove_theme(x->w, 21);
  put_term(x->w, false, 10, "operations", "Operations", 0);
  pin = publish(x->c, x->w, 2);
  assert_int_equal(catalog_sectors(&pin), 2);
  assert_true(catalog_sector(&pin, 0, &t));
  assert_span(t.slug, "operations");
  assert_false(catalog_sector_slug(&pin, SPAN("devops"), &t));
  assert_false(catalog_theme_slug(&pin, SPAN("cloud"), &t));
}

static void test_a_term_lists_its_products_whichever_came_first(void **state)
{
  struct catalog_fixture *x = *state;
  uint64_t sectors[] = {10, 11}, themes[] = {20};
  struct facts a = product_of(1, "a", "A"), b = product_of(2, "b", "B");
  struct catalog_term t;
  a.sectors = sectors, a.n_sectors = 2, b.sectors = sectors, b.n_sectors = 1;
  a.themes = themes, a.n_themes = 1;
  put(x->w, &a), put(x->w, &b);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_false(catalog_sector_id(&pin, 10, &t));
  put_term(x->w, false, 10, "devops", "DevOps", 2);
  put_term(x->w, false, 11, "data", "Data", 1);
  put_term(x->w, true, 20, "streaming", "Streaming", 0);
  pin = publish(x->c, x->w, 2);
  assert_true(catalog_sector_id(&pin, 10, &t));
  assert_list(&pin, t.ranking, "a b");
  assert_true(catalog_sector_id(&pin, 11, &t));
  assert_list(&pin, t.ranking, "a");
  assert_true(catalog_theme_id(&pin, 20, &t));
  assert_list(&pin, t.ranking, "a");
}

static void test_pages_and_the_site(void **state)
{
  struct catalog_fixture *x = *state;
  struct page_head about = {5, {3, 4, 0}, SPAN("about"), SPAN("About us"), PRODUCT_PUBLISHED, T0}, got;
  struct page_head method = {4, {1, 2, 0}, SPAN("methodology"), SPAN("Methodology"), PRODUCT_DRAFT, T0 + 1};
  assert_int_equal(catalog_put_page(x->w, &method), ERR_OK);
  assert_int_equal(catalog_put_page(x->w, &about), ERR_OK);
  catalog_put_site(x->w, (struct version){7, 8, 0}, 9);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_int_equal(catalog_pages(&pin), 2);
  assert_true(catalog_page_at(&pin, 0, &got));
  assert_span(got.slug, "about");
  assert_span(got.title, "About us");
  assert_true(catalog_page_slug(&pin, SPAN("methodology"), &got));
  assert_int_equal(got.status, PRODUCT_DRAFT);
  assert_int_equal(got.changed_us, T0 + 1);
  assert_true(version_eq(got.version, method.version));
  assert_true(version_eq(catalog_site_version(&pin), (struct version){7, 8, 0}));
  catalog_remove_page(x->w, 4);
  pin = publish(x->c, x->w, 2);
  assert_false(catalog_page_slug(&pin, SPAN("methodology"), &got));
}

static void test_attributes_come_back_in_their_order(void **state)
{
  struct catalog_fixture *x = *state;
  struct arena *arena = arena_new(0);
  struct attribute last = attribute_of(1, "last", 9), b = attribute_of(2, "b", 3), a = attribute_of(3, "a", 3), got;
  last.status = PRODUCT_ARCHIVED, last.kind = ATTRIBUTE_URL, last.n_sectors = 0;
  assert_int_equal(catalog_put_attribute(x->w, &last), ERR_OK);
  assert_int_equal(catalog_put_attribute(x->w, &b), ERR_OK);
  assert_int_equal(catalog_put_attribute(x->w, &a), ERR_OK);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_int_equal(catalog_attributes(&pin), 3);
  assert_true(catalog_attribute(&pin, 0, arena, &got));
  assert_span(got.slug, "a");
  assert_span(got.name, "Name of it");
  assert_span(got.unit, "MB");
  assert_span(got.help, "What it is.");
  assert_span(got.group, "Group");
  assert_memory_equal(got.sectors, a.sectors, 2 * sizeof *a.sectors);
  got.slug = a.slug, got.name = a.name, got.unit = a.unit, got.help = a.help, got.group = a.group, got.sectors = a.sectors;
  assert_memory_equal(&got, &a, sizeof a);
  assert_true(catalog_attribute(&pin, 1, arena, &got));
  assert_span(got.slug, "b");
  assert_true(catalog_attribute(&pin, 2, arena, &got));
  assert_span(got.slug, "last");
  assert_int_equal(got.status, PRODUCT_ARCHIVED);
  assert_int_equal(got.n_sectors, 0);
  assert_false(catalog_attribute(&pin, 3, arena, &got));
  a.name = SPAN("Another name");
  assert_int_equal(catalog_put_attribute(x->w, &a), ERR_OK);
  catalog_remove_attribute(x->w, 2);
  pin = publish(x->c, x->w, 2);
  assert_int_equal(catalog_attributes(&pin), 2);
  assert_true(catalog_attribute(&pin, 0, arena, &got));
  assert_span(got.name, "Another name");
  arena_free(&arena);
}

static void test_the_longest_attribute_fits(void **state)
{
  struct catalog_fixture *x = *state;
  struct arena *arena = arena_new(0);
  static char text[ATTRIBUTE_TEXT_CHARS * 4 + 64000];
  uint64_t sectors[ATTRIBUTE_SECTORS_MAX];
  struct attribute a = attribute_of(1, "long", 0), got;
  memset(text, 'x', sizeof text);
  a.name = a.unit = a.help = a.group = span_of(text, ATTRIBUTE_TEXT_CHARS * 4);
  for (size_t i = 0; i < ATTRIBUTE_SECTORS_MAX; i++)
    sectors[i] = UINT64_MAX - ATTRIBUTE_SECTORS_MAX + i;
  a.sectors = sectors, a.n_sectors = ATTRIBUTE_SECTORS_MAX;
  assert_int_equal(catalog_put_attribute(x->w, &a), ERR_OK);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_true(catalog_attribute(&pin, 0, arena, &got));
  assert_true(span_eq(got.group, a.group));
  assert_memory_equal(got.sectors, sectors, sizeof sectors);
  a.help = span_of(text, sizeof text);
  assert_int_equal(catalog_put_attribute(x->w, &a), ERR_LIMIT);
  arena_free(&arena);
}

static void test_a_pair_is_listed_once_whichever_side_names_it(void **state)
{
  struct catalog_fixture *x = *state;
  uint64_t of_one[] = {3, 2, 2, 1}, of_two[] = {1}, id, other;
  struct facts one = product_of(1, "a", "A"), two = product_of(2, "b", "B"), three = product_of(3, "c", "C");
  assert_int_equal(catalog_put_product(x->w, &one, NULL, 0, of_one, 4), ERR_OK);
  assert_int_equal(catalog_put_product(x->w, &two, NULL, 0, of_two, 1), ERR_OK);
  put(x->w, &three);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_int_equal(catalog_pairs(&pin), 2);
  assert_true(catalog_pair_at(&pin, 1, &id, &other));
  assert_int_equal(id, 1);
  assert_int_equal(other, 3);
  assert_false(catalog_pair_at(&pin, 2, &id, &other));
  assert_true(catalog_pair(&pin, 3, 1));
  assert_false(catalog_pair(&pin, 3, 2));
  assert_false(catalog_pair(&pin, 1, 1));
  put(x->w, &one);
  pin = publish(x->c, x->w, 2);
  assert_int_equal(catalog_pairs(&pin), 1);
  assert_true(catalog_pair(&pin, 1, 2)); /* the other product still names the pair */
}

static void test_the_newest_texts_on_pairs_come_first(void **state)
{
  struct catalog_fixture *x = *state;
  uint64_t ids[40], id, other;
  struct written_pair written[40];
  for (uint64_t i = 0; i < 40; i++) {
    ids[i] = i + 2;
    written[i] = (struct written_pair){i + 2, 100 + i * 7 % 40};
  }
  struct facts a = product_of(1, "a", "A"), b = product_of(9, "b", "B");
  a.written = written, a.n_written = 39;
  b.written = (struct written_pair[]){{1, written[7].text_id}}, b.n_written = 1;
  assert_int_equal(catalog_put_product(x->w, &a, NULL, 0, ids, 40), ERR_OK);
  assert_int_equal(catalog_put_product(x->w, &b, NULL, 0, (uint64_t[]){1}, 1), ERR_OK);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  for (uint32_t i = 0; i < 16; i++) {
    uint64_t text = 139 - i - (139 - i <= written[39].text_id);
    assert_true(catalog_written_at(&pin, i, &id, &other));
    assert_int_equal(id, 1);
    assert_int_equal(written[other - 2].text_id, text);
  }
  assert_false(catalog_written_at(&pin, 16, &id, &other));
  a.n_written = 1;
  assert_int_equal(catalog_put_product(x->w, &a, NULL, 0, ids, 40), ERR_OK);
  pin = publish(x->c, x->w, 2);
  assert_true(catalog_written_at(&pin, 0, &id, &other));
  assert_int_equal(other, 9);
  assert_true(catalog_written_at(&pin, 1, &id, &other));
  assert_false(catalog_written_at(&pin, 2, &id, &other));
  assert_int_equal(catalog_pairs(&pin), 40);
}

static void test_long_and_odd_values(void **state)
{
  struct catalog_fixture *x = *state;
  char slug[256], name[5000];
  struct facts got;
  memset(slug, 'a', sizeof slug);
  memset(name, 'N', sizeof name);
  memcpy(name + 1023, "\xc3\xa9", 2);
  struct facts a = product_of(UINT64_MAX, "a", "A");
  a.slug = span_of(slug, 255), a.name = span_of(name, sizeof name);
  a.n90 = a.s30 = a.activities = UINT32_MAX, a.override_tenths = 500, a.window_us = CLOCK_NEVER;
  put(x->w, &a);
  a.slug = span_of(slug, 256);
  assert_int_equal(catalog_put_product(x->w, &a, NULL, 0, NULL, 0), ERR_INVALID);
  a.slug = SPAN("");
  assert_int_equal(catalog_put_product(x->w, &a, NULL, 0, NULL, 0), ERR_INVALID);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_true(catalog_facts(&pin, catalog_find_id(&pin, UINT64_MAX), &got));
  assert_int_equal(got.slug.n, 255);
  assert_int_equal(got.name.n, 1023); /* not cut in the middle of a character */
  assert_int_equal(got.n90, UINT32_MAX);
  assert_int_equal(catalog_score(&pin, 0), 100);
}

/* ---- a full load of a large site */

#define LARGE 40000

static void count_up(void *arg)
{
  ++*(unsigned *)arg;
}

/* Each product is compared with the one before it.  Returns the CPU time of the publication. */
static int64_t large_publish(bool pairs, unsigned *calls)
{
  struct catalog *c = catalog_create((size_t)256 << 20);
  struct catalog_writer *w = catalog_writer_open(c);
  assert_true(c && w);
  assert_int_equal(catalog_begin_full(w), ERR_OK);
  for (uint64_t id = 1; id <= LARGE; id++) {
    char slug[16];
    struct facts f = product_of(id, "", "Name");
    uint64_t other = id - 1;
    f.slug = span_of(slug, (size_t)snprintf(slug, sizeof slug, "p%llu", (unsigned long long)id));
    assert_int_equal(catalog_put_product(w, &f, NULL, 0, &other, pairs && other), ERR_OK);
  }
  *calls = 0;
  catalog_writer_alive(w, count_up, calls);
  int64_t began = cpu_time_us();
  struct catalog_pin pin = publish(c, w, 1);
  int64_t took = cpu_time_us() - began;
  assert_int_equal(pin.products, LARGE);
  assert_int_equal(catalog_pairs(&pin), pairs ? LARGE - 1 : 0);
  catalog_writer_close(&w);
  catalog_destroy(&c);
  return took;
}

/* The cost of pairs grows with their number, not with its square. */
static bool pairs_cost_their_number(void)
{
  unsigned calls;
  int64_t without = large_publish(false, &calls), with = large_publish(true, &calls);
  printf("# %lld us with pairs, %lld without\n", (long long)with, (long long)without);
  return with <= 5 * without + 100000;
}

static void test_a_full_load_of_many_pairs_takes_no_longer_than_their_number(void **state)
{
  (void)state;
  CPU_TIME_HOLDS(pairs_cost_their_number());
}

/* Otherwise the pool would take the watcher of a large site for hung. */
static void test_a_long_publication_says_that_it_is_alive(void **state)
{
  unsigned calls;
  (void)state;
  large_publish(false, &calls);
  assert_true(calls >= 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_full_load_of_many_pairs_takes_no_longer_than_their_number),
      cmocka_unit_test(test_a_long_publication_says_that_it_is_alive),
      cmocka_unit_test_setup_teardown(test_nothing_is_published_at_first, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_an_empty_site_can_be_published, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_all_facts_come_back, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_times_that_equal_others_come_back, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_slugs_aliases_and_renames, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_lists_hold_published_products_only, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_a_removed_product_is_gone, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_sectors_stand_by_sort_then_name_themes_by_slug, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_a_term_lists_its_products_whichever_came_first, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_pages_and_the_site, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_attributes_come_back_in_their_order, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_the_longest_attribute_fits, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_a_pair_is_listed_once_whichever_side_names_it, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_the_newest_texts_on_pairs_come_first, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_long_and_odd_values, catalog_setup, catalog_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
