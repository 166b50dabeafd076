/* What is close in a large catalog is found at little cost: the rarest terms decide, and no long ranking is read whole. */
#include "catalog_fixture.h"

#include "site/close_products.h"

#define MANY 6000
#define SECTOR_OF_ALL 1
#define THEME_OF_ALL 1
#define THEME_OF_FEW 2
#define SECTOR_OF_FEW 2

/* Products 1 to MANY share a sector and a theme.  Every thousandth has a theme besides; three share a small sector. */
static struct catalog_pin many(struct catalog_fixture *x)
{
  static uint64_t sectors[] = {SECTOR_OF_ALL, SECTOR_OF_FEW}, themes[] = {THEME_OF_ALL, THEME_OF_FEW};
  put_term(x->w, false, SECTOR_OF_ALL, "all", "All", 0), put_term(x->w, false, SECTOR_OF_FEW, "few", "Few", 1);
  put_term(x->w, true, THEME_OF_ALL, "all", "all", 0), put_term(x->w, true, THEME_OF_FEW, "few", "few", 0);
  for (uint64_t id = 1; id <= MANY; id++) {
    char slug[16];
    snprintf(slug, sizeof slug, "p%05u", (unsigned)id);
    struct facts f = product_of(id, slug, slug);
    f.sectors = sectors, f.n_sectors = id % 2500 == 0 || id == 1000 ? 2 : 1;
    f.themes = themes, f.n_themes = id % 1000 == 0 ? 2 : 1;
    put(x->w, &f);
  }
  return publish(x->c, x->w, 1);
}

static struct facts facts_of(const struct catalog_pin *pin, uint64_t id)
{
  struct facts f;
  assert_true(catalog_facts(pin, catalog_find_id(pin, id), &f));
  return f;
}

static void the_rarest_terms_decide(void **state)
{
  static const uint64_t wanted[] = {5000, 2000, 2500, 3000, 4000, 6000, 1, 2, 3};
  struct catalog_pin pin = many(*state);
  struct facts f = facts_of(&pin, 1000);
  struct close_list close;
  close_products_of(&pin, &f, CLOSE_PRODUCTS_MAX, &close);
  assert_int_equal(close.n, CLOSE_PRODUCTS_MAX);
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
    assert_int_equal(close.v[i].facts.id, wanted[i]);
}

static void a_list_that_is_shorter_has_the_same_beginning(void **state)
{
  struct catalog_pin pin = many(*state);
  struct facts f = facts_of(&pin, 2500);
  struct close_list all, few;
  close_products_of(&pin, &f, CLOSE_PRODUCTS_MAX, &all);
  for (size_t most = 0; most < CLOSE_PRODUCTS_MAX; most++) {
    close_products_of(&pin, &f, most, &few);
    assert_int_equal(few.n, most);
    for (size_t i = 0; i < most; i++)
      assert_int_equal(few.v[i].ordinal, all.v[i].ordinal);
  }
}

static void a_set_adds_up_closeness_and_leaves_its_members_out(void **state)
{
  struct catalog_pin pin = many(*state);
  struct facts a = facts_of(&pin, 1000), b = facts_of(&pin, 2500);
  struct close_list each[2] = {{.most = 3}, {.most = 3}}, together = {.most = 3};
  struct close_set set = {.pin = &pin};
  close_products_add(&set, &a), close_products_add(&set, &b);
  close_products_find(&set, each, &together);
  assert_int_equal(each[0].v[0].facts.id, 5000);
  assert_int_equal(each[0].v[1].facts.id, 2000);
  assert_int_equal(each[1].v[0].facts.id, 1000); /* the two others of the small sector are as close */
  assert_int_equal(each[1].v[1].facts.id, 5000);
  assert_int_equal(together.v[0].facts.id, 5000);
  assert_true(together.v[0].closeness > each[0].v[0].closeness);
  assert_int_equal(together.v[1].facts.id, 2000);
  assert_int_equal(together.n, 3);
}

static void pairs_are_close_from_both_sides(void **state)
{
  struct catalog_pin pin = many(*state);
  struct facts a = facts_of(&pin, 1000), b = facts_of(&pin, 5000), c = product_of(9, "c", "C");
  assert_true(close_products_pair(&pin, &a, &b) && close_products_pair(&pin, &b, &a));
  assert_false(close_products_pair(&pin, &a, &c) || close_products_pair(&pin, &c, &a));
}

/* The time is measured against reading all of the ranking once, on the same machine. */
static void it_reads_no_long_ranking_whole(void **state)
{
  struct catalog_pin pin = many(*state);
  struct facts f = facts_of(&pin, 7), read;
  struct close_list close;
  struct catalog_term t;
  int64_t best_whole = INT64_MAX, best = INT64_MAX;
  assert_true(catalog_theme_id(&pin, THEME_OF_ALL, &t) && t.ranking.n == MANY);
  for (int rounds = 0; rounds < 50; rounds++) {
    int64_t from = clock_mono_us();
    for (uint32_t i = 0; i < t.ranking.n; i++)
      assert_true(catalog_facts(&pin, t.ranking.ordinals[i], &read));
    int64_t middle = clock_mono_us();
    close_products_of(&pin, &f, CLOSE_PRODUCTS_MAX, &close);
    int64_t until = clock_mono_us();
    best_whole = middle - from < best_whole ? middle - from : best_whole;
    best = until - middle < best ? until - middle : best;
  }
  assert_int_equal(close.n, CLOSE_PRODUCTS_MAX);
  assert_true(best < best_whole);
}

#define ON_A_CATALOG(test) cmocka_unit_test_setup_teardown(test, catalog_setup, catalog_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_A_CATALOG(the_rarest_terms_decide),
      ON_A_CATALOG(a_list_that_is_shorter_has_the_same_beginning),
      ON_A_CATALOG(a_set_adds_up_closeness_and_leaves_its_members_out),
      ON_A_CATALOG(pairs_are_close_from_both_sides),
      ON_A_CATALOG(it_reads_no_long_ranking_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
