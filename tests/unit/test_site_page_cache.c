/* The page cache: bounded, and hot pages outlive a flood of cold ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "http/headers.h"
#include "site/page_cache.h"

#define BYTES ((size_t)1 << 20)

static char page[10000];

static struct finished_page named(char *key, int i)
{
  size_t n = (size_t)snprintf(key, 32, "/page-%d?1", i);
  return (struct finished_page){.key = span_of(key, n), .body = span_of(page, sizeof page)};
}

static void a_flood_leaves_the_hot_pages_and_the_memory(void **state)
{
  struct metrics m = {0};
  struct page_cache *t = page_cache_new(BYTES, &m);
  char key[32];
  (void)state;
  for (int i = 0; i < 20; i++) {
    struct finished_page f = named(key, i);
    assert_non_null(page_cache_put(t, &f));
    assert_non_null(page_cache_get(t, f.key)); /* asked for again: a resident */
  }
  for (int i = 1000; i < 101000; i++) {
    struct finished_page f = named(key, i);
    page_cache_put(t, &f);
    assert_true(page_cache_bytes(t) <= BYTES);
  }
  for (int i = 0; i < 20; i++)
    assert_non_null(page_cache_get(t, named(key, i).key));
  assert_true(page_cache_count(t) < 110);
  assert_true(m.pages_evicted > 99000);
  page_cache_free(&t);
  assert_null(t);
}

static void a_page_replaces_itself(void **state)
{
  struct metrics m = {0};
  struct page_cache *t = page_cache_new(BYTES, &m);
  char key[32];
  struct finished_page f = named(key, 1);
  (void)state;
  page_cache_put(t, &f);
  f.body = SPAN("new");
  struct finished_page *kept = page_cache_put(t, &f);
  page_cache_put_gzip(t, kept, SPAN("packed"));
  assert_true(span_eq(page_cache_get(t, f.key)->body, SPAN("new")));
  assert_true(span_eq(page_cache_get(t, f.key)->gzip, SPAN("packed")));
  assert_int_equal(page_cache_count(t), 1);
  page_cache_free(&t);
}

static void a_page_larger_than_the_newcomers_share_is_not_kept(void **state)
{
  struct metrics m = {0};
  struct page_cache *t = page_cache_new(20000, &m);
  char key[32];
  struct finished_page f = named(key, 1);
  (void)state;
  assert_null(page_cache_put(t, &f));
  assert_int_equal(page_cache_bytes(t), 0);
  page_cache_free(&t);
}

static void who_takes_gzip(void **state)
{
  static const char *const takes[] = {"gzip", "GZIP", "x-gzip", "br, GZIP;q=0.5", "*", "*;q=0.1", "gzip;q=1.0, *;q=0",
                                      "gzip ; Q=0.001", "identity;q=0.5, gzip;q=0.5", "identity;q=0, gzip", "*;q=0, gzip",
                                      "gzip;x=0;q=1", "deflate,\tgzip", ", ,gzip,", "identity;q=0.2, *"};
  static const char *const does_not[] = {"", "br, deflate", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "identity", "gzi", "gzipx",
                                         "identity;q=0", "gzip;q=0.4, identity;q=0.5", "gzip;q=0.5, identity",
                                         "gzip;q=-1", "gzip;q=x", "gzip;q=", "gzip;q=1.1", "gzip;q=2", "gzip;q=0.0001",
                                         "gzip;q=0, gzip;q=0"};
  (void)state;
  for (size_t i = 0; i < sizeof takes / sizeof *takes; i++)
    assert_true(http_takes_gzip(span_z(takes[i])));
  for (size_t i = 0; i < sizeof does_not / sizeof *does_not; i++)
    assert_false(http_takes_gzip(span_z(does_not[i])));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_flood_leaves_the_hot_pages_and_the_memory),
      cmocka_unit_test(a_page_replaces_itself),
      cmocka_unit_test(a_page_larger_than_the_newcomers_share_is_not_kept),
      cmocka_unit_test(who_takes_gzip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
