/* Tests readers that run in parallel to a writer, writers that are killed, and halves that fill up.
 *
 * In publication g every product has rev g, and all its fields follow from its id and g.  So a reader detects a product
 * or a publication that is mixed from two. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catalog_fixture.h"

#include "catalog/catalog_layout.h"

#define PRODUCTS 300
#define SECTORS 5

static uint64_t mix(uint64_t id, uint64_t g)
{
  return (id * 1000003 + g) * UINT64_C(0x9e3779b97f4a7c15);
}

static enum err generation_put(struct catalog_writer *w, uint64_t g)
{
  for (uint64_t id = 1; id <= PRODUCTS; id++) {
    char slug[32], name[64];
    uint64_t sector = 1 + id % SECTORS;
    struct facts f = product_of(id, "", "");
    f.slug = span_of(slug, (size_t)snprintf(slug, sizeof slug, "product-%u", (unsigned)id));
    int n = snprintf(name, sizeof name, "Product %u of %llu", (unsigned)id, (unsigned long long)g);
    f.name = span_of(name, (size_t)n);
    f.version = (struct version){g, mix(id, g), 0};
    f.n90 = (uint32_t)(mix(id, g) >> 40) % 40, f.changed_us = (int64_t)g;
    f.sectors = &sector, f.n_sectors = 1;
    enum err e = catalog_put_product(w, &f, NULL, 0, NULL, 0);
    if (e != ERR_OK)
      return e;
  }
  for (uint64_t id = 1; id <= SECTORS; id++) {
    struct term t = {.id = id, .version = {g, g}, .slug = SPAN("s"), .name = SPAN("S")};
    enum err e = catalog_put_sector(w, &t);
    if (e != ERR_OK)
      return e;
  }
  return ERR_OK;
}

static void generation_publish(struct catalog_writer *w, uint64_t g)
{
  assert_int_equal(generation_put(w, g), ERR_OK);
  assert_int_equal(catalog_writer_publish(w, position_at(g)), ERR_OK);
}

/* NULL: the product is consistent. */
static const char *product_fault(const struct facts *f)
{
  char slug[32], name[64];
  uint64_t g = f->version.rev;
  snprintf(slug, sizeof slug, "product-%u", (unsigned)f->id);
  snprintf(name, sizeof name, "Product %u of %llu", (unsigned)f->id, (unsigned long long)g);
  if (f->version.hash != mix(f->id, g) || f->changed_us != (int64_t)g || f->n90 != (uint32_t)(mix(f->id, g) >> 40) % 40)
    return "a product is of two versions";
  if (!span_eq(f->slug, span_z(slug)) || !span_eq(f->name, span_z(name)))
    return "a product's text is of another version";
  return f->n_sectors == 1 && f->sectors[0] == 1 + f->id % SECTORS ? NULL : "a product has another's sectors";
}

static const char *list_fault(const struct catalog_pin *pin, struct catalog_list l, uint32_t n, uint64_t *g)
{
  int before = 1000;
  if (l.n != n)
    return "a list lacks products";
  for (uint32_t i = 0; i < l.n; i++) {
    struct facts f;
    int score = catalog_score(pin, l.ordinals[i]);
    if (!catalog_facts(pin, l.ordinals[i], &f))
      return "a list names a removed product";
    if (*g && f.version.rev != *g)
      return "two publications are mixed";
    *g = f.version.rev;
    if (score > before)
      return "a ranking is out of order";
    before = score;
  }
  return NULL;
}

/* Reads everything and returns the fault, or NULL.  *valid: the pin was valid until the end.  strict: records must be
 * consistent even when it was not. */
static const char *catalog_check(const struct catalog *c, bool *valid, bool strict, uint64_t *newest)
{
  struct catalog_pin pin;
  const char *fault = NULL;
  uint64_t g = 0;
  *valid = false;
  if (!catalog_pin_current(c, &pin))
    return "nothing is published";
  for (uint32_t i = 0; i < pin.products && !fault; i++) {
    struct facts f;
    if (catalog_facts(&pin, i, &f))
      fault = product_fault(&f);
  }
  if (fault && strict)
    return fault; /* records never change, even when snapshots are overwritten */
  if (!fault)
    fault = list_fault(&pin, catalog_ranking(&pin), PRODUCTS, &g);
  for (uint32_t i = 0; i < SECTORS && !fault; i++) {
    struct catalog_term t;
    fault = catalog_sector(&pin, i, &t) ? list_fault(&pin, t.ranking, PRODUCTS / SECTORS, &g) : "a sector is missing";
    if (!fault && t.version.rev != g)
      fault = "a sector is of another publication";
  }
  bool alias;
  struct catalog_match found[5];
  if (!fault && catalog_find(&pin, SPAN("product-17"), &alias) == CATALOG_NONE)
    fault = "a product is not found";
  struct arena *arena = arena_new(0);
  for (int what = SEARCH_NAMES; what <= SEARCH_NEAR; what++)
    catalog_search(&pin, (enum catalog_searched)what, SPAN("prodct 17"), arena, found, 5);
  arena_free(&arena);
  *valid = catalog_pin_valid(&pin);
  if (*valid && !fault && g < *newest)
    return "an older publication came back";
  if (*valid && !fault)
    *newest = g;
  return *valid ? fault : NULL;
}

/* A reader process: exit 0 when it found no fault and had a valid pin at least once. */
static _Noreturn void reader_run(const struct catalog *c, int64_t until_us, bool strict)
{
  uint64_t newest = 0, good = 0;
  while (clock_mono_us() < until_us) {
    bool valid;
    const char *fault = catalog_check(c, &valid, strict, &newest);
    if (fault) {
      fprintf(stderr, "reader: %s\n", fault);
      _exit(1);
    }
    good += valid;
  }
  _exit(good > 0 ? 0 : 2);
}

static void race(size_t bytes, int64_t grace_us, bool strict, int64_t for_us)
{
  struct catalog *c = catalog_create(bytes);
  struct catalog_writer *w = catalog_writer_open(c);
  int64_t until_us = clock_mono_us() + for_us;
  pid_t readers[3];
  c->grace_us = grace_us;
  uint64_t g = 1;
  generation_publish(w, g);
  for (int i = 0; i < 3; i++) {
    readers[i] = fork();
    if (readers[i] == 0)
      reader_run(c, until_us, strict);
  }
  while (clock_mono_us() < until_us) {
    generation_publish(w, ++g);
    usleep(g % 8 * 100);
  }
  for (int i = 0; i < 3; i++) {
    int status;
    assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
  }
  assert_true(g > 10); /* thousands on an idle machine */
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static void test_readers_see_whole_publications(void **state)
{
  (void)state;
  race((size_t)2 << 30, CATALOG_GRACE_S * CLOCK_SECOND, true, 2 * CLOCK_SECOND);
}

/* Without a grace time, memory is emptied while readers use it.  They may see faults, but must not crash. */
static void test_readers_survive_a_half_that_is_emptied(void **state)
{
  (void)state;
  race((size_t)8 << 20, 0, false, 2 * CLOCK_SECOND);
}

static _Noreturn void writer_run(struct catalog *c)
{
  struct catalog_writer *w = catalog_writer_open(c);
  struct catalog_position *f = malloc(sizeof *f);
  catalog_position_get(w, f);
  for (uint64_t g = f->cursor + 1;; g++)
    if (generation_put(w, g) != ERR_OK || catalog_writer_publish(w, position_at(g)) != ERR_OK)
      _exit(3);
}

static void test_a_killed_writer_leaves_its_last_publication(void **state)
{
  (void)state;
  struct catalog *c = catalog_create((size_t)16 << 20);
  struct catalog_writer *w = catalog_writer_open(c);
  struct catalog_position *f = malloc(sizeof *f);
  uint64_t newest = 0, g = 1;
  c->grace_us = 0;
  generation_publish(w, g);
  catalog_writer_close(&w);
  srand(7);
  for (int round = 0; round < 150; round++) {
    pid_t pid = fork();
    if (pid == 0)
      writer_run(c);
    usleep((useconds_t)(rand() % 12000));
    kill(pid, SIGKILL);
    int status;
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status)); /* it was killed and did not fail by itself */
    bool valid;
    const char *fault = catalog_check(c, &valid, true, &newest);
    if (fault)
      fail_msg("round %d: %s", round, fault);
    w = catalog_writer_open(c);
    catalog_position_get(w, f);
    assert_int_equal(f->cursor, newest); /* cursor and content came in one step */
    if (round % 3 == 0)
      generation_publish(w, f->cursor + 1);
    fault = catalog_check(c, &valid, true, &newest);
    if (fault || !valid)
      fail_msg("round %d, after the takeover: %s", round, fault ? fault : "the pin is not valid");
    catalog_writer_close(&w);
  }
  assert_true(newest > 50);
  free(f);
  catalog_destroy(&c);
}

static void test_a_full_half_is_left_once_and_then_waits(void **state)
{
  (void)state;
  struct catalog *c = catalog_create((size_t)8 << 20);
  struct catalog_writer *w = catalog_writer_open(c);
  uint64_t g = 1, newest = 0;
  bool valid;
  enum err e = ERR_OK;
  struct catalog_pin first;
  generation_publish(w, g);
  assert_true(catalog_pin_current(c, &first));
  catalog_stored_set(&first, catalog_find_id(&first, 9), (struct version){8, 88, 0});
  while (e == ERR_OK && g < 5000) {
    e = generation_put(w, ++g);
    if (e == ERR_OK)
      e = catalog_writer_publish(w, position_at(g));
  }
  assert_int_equal(e, ERR_LIMIT); /* both halves are full, and the first one's readers have their grace */
  assert_null(catalog_check(c, &valid, true, &newest));
  assert_true(valid);
  struct facts f;
  assert_true(catalog_facts(&first, 0, &f)); /* a pin of the first half can still be read */
  assert_null(product_fault(&f));
  c->grace_us = 0;
  generation_publish(w, g + 1);
  assert_null(catalog_check(c, &valid, true, &newest));
  assert_int_equal(newest, g + 1);
  struct catalog_pin pin;
  assert_true(catalog_pin_current(c, &pin)); /* stored versions moved to the new half */
  assert_int_equal(catalog_last_stored(&pin, catalog_find_id(&pin, 9)).hash, 88);
  assert_false(catalog_pin_valid(&first));
  catalog_facts(&first, 0, &f);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static void test_too_many_products_are_refused_and_the_rest_stands(void **state)
{
  (void)state;
  struct catalog *c = catalog_create((size_t)8 << 20);
  struct catalog_writer *w = catalog_writer_open(c);
  uint64_t newest = 0, id = 1000;
  bool valid;
  enum err e = ERR_OK;
  generation_publish(w, 1);
  for (; e == ERR_OK && id < 1000000; id++) {
    char slug[32];
    struct facts f = product_of(id, "", "");
    f.slug = f.name = span_of(slug, (size_t)snprintf(slug, sizeof slug, "other-%u", (unsigned)id));
    e = catalog_put_product(w, &f, NULL, 0, NULL, 0);
  }
  assert_int_equal(e, ERR_LIMIT);
  assert_null(catalog_check(c, &valid, true, &newest));
  catalog_writer_close(&w);
  w = catalog_writer_open(c);
  generation_publish(w, 2);
  assert_null(catalog_check(c, &valid, true, &newest));
  assert_int_equal(newest, 2);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

/* ---- version floors */

struct raising {
  _Atomic uint64_t next;
  _Atomic uint64_t faults;
};

static void raise_run(const struct catalog *c, struct raising *r)
{
  struct catalog_pin pin;
  uint64_t seen = 0;
  assert_true(catalog_pin_current(c, &pin));
  uint32_t ordinal = catalog_find_id(&pin, 1);
  for (int i = 0; i < 100000; i++) {
    uint64_t rev = atomic_fetch_add(&r->next, 1);
    catalog_floor_raise(&pin, ordinal, (struct version){rev, mix(1, rev), 0});
    struct version v = catalog_newest_version(&pin, ordinal);
    if (v.rev < rev || v.rev < seen || v.hash != mix(1, v.rev))
      atomic_fetch_add(&r->faults, 1);
    seen = v.rev > seen ? v.rev : seen;
  }
}

static void test_no_floor_is_lost_among_many_writers(void **state)
{
  (void)state;
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  struct raising *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int status;
  generation_publish(w, 1);
  atomic_store(&r->next, 2);
  for (int i = 0; i < 4; i++)
    if (fork() == 0) {
      raise_run(c, r);
      _exit(0);
    }
  while (wait(&status) > 0 || errno == EINTR)
    assert_int_equal(status, 0);
  assert_int_equal(atomic_load(&r->faults), 0);
  munmap(r, sizeof *r);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static size_t resident(const struct catalog *c)
{
  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = c->bytes / page, n = 0;
  unsigned char *in = malloc(pages);
  assert_int_equal(mincore((void *)(uintptr_t)c, pages * page, in), 0);
  for (size_t i = 0; i < pages; i++)
    n += in[i] & 1;
  free(in);
  return n * page;
}

static void test_memory_is_taken_when_touched_and_given_back(void **state)
{
  (void)state;
  struct catalog *c = catalog_create((size_t)64 << 20);
  struct catalog_writer *w = catalog_writer_open(c);
  uint64_t g = 1;
  generation_publish(w, g);
  size_t first = resident(c);
  assert_true(first < (size_t)2 << 20);
  for (unsigned half = w ? atomic_load(&c->live) & 1 : 0; (atomic_load(&c->live) & 1) == half;)
    generation_publish(w, ++g);
  assert_true(resident(c) > (size_t)16 << 20);
  c->grace_us = 0;
  generation_publish(w, ++g);
  assert_true(resident(c) < (size_t)3 << 20);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static void test_the_default_size_costs_nothing(void **state)
{
  (void)state;
  struct catalog *c = catalog_create(0);
  assert_non_null(c);
  assert_true(resident(c) < (size_t)1 << 20);
  catalog_destroy(&c);
  assert_null(c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_readers_see_whole_publications),
      cmocka_unit_test(test_readers_survive_a_half_that_is_emptied),
      cmocka_unit_test(test_a_killed_writer_leaves_its_last_publication),
      cmocka_unit_test(test_a_full_half_is_left_once_and_then_waits),
      cmocka_unit_test(test_too_many_products_are_refused_and_the_rest_stands),
      cmocka_unit_test(test_no_floor_is_lost_among_many_writers),
      cmocka_unit_test(test_memory_is_taken_when_touched_and_given_back),
      cmocka_unit_test(test_the_default_size_costs_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
