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
  for (int i = 1000; i < 51000; i++) {
    struct finished_page f = named(key, i);
    if (!page_cache_put(t, &f))
      assert_non_null(page_cache_put(t, &f)); /* its second request */
    assert_true(page_cache_bytes(t) <= BYTES);
  }
  for (int i = 0; i < 20; i++)
    assert_non_null(page_cache_get(t, named(key, i).key));
  assert_true(page_cache_count(t) < 110);
  assert_true(m.pages_evicted > 49000);
  page_cache_free(&t);
  assert_null(t);
}

static void a_full_cache_takes_what_is_asked_for_twice(void **state)
{
  struct metrics m = {0};
  struct page_cache *t = page_cache_new(BYTES, &m);
  char key[32];
  struct finished_page f = named(key, 0);
  (void)state;
  size_t kept = 0;
  for (int i = 0; i < 100000; i++) {
    struct finished_page once = named(key, i);
    kept += page_cache_put(t, &once) != NULL;
  }
  assert_true(kept > 80 && kept < 200); /* a fingerprint of 16 bits is taken for another one now and then */
  assert_true(m.pages_evicted < 100);
  assert_non_null(page_cache_get(t, named(key, 50).key)); /* hardly anything has evicted the first ones */
  f = named(key, 200000);
  assert_null(page_cache_put(t, &f));
  assert_non_null(page_cache_put(t, &f));
  f.body = SPAN("it has changed");
  assert_non_null(page_cache_put(t, &f)); /* and stays */
  page_cache_free(&t);
}

/* Bodies of unlike sizes, coded ones among them, in no more memory than configured. */
static void coded_bodies_evict_others(void **state)
{
  static char body[60000];
  struct metrics m = {0};
  struct page_cache *t = page_cache_new(BYTES, &m);
  char key[32];
  (void)state;
  for (int i = 0; i < 20000; i++) {
    struct finished_page f = named(key, i / 2 % 400);
    f.body.n = (size_t)(1000 + i * 7919 % 9000);
    struct finished_page *kept = page_cache_get(t, f.key);
    kept = kept ? kept : page_cache_put(t, &f);
    if (!kept)
      continue;
    size_t coded = (size_t)(i * 104729 % 60000);
    memset(body, i, sizeof body);
    page_cache_put_coded(t, kept, (enum coding)(CODING_GZIP + i % 2), span_of(body, coded));
    assert_ptr_equal(page_cache_get(t, f.key), kept); /* it did not evict itself */
    assert_true(page_cache_bytes(t) <= BYTES);
  }
  assert_true(m.pages_evicted > 100);
  page_cache_free(&t);
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
  page_cache_put_coded(t, kept, CODING_GZIP, SPAN("packed"));
  page_cache_put_coded(t, kept, CODING_BROTLI, SPAN("small"));
  assert_true(span_eq(page_cache_get(t, f.key)->body, SPAN("new")));
  assert_true(span_eq(page_cache_get(t, f.key)->coded[CODING_GZIP], SPAN("packed")));
  assert_true(span_eq(page_cache_get(t, f.key)->coded[CODING_BROTLI], SPAN("small")));
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

static enum coding coding_of(const char *accept, bool again)
{
  struct coding_weights w = coding_read(span_z(accept));
  return coding_choose(&w, again, false);
}

static void the_client_and_its_weights_choose(void **state)
{
  static const struct {
    const char *accept;
    enum coding first, again;
  } cases[] = {{"gzip, deflate, br, zstd", CODING_ZSTD, CODING_BROTLI},
               {"gzip, deflate, br", CODING_GZIP, CODING_BROTLI},
               {"br", CODING_BROTLI, CODING_BROTLI},
               {"BR;q=0.001", CODING_BROTLI, CODING_BROTLI},
               {"zstd, gzip", CODING_ZSTD, CODING_ZSTD},
               {"zstd;q=0.5, gzip", CODING_GZIP, CODING_GZIP},
               {"br;q=0.9, gzip;q=0.8, zstd;q=0.7", CODING_BROTLI, CODING_BROTLI},
               {"br;q=0, zstd;q=0, gzip", CODING_GZIP, CODING_GZIP},
               {"br;q=0.4, identity;q=0.5", CODING_IDENTITY, CODING_IDENTITY},
               {"br;q=2, gzip;q=0.1", CODING_GZIP, CODING_GZIP},
               {"brotli, zst, xbr", CODING_IDENTITY, CODING_IDENTITY},
               {"*", CODING_GZIP, CODING_GZIP},
               {"*;q=0, br", CODING_BROTLI, CODING_BROTLI}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(coding_of(cases[i].accept, false), cases[i].first);
    assert_int_equal(coding_of(cases[i].accept, true), cases[i].again);
  }
  struct coding_weights w = coding_read(SPAN("br"));
  assert_int_equal(coding_choose(&w, true, true), CODING_BROTLI_FINE);
}

static void who_takes_gzip(void **state)
{
  static const char *const takes[] = {"gzip", "GZIP", "x-gzip", "deflate, GZIP;q=0.5", "*", "*;q=0.1", "gzip;q=1.0, *;q=0",
                                      "gzip ; Q=0.001", "identity;q=0.5, gzip;q=0.5", "identity;q=0, gzip", "*;q=0, gzip",
                                      "gzip;x=0;q=1", "deflate,\tgzip", ", ,gzip,", "identity;q=0.2, *"};
  static const char *const does_not[] = {"", "deflate", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "identity", "gzi", "gzipx",
                                         "identity;q=0", "gzip;q=0.4, identity;q=0.5", "gzip;q=0.5, identity",
                                         "gzip;q=-1", "gzip;q=x", "gzip;q=", "gzip;q=1.1", "gzip;q=2", "gzip;q=0.0001",
                                         "gzip;q=0, gzip;q=0"};
  (void)state;
  for (size_t i = 0; i < sizeof takes / sizeof *takes; i++)
    assert_int_equal(coding_of(takes[i], false), CODING_GZIP);
  for (size_t i = 0; i < sizeof does_not / sizeof *does_not; i++)
    assert_int_equal(coding_of(does_not[i], false), CODING_IDENTITY);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_flood_leaves_the_hot_pages_and_the_memory),
      cmocka_unit_test(a_full_cache_takes_what_is_asked_for_twice),
      cmocka_unit_test(coded_bodies_evict_others),
      cmocka_unit_test(a_page_replaces_itself),
      cmocka_unit_test(a_page_larger_than_the_newcomers_share_is_not_kept),
      cmocka_unit_test(who_takes_gzip),
      cmocka_unit_test(the_client_and_its_weights_choose),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
