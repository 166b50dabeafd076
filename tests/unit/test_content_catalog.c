/* What a reader finds after a publication. */
#include <stdio.h>

#include "catalog_fixture.h"

struct fixture {
  struct catalog *c;
  struct catalog_writer *w;
};

static int setup(void **state)
{
  struct fixture *x = calloc(1, sizeof *x);
  x->c = catalog_create(SMALL);
  x->w = catalog_writer_open(x->c);
  *state = x;
  return !x->c || !x->w;
}

static int teardown(void **state)
{
  struct fixture *x = *state;
  catalog_writer_close(&x->w);
  catalog_destroy(&x->c);
  free(x);
  return 0;
}

static void test_nothing_is_published_at_first(void **state)
{
  struct fixture *x = *state;
  struct catalog_pin pin;
  assert_false(catalog_pin(x->c, &pin));
  assert_int_equal(catalog_publication(x->c), 0);
  struct facts kafka = product_of(1, "kafka", "Kafka");
  put(x->w, &kafka);
  assert_false(catalog_pin(x->c, &pin));
}

static void test_an_empty_site_can_be_published(void **state)
{
  struct fixture *x = *state;
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
  assert_true(catalog_still(&pin));
}

static void test_all_facts_come_back(void **state)
{
  struct fixture *x = *state;
  uint64_t sectors[] = {30, 10}, themes[] = {5, 4, 3};
  struct span aliases[] = {SPAN("apache-kafka"), SPAN("old-kafka")};
  uint64_t pairs[] = {9, 2};
  struct facts f = product_of(7, "kafka", "Apache Kafka"), got;
  f.status = PRODUCT_ARCHIVED;
  f.lifecycle = LIFECYCLE_DISCONTINUED;
  f.sectors = sectors, f.n_sectors = 2, f.themes = themes, f.n_themes = 3;
  f.n90 = 12, f.s30 = 3, f.activities = 99, f.override_tenths = 73;
  f.has_editorial = true, f.has_questions = true;
  f.editorial_us = T0 + 1, f.activity_us = T0 + 2, f.spark_us = T0 + 3, f.changed_us = T0 + 4, f.next_due_us = T0 + 5;
  assert_int_equal(catalog_put(x->w, &f, aliases, 2, pairs, 2), ERR_OK);
  catalog_put_window(x->w, f.window_us);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_int_equal(pin.products, 1);
  assert_true(catalog_facts(&pin, catalog_find_id(&pin, 7), &got));
  assert_span(got.slug, "kafka");
  assert_span(got.name, "Apache Kafka");
  assert_memory_equal(got.sectors, sectors, sizeof sectors);
  assert_memory_equal(got.themes, themes, sizeof themes);
  got.slug = f.slug, got.name = f.name, got.sectors = f.sectors, got.themes = f.themes;
  assert_memory_equal(&got, &f, sizeof f);
  assert_true(catalog_pair(&pin, 2, 7));
  assert_true(catalog_pair(&pin, 7, 9));
  assert_false(catalog_pair(&pin, 9, 2));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_nothing_is_published_at_first, setup, teardown),
      cmocka_unit_test_setup_teardown(test_an_empty_site_can_be_published, setup, teardown),
      cmocka_unit_test_setup_teardown(test_all_facts_come_back, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
