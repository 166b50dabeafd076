/* The ledger of predictions, and the editorials of a product: dates and addresses, and the order of the ledger after any
 * history of edits, whichever way the catalog was made. */
#include <unistd.h>

#include "catalog_fixture.h"
#include "model/editorials.h"

static const struct facts *facts_with(struct facts *f, const uint64_t *briefs, uint32_t n)
{
  *f = product_of(1, "kafka", "Apache Kafka");
  f->editorials = briefs;
  f->n_editorials = n;
  return f;
}

static void assert_dates(const int64_t *us, uint32_t n, const char *wanted)
{
  uint64_t briefs[16];
  struct facts f;
  char text[256] = "", date[EDITORIAL_DATE_MAX];
  for (uint32_t i = 0; i < n; i++)
    briefs[i] = editorial_brief(us[i], PREDICTION_OPEN, true);
  facts_with(&f, briefs, n);
  for (uint32_t i = 0; i < n; i++) {
    size_t len = editorial_date(&f, i, date);
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "", date);
    assert_int_equal(len, strlen(date));
    if (len)
      assert_int_equal(editorial_find(&f, span_of(date, len)), i);
  }
  assert_string_equal(text, wanted);
}

static int64_t at(const char *z)
{
  int64_t us;
  assert_true(clock_parse(span_z(z), &us));
  return us;
}

static void the_first_of_a_day_has_the_plain_date(void **state)
{
  (void)state;
  assert_dates((int64_t[]){at("2026-03-02 00:00:00"), at("2026-03-01 23:59:59"), at("2026-03-01 00:00:00"), at("2026-02-28 12:00:00")}, 4,
               "2026-03-02 2026-03-01-2 2026-03-01 2026-02-28");
  assert_dates((int64_t[]){at("2026-03-01 12:00:00"), at("2026-03-01 12:00:00"), at("2026-03-01 12:00:00")}, 3,
               "2026-03-01-3 2026-03-01-2 2026-03-01");
  assert_dates((int64_t[]){at("1969-12-31 23:59:59"), at("1000-01-01 00:00:00")}, 2, "1969-12-31 1000-01-01");
  assert_dates((int64_t[]){at("9999-12-31 23:59:59"), CLOCK_NEVER}, 2, "9999-12-31 ");
}

static void other_spellings_name_no_editorial(void **state)
{
  (void)state;
  uint64_t briefs[] = {editorial_brief(at("2026-03-01 12:00:00"), PREDICTION_OPEN, true),
                       editorial_brief(at("2026-03-01 08:00:00"), PREDICTION_OPEN, true)};
  struct facts f;
  static const char *const others[] = {"", "2026-03-01-1", "2026-03-01-02", "2026-03-01-3", "2026-3-1", "2026-03-01-", "2026-03-02",
                                       "20260301", "2026-03-01T12:00:00Z"};
  facts_with(&f, briefs, 2);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_int_equal(editorial_find(&f, span_z(others[i])), 2);
}

static void a_brief_keeps_time_state_and_prediction(void **state)
{
  (void)state;
  static const int64_t times[] = {0, -1, 1, -CLOCK_SECOND, T0, T0 + 1, INT64_C(-30610224000000000), INT64_C(253402300799999999)};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++)
    for (int s = 0; s <= (int)PREDICTION_FAILED; s++) {
      uint64_t b = editorial_brief(times[i], (enum prediction_state)s, i % 2);
      int64_t us = times[i] - ((times[i] % CLOCK_SECOND) + CLOCK_SECOND) % CLOCK_SECOND;
      assert_true(editorial_brief_valid(b) && editorial_brief_us(b) == us);
      assert_int_equal(editorial_brief_state(b), s);
      assert_int_equal(editorial_in_ledger(b), i % 2);
    }
  assert_true(editorial_brief_us(editorial_brief(CLOCK_NEVER, PREDICTION_FAILED, true)) == CLOCK_NEVER);
  assert_false(editorial_in_ledger(editorial_brief(CLOCK_NEVER, PREDICTION_FAILED, true)));
}

/* ---- the ledger */

#define PRODUCTS 40
#define EDITORIALS 5

struct model { /* of the products as a test edits them */
  struct facts f[PRODUCTS];
  bool there[PRODUCTS];
  uint64_t briefs[PRODUCTS][EDITORIALS];
  char slugs[PRODUCTS][16];
};

static uint64_t random_state = 88172645463325252;

static uint32_t random_below(uint32_t n)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state % n);
}

static int later_first(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x < y) - (x > y);
}

static void edit(struct model *m, struct catalog_writer *w, uint32_t i)
{
  struct facts *f = &m->f[i];
  snprintf(m->slugs[i], sizeof m->slugs[i], "p%u", i);
  uint64_t rev = f->version.rev + 1;
  *f = product_of(i + 1, m->slugs[i], "Product");
  f->version.rev = rev;
  f->status = random_below(6) ? PRODUCT_PUBLISHED : PRODUCT_DRAFT;
  f->n_editorials = random_below(EDITORIALS + 1);
  f->editorials = m->briefs[i];
  for (uint32_t k = 0; k < f->n_editorials; k++) /* few different times, so that many are equal */
    m->briefs[i][k] = editorial_brief(random_below(9) ? T0 - (int64_t)random_below(12) * CLOCK_DAY : CLOCK_NEVER,
                                      (enum prediction_state)random_below(3), random_below(4));
  qsort(m->briefs[i], f->n_editorials, sizeof *m->briefs[i], later_first);
  put(w, f);
  m->there[i] = true;
}

struct expected {
  int64_t seconds;
  uint32_t product, index;
};

static int expected_cmp(const void *a, const void *b)
{
  const struct expected *x = a, *y = b;
  if (x->seconds != y->seconds)
    return x->seconds > y->seconds ? -1 : 1;
  return x->product != y->product ? (x->product > y->product) - (x->product < y->product) : (x->index > y->index) - (x->index < y->index);
}

static void assert_ledger(const struct model *m, const struct catalog_pin *pin)
{
  struct expected all[PRODUCTS * EDITORIALS];
  uint32_t n = 0, came_true = 0, failed = 0;
  for (uint32_t i = 0; i < PRODUCTS; i++)
    for (uint32_t k = 0; m->there[i] && m->f[i].status == PRODUCT_PUBLISHED && k < m->f[i].n_editorials; k++)
      if (editorial_in_ledger(m->briefs[i][k])) {
        all[n++] = (struct expected){editorial_brief_seconds(m->briefs[i][k]), i, k};
        came_true += editorial_brief_state(m->briefs[i][k]) == PREDICTION_CAME_TRUE;
        failed += editorial_brief_state(m->briefs[i][k]) == PREDICTION_FAILED;
      }
  qsort(all, n, sizeof *all, expected_cmp);
  struct catalog_list l = catalog_ledger(pin);
  assert_int_equal(l.n, n);
  for (uint32_t i = 0; i < n; i++) {
    assert_int_equal(catalog_ledger_ordinal(l.ordinals[i]), catalog_find_id(pin, all[i].product + 1));
    assert_int_equal(catalog_ledger_index(l.ordinals[i]), all[i].index);
  }
  assert_int_equal(catalog_ledger_came_true(pin), came_true);
  assert_int_equal(catalog_ledger_failed(pin), failed);
}

/* Another writer, a file, or nothing. */
static void restart(struct catalog_fixture *x)
{
  char path[64];
  if (random_below(3) == 0) {
    catalog_writer_close(&x->w);
    x->w = catalog_writer_open(x->c);
  } else if (random_below(3) == 0) {
    snprintf(path, sizeof path, "/tmp/diptych-ledger-%d", (int)getpid());
    assert_int_equal(catalog_save_now(x->w, path), ERR_OK);
    catalog_writer_close(&x->w);
    catalog_destroy(&x->c);
    x->c = catalog_create(SMALL);
    x->w = catalog_writer_open(x->c);
    assert_int_equal(catalog_load(x->w, path), ERR_OK);
    unlink(path);
  }
}

static void the_ledger_is_right_after_any_edits(void **state)
{
  struct catalog_fixture *x = *state;
  struct model *m = calloc(1, sizeof *m);
  for (uint64_t step = 1; step < 600; step++) {
    for (uint32_t edits = random_below(6); edits; edits--) {
      uint32_t i = random_below(PRODUCTS);
      if (random_below(5))
        edit(m, x->w, i);
      else {
        assert_int_equal(catalog_remove_product(x->w, i + 1), ERR_OK);
        m->there[i] = false;
      }
    }
    struct catalog_pin pin = publish(x->c, x->w, step);
    assert_ledger(m, &pin);
    restart(x);
    assert_true(catalog_pin_current(x->c, &pin));
    assert_ledger(m, &pin);
  }
  free(m);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_of_a_day_has_the_plain_date),
      cmocka_unit_test(other_spellings_name_no_editorial),
      cmocka_unit_test(a_brief_keeps_time_state_and_prediction),
      cmocka_unit_test_setup_teardown(the_ledger_is_right_after_any_edits, catalog_setup, catalog_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
