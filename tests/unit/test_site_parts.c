/* A page made of parts that other pages left behind is the same, byte for byte, as one that is built from nothing.
 *
 * Two sites have the same rows, one with a part memo and one without, and both without a page cache.  Each address is asked
 * on both while the rows, the clock and the versions change.  The one with the memo is asked in two orders, so that each
 * part was made by another page at times. */
#include "page_cases.h"
#include "site/part_memo.h"
#include "site/page_request.h"

#define TARGETS_MAX 256

static char targets[TARGETS_MAX][PAGE_TARGET];
static size_t n_targets;

struct sites {
  struct page_site *with, *without;
};

static void target_add(const char *format, const char *a, const char *b, const char *c)
{
  assert_true(n_targets < TARGETS_MAX);
  snprintf(targets[n_targets++], PAGE_TARGET, format, a, b, c);
}

/* Every page in every form, and the comparisons of all pairs and triples of four products, with and without a day. */
static void targets_list(struct page_site *s)
{
  static const char *const slugs[] = {"bare", "kafka", "nats", "pulsar", "rabbitmq"};
  static const char *const days[] = {"", "?since=2025-08-01", "?since=2025-08-22", "?since=never"};
  size_t forms = page_forms_list();
  n_targets = 0;
  for (size_t i = 0; i < forms; i++)
    page_target(s, &page_forms[i], NULL, targets[n_targets++]);
  for (size_t d = 0; d < sizeof days / sizeof *days; d++)
    for (size_t i = 0; i < 5; i++)
      for (size_t k = i + 1; k < 5; k++) {
        target_add("/compare/%s-vs-%s%s", slugs[i], slugs[k], days[d]);
        if (k + 1 < 5 && d == 0)
          target_add("/compare/%s-vs-%s-vs-%s", slugs[i], slugs[k], slugs[k + 1]);
      }
}

static struct page_site *site_with(int64_t part_bytes)
{
  struct page_site *s = page_site_open();
  s->config.page_cache_bytes = 0;
  s->config.part_cache_bytes = part_bytes;
  page_site_forget_pages(s);
  return s;
}

static int open_sites(void **state)
{
  struct sites *s = calloc(1, sizeof *s);
  s->with = site_with(1 << 24);
  s->without = site_with(0);
  assert_non_null(s->with->site->parts);
  assert_null(s->without->site->parts);
  targets_list(s->with);
  *state = s;
  return 0;
}

static int close_sites(void **state)
{
  struct sites *s = *state;
  page_site_close(&s->with);
  page_site_close(&s->without);
  free(s);
  return 0;
}

static void assert_same(struct sites *s, const char *target)
{
  struct page_answer a = page_get(s->with, target), b = page_get(s->without, target);
  assert_int_equal(a.response.status, b.response.status);
  if (!span_eq(a.response.body, b.response.body))
    fail_msg("%s: the body differs", target);
  if (!span_eq(buf_view(&a.response.headers), buf_view(&b.response.headers)))
    fail_msg("%s: headers\n%s\ninstead of\n%s", target, buf_z(&a.response.headers), buf_z(&b.response.headers));
  page_answer_free(&a);
  page_answer_free(&b);
}

/* Forwards, and backwards. */
static void assert_all_same(struct sites *s)
{
  for (size_t i = 0; i < n_targets; i++)
    assert_same(s, targets[i]);
  for (size_t i = n_targets; i-- > 0;)
    assert_same(s, targets[i]);
}

static void every_page_is_the_same(void **state)
{
  assert_all_same(*state);
}

static void clock_set(struct sites *s, int64_t us)
{
  s->with->config.as_of_us = s->without->config.as_of_us = us;
}

static void relative_times_go_on(void **state)
{
  static const int64_t steps[] = {CLOCK_MINUTE, CLOCK_HOUR, 5 * CLOCK_HOUR, CLOCK_DAY, 40 * CLOCK_DAY, -41 * CLOCK_DAY};
  struct sites *s = *state;
  assert_all_same(s);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    clock_set(s, s->with->config.as_of_us + steps[i]);
    for (size_t k = i; k < n_targets; k += 7)
      assert_same(s, targets[k]);
  }
}

static void windows_move(void **state)
{
  struct sites *s = *state;
  for (size_t k = 0; k < n_targets; k += 3)
    assert_same(s, targets[k]);
  clock_set(s, s->with->config.as_of_us + CLOCK_HOUR);
  page_site_publish(s->with);
  page_site_publish(s->without);
  assert_all_same(s);
}

static void edit(struct page_site *s, uint64_t id, const char *name, bool editorial)
{
  struct product *p = &page_rows_product(s->rows, id)->product;
  p->facts.version.rev++;
  p->facts.version.hash += 77;
  if (name)
    p->facts.name = span_z(name);
  p->summary = SPAN("Another <summary>.");
  p->facts.has_editorial = p->facts.has_editorial && editorial;
  page_site_publish(s);
}

static void edits_are_shown(void **state)
{
  struct sites *s = *state;
  static const char *const names[] = {"Kafka & co", "Apache <Kafka>", "Here"};
  assert_all_same(s);
  for (size_t i = 0; i < 3; i++) {
    edit(s->with, i ? PAGE_KAFKA : PAGE_NATS, names[i], i < 2);
    edit(s->without, i ? PAGE_KAFKA : PAGE_NATS, names[i], i < 2);
    assert_all_same(s);
  }
}

static void attributes_and_medians_are_shown(void **state)
{
  struct sites *s = *state;
  assert_all_same(s);
  for (int i = 0; i < 2; i++) {
    struct page_site *one = i ? s->with : s->without;
    one->rows->attributes[0].name = SPAN("Another name");
    one->rows->attributes[0].version.hash += 5;
    struct facts *nats = &page_rows_product(one->rows, PAGE_NATS)->product.facts; /* its sector's median changes too */
    nats->n90 += 90;
    nats->version.rev++;
    nats->version.hash += 3;
    page_site_publish(one);
  }
  assert_all_same(s);
}

static void a_small_memo_is_enough(void **state)
{
  struct sites *s = *state;
  s->with->config.part_cache_bytes = 20000;
  page_site_forget_pages(s->with);
  assert_all_same(s);
  part_memo_tidy(s->with->site->parts);
  assert_true(part_memo_bytes(s->with->site->parts) <= 20000);
}

/* The memory of a request ends anywhere: what was built until then is not kept. */
static void a_page_that_ran_out_of_memory_leaves_nothing_behind(void **state)
{
  struct sites *s = *state;
  for (size_t bytes = 1 << 12; bytes < 1 << 20; bytes = bytes * 5 / 4) {
    struct page_answer a = page_ask(s->with, "/compare/kafka-vs-nats", &(struct page_ask){.memory = bytes});
    page_answer_free(&a);
    assert_same(s, "/compare/kafka-vs-nats");
    if (bytes % 3 == 0)
      page_site_forget_pages(s->with);
  }
}

/* The test would prove nothing if pages made no use of the memo. */
static void pages_use_the_parts_of_others(void **state)
{
  struct sites *s = *state;
  struct page_answer a = page_get(s->with, "/compare/kafka-vs-nats");
  page_answer_free(&a);
  part_memo_tidy(s->with->site->parts);
  size_t one = part_memo_bytes(s->with->site->parts);
  assert_true(one > 10000);
  a = page_get(s->with, "/compare/kafka-vs-nats?since=never");
  page_answer_free(&a);
  a = page_get(s->with, "/compare/kafka-vs-nats");
  page_answer_free(&a);
  part_memo_tidy(s->with->site->parts);
  size_t again = part_memo_bytes(s->with->site->parts);
  a = page_get(s->with, "/compare/kafka-vs-nats");
  page_answer_free(&a);
  part_memo_tidy(s->with->site->parts);
  assert_int_equal(part_memo_bytes(s->with->site->parts), again);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_sites, close_sites)
      TEST(every_page_is_the_same),
      TEST(relative_times_go_on),
      TEST(windows_move),
      TEST(edits_are_shown),
      TEST(attributes_and_medians_are_shown),
      TEST(a_small_memo_is_enough),
      TEST(a_page_that_ran_out_of_memory_leaves_nothing_behind),
      TEST(pages_use_the_parts_of_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
