/* Random operations on the LRU and on a naive list give the same results: the same entries are found, evicted in the
 * same order and counted with the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/lru.h"

#define THINGS 40
#define MAX 1000

struct thing {
  char name[8];
  struct lru_entry at;
};

/* The naive list, oldest first: numbers of things. */
struct model {
  int order[THINGS];
  int n;
  size_t bytes[THINGS];
  bool again[THINGS], marked[THINGS];
  size_t protected_max;
};

static size_t model_bytes(const struct model *m, bool all)
{
  size_t sum = 0;
  for (int i = 0; i < m->n; i++)
    sum += all || m->again[m->order[i]] ? m->bytes[m->order[i]] : 0;
  return sum;
}

static int model_at(const struct model *m, int id)
{
  int i = 0;
  while (i < m->n && m->order[i] != id)
    i++;
  return i < m->n ? i : -1;
}

static void model_take(struct model *m, int id)
{
  int at = model_at(m, id);
  memmove(&m->order[at], &m->order[at + 1], sizeof(int) * (size_t)(--m->n - at));
}

static void model_add(struct model *m, int id)
{
  if (model_at(m, id) >= 0)
    model_take(m, id);
  m->order[m->n++] = id;
}

static int model_oldest(const struct model *m, bool again)
{
  for (int i = 0; i < m->n; i++)
    if (m->again[m->order[i]] == again)
      return m->order[i];
  return -1;
}

static void model_use(struct model *m, int id)
{
  if (m->protected_max && !m->again[id]) {
    m->again[id] = true;
    model_add(m, id);
  } else
    m->marked[id] = true;
}

/* The oldest that is not marked.  Those before it lose their marks and are the newest then. */
static int model_turn(struct model *m, bool again)
{
  int id;
  while ((id = model_oldest(m, again)) >= 0 && m->marked[id]) {
    m->marked[id] = false;
    model_add(m, id);
  }
  return id;
}

static int model_over(struct model *m)
{
  while (model_bytes(m, false) > m->protected_max) {
    int id = model_turn(m, true);
    m->again[id] = false;
    model_add(m, id);
  }
  if (model_bytes(m, true) <= MAX)
    return -1;
  int id = model_turn(m, model_oldest(m, false) < 0);
  model_take(m, id);
  return id;
}

static unsigned next(unsigned *seed)
{
  *seed = *seed * 1103515245 + 12345;
  return *seed >> 16;
}

static struct thing things[THINGS];

static int id_of(struct lru_entry *e)
{
  return e ? (int)(LRU_OWNER(e, struct thing, at) - things) : -1;
}

/* Few hashes, so that entries share buckets and hashes. */
static void thing_make(int id, unsigned spread)
{
  struct thing *t = &things[id];
  snprintf(t->name, sizeof t->name, "t%d", id);
  t->at = (struct lru_entry){.key = span_z(t->name), .hash = (uint64_t)id % spread};
}

static void put(struct lru *l, struct model *m, int id, unsigned *seed)
{
  m->bytes[id] = 1 + next(seed) % 200;
  m->again[id] = m->protected_max && next(seed) % 4 == 0;
  m->marked[id] = false;
  things[id].at.bytes = m->bytes[id];
  things[id].at.again = m->again[id];
  lru_put(l, &things[id].at);
  model_add(m, id);
}

static void step(struct lru *l, struct model *m, unsigned *seed)
{
  int id = (int)(next(seed) % THINGS), left;
  struct thing *t = &things[id];
  bool in = model_at(m, id) >= 0;
  assert_int_equal(id_of(lru_find(l, t->at.key, t->at.hash)), in ? id : -1);
  switch (next(seed) % 8) {
  case 0:
    if (in) {
      lru_take(l, &t->at);
      model_take(m, id);
    }
    break;
  case 1:
    if (in) {
      m->bytes[id] = 1 + next(seed) % 200;
      lru_resize(l, &t->at, m->bytes[id]);
    }
    break;
  case 2:
  case 3:
    do {
      left = model_over(m);
      assert_int_equal(id_of(lru_over(l)), left);
    } while (left >= 0);
    break;
  case 4:
  case 5:
    if (!in)
      put(l, m, id, seed);
    break;
  default:
    assert_int_equal(id_of(lru_get(l, t->at.key, t->at.hash)), in ? id : -1);
    if (in)
      model_use(m, id);
  }
  assert_int_equal(lru_bytes(l), model_bytes(m, true));
  assert_int_equal(lru_count(l), m->n);
}

static void a_naive_list_does_the_same(void **state)
{
  static const size_t protected_max[] = {0, MAX * 4 / 5, MAX / 10, MAX};
  (void)state;
  for (unsigned round = 0; round < 200; round++) {
    unsigned seed = round;
    struct model m = {.protected_max = protected_max[round % 4]};
    struct lru *l = lru_new(MAX, m.protected_max, round % 2 ? 8 : 4096);
    for (int id = 0; id < THINGS; id++)
      thing_make(id, 1 + round % 50);
    for (int i = 0; i < 500; i++)
      step(l, &m, &seed);
    for (struct lru_entry *e; (e = lru_pop(l));)
      model_take(&m, id_of(e));
    assert_int_equal(m.n, 0);
    lru_free(&l);
    assert_null(l);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_naive_list_does_the_same)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
