/* A heap under random use: blocks never overlap, keep their bytes, and leave no holes when they are gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/heap.h"

#define BYTES ((size_t)1 << 20)
#define HELD 4000

static unsigned next(unsigned *seed)
{
  *seed = *seed * 1103515245 + 12345;
  return *seed >> 16;
}

struct held {
  unsigned char *p;
  size_t n;
  unsigned char mark;
};

static void assert_bytes(const struct held *b)
{
  for (size_t i = 0; i < b->n; i++)
    assert_int_equal(b->p[i], b->mark);
}

/* Small ones, pages, and now and then a large one. */
static size_t some_size(unsigned *seed)
{
  unsigned kind = next(seed) % 100;
  return kind < 60 ? next(seed) % 500 : kind < 98 ? next(seed) % 20000 : next(seed) % 200000;
}

static void blocks_keep_their_bytes(void **state)
{
  static struct held held[HELD];
  (void)state;
  for (unsigned round = 0; round < 8; round++) {
    unsigned seed = round;
    size_t n = 0, used = 0;
    struct heap *h = heap_new(BYTES);
    for (int i = 0; i < 20000; i++) {
      size_t size = some_size(&seed), at = n ? next(&seed) % n : 0;
      void *p = n < HELD && next(&seed) % 2 ? heap_alloc(h, size) : NULL;
      if (p) {
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        held[n] = (struct held){p, size, (unsigned char)i};
        memset(p, held[n++].mark, size);
        used += heap_bytes_of(p);
        assert_true(used <= BYTES && heap_bytes_of(p) >= size);
      } else if (n) {
        assert_bytes(&held[at]);
        used -= heap_bytes_of(held[at].p);
        heap_release(h, held[at].p);
        held[at] = held[--n];
      }
    }
    while (n--) {
      assert_bytes(&held[n]);
      heap_release(h, held[n].p);
    }
    void *all = heap_alloc(h, BYTES - BYTES / 16); /* one block again */
    assert_non_null(all);
    heap_release(h, all);
    heap_free(&h);
    assert_null(h);
  }
}

/* As a cache evicts: the oldest blocks go until the new one fits. */
static void a_cache_uses_most_of_it(void **state)
{
  static struct held queue[HELD];
  size_t first = 0, n = 0, used = 0;
  unsigned seed = 1;
  struct heap *h = heap_new(BYTES);
  (void)state;
  for (int i = 0; i < 20000; i++) {
    struct held b = {.n = 3000 + next(&seed) % 20000};
    while (!(b.p = heap_alloc(h, b.n))) {
      used -= heap_bytes_of(queue[first].p);
      heap_release(h, queue[first].p);
      first = (first + 1) % HELD;
      n--;
    }
    used += heap_bytes_of(b.p);
    queue[(first + n++) % HELD] = b;
    if (i > 1000)
      assert_true(used > BYTES * 3 / 4);
  }
  heap_free(&h);
}

static void what_does_not_fit_is_refused(void **state)
{
  struct heap *h = heap_new(4096), *none = heap_new(0);
  (void)state;
  assert_null(heap_alloc(h, 4097));
  assert_null(heap_alloc(h, SIZE_MAX));
  assert_null(heap_alloc(h, SIZE_MAX / 2));
  assert_null(heap_alloc(none, 100));
  void *p = heap_alloc(h, 0);
  assert_non_null(p);
  heap_release(h, p);
  heap_release(h, NULL);
  heap_free(&h);
  heap_free(&none);
  assert_null(heap_new(SIZE_MAX));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_keep_their_bytes),
      cmocka_unit_test(a_cache_uses_most_of_it),
      cmocka_unit_test(what_does_not_fit_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
