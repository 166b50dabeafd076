/* The fragment cache: a fragment is found under its key only, the bytes stay bounded, and a returned value is valid
 * until fragment_cache_tidy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <malloc.h>

#include "store/fragment_cache.h"
#include "text/pack.h"

/* A SOURCE fragment: a number and four texts. */
static struct span packed(struct buf *b, struct span text)
{
  buf_clear(b);
  pack_uint(b, 1);
  pack_span(b, text);
  pack_span(b, SPAN("two"));
  pack_span(b, SPAN("three"));
  pack_span(b, SPAN("four"));
  return buf_view(b);
}

static struct span key_of(char out[32], unsigned i)
{
  return span_of(out, (size_t)snprintf(out, 32, "m:%u:1:2:3", i));
}

static void got_again_under_its_key_only(void **state)
{
  (void)state;
  struct fragment_cache *s = fragment_cache_new(1 << 20);
  struct buf b = BUF_INIT;
  const struct source *put = fragment_cache_put(s, FRAGMENT_SOURCE, SPAN("m:1:1:2:3"), packed(&b, SPAN("one")));
  buf_free(&b); /* the fragment cache has its own copy */
  assert_non_null(put);
  const struct source *got = fragment_cache_get(s, SPAN("m:1:1:2:3"));
  assert_ptr_equal(got, put);
  assert_true(span_eq(got->current_md, SPAN("one")) && span_eq(got->prediction_md, SPAN("three")));
  assert_null(fragment_cache_get(s, SPAN("m:1:2:2:3")));
  assert_null(fragment_cache_get(s, SPAN("")));
  fragment_cache_free(&s);
  assert_null(s);
}

static void damaged_is_not_kept(void **state)
{
  (void)state;
  struct fragment_cache *s = fragment_cache_new(1 << 20);
  struct buf b = BUF_INIT;
  struct span whole = packed(&b, SPAN("one"));
  for (size_t n = 0; n < whole.n; n++)
    assert_null(fragment_cache_put(s, FRAGMENT_SOURCE, SPAN("k"), span_head(whole, n)));
  assert_null(fragment_cache_get(s, SPAN("k")));
  assert_int_equal(fragment_cache_bytes(s), 0);
  buf_free(&b);
  fragment_cache_free(&s);
}

static void bytes_stay_bounded_and_what_is_used_stays(void **state)
{
  (void)state;
  const size_t max = 256 * 1024;
  struct fragment_cache *s = fragment_cache_new(max);
  struct buf b = BUF_INIT;
  char text[3000] = {0}, key[32];
  fragment_cache_put(s, FRAGMENT_SOURCE, SPAN("hot"), packed(&b, SPAN("hot")));
  unsigned misses = 0;
  for (unsigned i = 0; i < 5000; i++) {
    fragment_cache_tidy(s);
    assert_true(fragment_cache_bytes(s) <= max);
    if (!fragment_cache_get(s, SPAN("hot"))) {
      misses++;
      fragment_cache_put(s, FRAGMENT_SOURCE, SPAN("hot"), packed(&b, SPAN("hot")));
    }
    assert_non_null(fragment_cache_put(s, FRAGMENT_SOURCE, key_of(key, i), packed(&b, span_of(text, sizeof text))));
  }
  assert_true(misses < 100);
  buf_free(&b);
  fragment_cache_free(&s);
}

/* Small fragments are charged with the memory of their arena, not only with the used part. */
static void memory_stays_bounded_too(void **state)
{
  (void)state;
  const size_t max = 4 << 20;
  struct fragment_cache *s = fragment_cache_new(max);
  struct buf b = BUF_INIT;
  char key[32];
  size_t before = mallinfo2().uordblks;
  for (unsigned i = 0; i < 50000; i++) {
    fragment_cache_tidy(s);
    assert_non_null(fragment_cache_put(s, FRAGMENT_SOURCE, key_of(key, i), packed(&b, SPAN("one"))));
  }
  assert_true(mallinfo2().uordblks - before < max + max / 4);
  buf_free(&b);
  fragment_cache_free(&s);
}

/* Reads each value after hundreds of later puts: a sanitizer reports a value that was freed. */
static void handed_out_lives_until_tidy(void **state)
{
  (void)state;
  struct fragment_cache *s = fragment_cache_new(32 * 1024);
  struct buf b = BUF_INIT;
  char key[32];
  const struct source *values[400];
  for (unsigned i = 0; i < 400; i++) {
    values[i] = fragment_cache_put(s, FRAGMENT_SOURCE, key_of(key, i), packed(&b, key_of(key, i)));
    assert_non_null(values[i]);
  }
  for (unsigned i = 0; i < 400; i++)
    assert_true(span_eq(values[i]->current_md, key_of(key, i)));
  fragment_cache_tidy(s);
  assert_true(fragment_cache_bytes(s) <= 32 * 1024);
  buf_free(&b);
  fragment_cache_free(&s);
}

static void no_bytes_keep_nothing(void **state)
{
  (void)state;
  struct fragment_cache *s = fragment_cache_new(0);
  struct buf b = BUF_INIT;
  assert_null(fragment_cache_put(s, FRAGMENT_SOURCE, SPAN("k"), packed(&b, SPAN("one"))));
  assert_null(fragment_cache_get(s, SPAN("k")));
  fragment_cache_tidy(s);
  buf_free(&b);
  fragment_cache_free(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(got_again_under_its_key_only),
      cmocka_unit_test(damaged_is_not_kept),
      cmocka_unit_test(bytes_stay_bounded_and_what_is_used_stays),
      cmocka_unit_test(memory_stays_bounded_too),
      cmocka_unit_test(handed_out_lives_until_tidy),
      cmocka_unit_test(no_bytes_keep_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
