/* Tests sequences of publications: what changes, stays, moves and is cleared. */
#include <time.h>

#include "catalog/catalog_layout.h"
#include "catalog_fixture.h"

static void test_publications_count_changes_only(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A");
  struct catalog_position *f = malloc(sizeof *f);
  put(x->w, &a);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  uint64_t first = pin.publication;
  pin = publish(x->c, x->w, 1);
  assert_int_equal(pin.publication, first);
  pin = publish(x->c, x->w, 2); /* the cursor alone */
  assert_int_equal(pin.publication, first);
  catalog_position_get(x->w, f);
  assert_int_equal(f->cursor, 2);
  assert_string_equal(f->incarnation, "one");
  put(x->w, &a);
  pin = publish(x->c, x->w, 2);
  assert_int_equal(pin.publication, first);
  a.version.hash++;
  put(x->w, &a);
  pin = publish(x->c, x->w, 2);
  assert_true(pin.publication > first);
  free(f);
}

static void test_gaps_survive_the_writer(void **state)
{
  struct catalog_fixture *x = *state;
  struct catalog_position *f = calloc(1, sizeof *f), *got = malloc(sizeof *got);
  f->cursor = 9000, f->anchor_entity_id = 8, f->anchor_changed_us = T0, f->n_gaps = CATALOG_GAPS_MAX;
  for (uint32_t i = 0; i < f->n_gaps; i++)
    f->gaps[i] = (struct catalog_gap){2 * i + 1, 2 * i + 1, 0, T0 + i};
  assert_int_equal(catalog_writer_publish(x->w, f), ERR_OK);
  catalog_writer_close(&x->w);
  x->w = catalog_writer_open(x->c);
  catalog_position_get(x->w, got);
  assert_memory_equal(f, got, sizeof *f);
  free(f);
  free(got);
}

static void test_counts_and_window_move_without_a_version(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A"), got;
  int64_t hour = clock_hour_floor(T0);
  put(x->w, &a);
  catalog_put_window(x->w, hour);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  uint64_t first = pin.publication;
  assert_int_equal(catalog_put_counts(x->w, 1, &(struct catalog_counts){5, 2, NULL}, hour + CLOCK_HOUR), ERR_OK);
  assert_int_equal(catalog_put_counts(x->w, 77, &(struct catalog_counts){5, 2, NULL}, hour), ERR_NOT_FOUND);
  catalog_put_window(x->w, hour + CLOCK_HOUR);
  pin = publish(x->c, x->w, 1);
  assert_true(pin.publication > first);
  assert_int_equal(pin.window_us, hour + CLOCK_HOUR);
  assert_true(catalog_facts(&pin, 0, &got));
  assert_true(version_eq(got.version, a.version));
  assert_int_equal(got.n90, 5);
  assert_int_equal(got.s30, 2);
  assert_int_equal(got.window_us, hour + CLOCK_HOUR);
  catalog_put_window(x->w, hour + 2 * CLOCK_HOUR); /* no count changed, but the facts have the new hour */
  pin = publish(x->c, x->w, 1);
  assert_true(catalog_facts(&pin, 0, &got));
  assert_int_equal(got.window_us, hour + 2 * CLOCK_HOUR);
}

static void test_a_full_load_replaces_everything(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A"), b = product_of(2, "b", "B"), c = product_of(3, "c", "C");
  put(x->w, &a), put(x->w, &b);
  put_term(x->w, false, 10, "devops", "DevOps", 2);
  put_term(x->w, false, 11, "data", "Data", 2);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_int_equal(catalog_begin_full(x->w), ERR_OK);
  put(x->w, &c);
  assert_int_equal(catalog_begin_full(x->w), ERR_OK); /* abandons the first load */
  put(x->w, &b);
  put_term(x->w, false, 11, "data", "Data", 2);
  assert_list(&pin, catalog_ranking(&pin), "a b");
  pin = publish(x->c, x->w, 2);
  assert_list(&pin, catalog_ranking(&pin), "b");
  assert_int_equal(catalog_sectors(&pin), 1);
  assert_int_equal(catalog_begin_full(x->w), ERR_OK);
  put(x->w, &c);
  catalog_writer_close(&x->w);
  x->w = catalog_writer_open(x->c);
  pin = publish(x->c, x->w, 3);
  assert_list(&pin, catalog_ranking(&pin), "b");
}

/* Puts new versions of the product until there is no room. */
static void fill(struct catalog_writer *w, struct facts *f)
{
  enum err e = ERR_OK;
  for (int i = 0; e == ERR_OK && i < 1000000; i++) {
    f->version.hash++;
    e = catalog_put_product(w, f, NULL, 0, NULL, 0);
  }
  assert_int_equal(e, ERR_LIMIT);
}

static void test_a_full_load_without_room_removes_nothing(void **state)
{
  struct catalog *c = catalog_create((size_t)8 << 20);
  struct catalog_writer *w = catalog_writer_open(c);
  struct facts a = product_of(1, "a", "A"), b = product_of(2, "b", "B");
  uint64_t sectors[PRODUCT_SECTORS_MAX];
  struct term devops = {.id = 10, .version = {1, 1}, .slug = SPAN("devops"), .name = SPAN("DevOps")};
  (void)state;
  put(w, &a), put(w, &b);
  put_term(w, false, 10, "devops", "DevOps", 0);
  struct catalog_pin first = publish(c, w, 1), pin = first;
  for (; pin.half == first.half; pin = publish(c, w, 1)) /* from now on the first half has readers for a minute */
    a.version.hash++, put(w, &a);
  for (uint32_t i = 0; i < PRODUCT_SECTORS_MAX; i++)
    sectors[i] = 10 + i;
  fill(w, &b);
  b.version.hash--;
  assert_int_equal(catalog_begin_full(w), ERR_OK);
  a.sectors = sectors, a.n_sectors = PRODUCT_SECTORS_MAX;
  devops.name = SPAN("A name that was made longer, and for which there is no room either, however short it may be");
  assert_int_equal(catalog_put_product(w, &a, NULL, 0, NULL, 0), ERR_LIMIT);
  assert_int_equal(catalog_put_sector(w, &devops), ERR_LIMIT);
  put(w, &b);
  c->grace_us = 0; /* frees the other half for the publication */
  pin = publish(c, w, 2);
  assert_list(&pin, catalog_ranking(&pin), "a b");
  assert_int_equal(catalog_sectors(&pin), 1);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static void test_next_due_is_the_least(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts f;
  assert_true(catalog_next_due(x->w) == CLOCK_FOREVER);
  for (uint64_t i = 1; i <= 50; i++) {
    char slug[16];
    snprintf(slug, sizeof slug, "p%u", (unsigned)i);
    f = product_of(i, slug, slug);
    f.next_due_us = i % 3 ? CLOCK_FOREVER : T0 + (int64_t)((i * 37) % 50);
    put(x->w, &f);
  }
  for (int round = 0; round < 17; round++) { /* in each round the earliest product stops being due */
    int64_t least = CLOCK_FOREVER;
    uint64_t at = 0;
    for (uint64_t i = 3; i <= 50; i += 3)
      if (i * 37 % 50 < (uint64_t)(least - T0) && !(f.version.rev >> i & 1)) {
        least = T0 + (int64_t)(i * 37 % 50);
        at = i;
      }
    assert_true(catalog_next_due(x->w) == (at ? least : CLOCK_FOREVER));
    publish(x->c, x->w, (uint64_t)round);
    if (!at)
      break;
    char slug[16];
    uint64_t done = f.version.rev | UINT64_C(1) << at;
    snprintf(slug, sizeof slug, "p%u", (unsigned)at);
    f = product_of(at, slug, slug);
    f.version.rev = done;
    put(x->w, &f);
  }
}

static size_t ids_after(struct catalog_writer *w, uint64_t after, uint64_t *ids, struct version *versions, size_t n)
{
  assert_int_equal(catalog_ids(w, after, ids, versions, &n), ERR_OK);
  return n;
}

static void test_ids_come_in_order(void **state)
{
  struct catalog_fixture *x = *state;
  uint64_t ids[10], order[] = {50, 10, 40, 20, 30};
  struct version versions[10];
  for (int i = 0; i < 5; i++) {
    char slug[16];
    snprintf(slug, sizeof slug, "p%u", (unsigned)order[i]);
    struct facts f = product_of(order[i], slug, slug);
    put(x->w, &f);
    if (i == 2)
      assert_int_equal(ids_after(x->w, 0, ids, versions, 10), 3);
  }
  assert_int_equal(ids_after(x->w, 10, ids, versions, 3), 3);
  assert_int_equal(ids[0], 20);
  assert_int_equal(ids[2], 40);
  assert_int_equal(versions[0].hash, 20 * 7919);
  assert_int_equal(catalog_remove_product(x->w, 30), ERR_OK);
  assert_int_equal(ids_after(x->w, 20, ids, versions, 10), 2);
  assert_int_equal(ids[0], 40);
  assert_int_equal(ids_after(x->w, 50, ids, versions, 10), 0);
}

static void test_version_floors(void **state)
{
  struct catalog_fixture *x = *state;
  struct catalog_state s;
  struct facts a = product_of(1, "a", "A");
  a.version = (struct version){5, 55, 0};
  put(x->w, &a);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_true(version_eq(catalog_newest_version(&pin, 0), a.version));
  catalog_floor_raise(&pin, 0, (struct version){4, 44, 0});
  assert_true(version_eq(catalog_newest_version(&pin, 0), a.version));
  catalog_floor_raise(&pin, 0, (struct version){7, 77, 0});
  catalog_floor_raise(&pin, 0, (struct version){6, 66, 0});
  assert_true(version_eq(catalog_newest_version(&pin, 0), (struct version){7, 77, 0}));
  a.version = (struct version){6, 66, 0};
  put(x->w, &a);
  pin = publish(x->c, x->w, 2);
  assert_true(version_eq(catalog_newest_version(&pin, 0), (struct version){7, 77, 0}));
  catalog_state_get(x->c, &s);
  s.confirmed_us = clock_now_us() + CLOCK_MINUTE; /* long after the raise: the floor has expired */
  catalog_state_put(x->w, &s);
  assert_true(version_eq(catalog_newest_version(&pin, 0), a.version));
  a.version = (struct version){9, 99, 0};
  put(x->w, &a);
  pin = publish(x->c, x->w, 3);
  assert_true(version_eq(catalog_newest_version(&pin, 0), a.version));
  assert_int_equal(catalog_newest_version(&pin, 5).rev, 0);
  catalog_floor_raise(&pin, 5, (struct version){7, 77, 0});
}

static void test_of_the_same_rows_the_version_that_fell_due_later_is_newer(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A"), got;
  a.version = (struct version){5, 55, 0};
  a.next_due_us = T0 + 10;
  put(x->w, &a);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_true(catalog_facts(&pin, 0, &got) && got.version.due_us == T0 + 10);
  catalog_floor_raise(&pin, 0, (struct version){5, 44, T0 + 5});
  assert_int_equal(catalog_floor_count(x->c), 0);
  catalog_floor_raise(&pin, 0, (struct version){5, 66, T0 + 20});
  assert_int_equal(catalog_newest_version(&pin, 0).hash, 66);
  catalog_floor_raise(&pin, 0, (struct version){5, 77, CLOCK_FOREVER});
  catalog_floor_raise(&pin, 0, (struct version){5, 66, T0 + 20});
  assert_int_equal(catalog_newest_version(&pin, 0).hash, 77);
  catalog_floor_raise(&pin, 0, (struct version){6, 88, T0 + 5}); /* an edit is newer than all of them */
  assert_int_equal(catalog_newest_version(&pin, 0).hash, 88);
}

static void test_stored_versions(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A");
  put(x->w, &a);
  struct catalog_pin pin = publish(x->c, x->w, 1);
  assert_int_equal(catalog_last_stored(&pin, 0).rev, 0);
  catalog_stored_set(&pin, 0, (struct version){3, 33, 0});
  a.version.rev = 9;
  put(x->w, &a);
  pin = publish(x->c, x->w, 2);
  assert_true(version_eq(catalog_last_stored(&pin, 0), (struct version){3, 33, 0}));
  catalog_stored_set(&pin, 4, (struct version){3, 33, 0});
  assert_int_equal(catalog_last_stored(&pin, 4).rev, 0);
}

static struct catalog_pin edit(struct catalog_fixture *x, struct facts *p, uint64_t rev)
{
  p->version.rev = rev;
  put(x->w, p);
  return publish(x->c, x->w, rev);
}

static void test_a_stored_version_is_replaced_by_the_first_newer_one(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A");
  struct catalog_pin pin = edit(x, &a, 1);
  catalog_stored_set(&pin, 0, a.version);
  a.n90++;
  pin = edit(x, &a, 1);
  assert_true(catalog_stored_replaced_us(&pin, 0) == CLOCK_NEVER);
  int64_t before_us = clock_now_us() - CLOCK_SECOND;
  pin = edit(x, &a, 2);
  int64_t replaced_us = catalog_stored_replaced_us(&pin, 0);
  assert_in_range(replaced_us, before_us, clock_now_us());
  struct timespec second = {1, 100000000};
  nanosleep(&second, NULL); /* the time is kept in seconds */
  pin = edit(x, &a, 3);
  assert_int_equal(catalog_stored_replaced_us(&pin, 0), replaced_us);
  catalog_stored_set(&pin, 0, a.version);
  assert_true(catalog_stored_replaced_us(&pin, 0) == CLOCK_NEVER);
  assert_true(catalog_stored_replaced_us(&pin, 4) == CLOCK_NEVER);
}

/* The ids that moved, at most `most` of them, as digits. */
static const char *moved(const struct catalog_pin *pin, size_t most)
{
  static char ids[CATALOG_MOVED + 1];
  struct catalog_moved v[CATALOG_MOVED];
  size_t n = catalog_moved_find(pin, v, most);
  for (size_t i = 0; i < n; i++) {
    ids[i] = (char)('0' + v[i].id);
    assert_true(version_eq(v[i].version, catalog_newest_version(pin, catalog_find_id(pin, v[i].id))));
  }
  ids[n] = '\0';
  return ids;
}

static void test_products_that_moved_since_they_were_stored_are_named_once(void **state)
{
  struct catalog_fixture *x = *state;
  static const char slugs[9][2] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
  struct facts v[9];
  struct catalog_pin pin = {0};
  for (uint64_t i = 0; i < 9; i++) {
    v[i] = product_of(i + 1, slugs[i], "Name");
    pin = edit(x, &v[i], i + 1);
  }
  assert_string_equal(moved(&pin, 9), "");
  for (uint32_t i = 0; i < 8; i++) /* the ninth is in no cache */
    catalog_stored_set(&pin, i, v[i].version);
  for (uint64_t i = 0; i < 9; i++)
    pin = edit(x, &v[i], 20 + i);
  assert_string_equal(moved(&pin, 9), "87654321");
  assert_string_equal(moved(&pin, 3), "876");
  pin = edit(x, &v[2], 30);
  assert_string_equal(moved(&pin, 9), "38765421");
  catalog_stored_set(&pin, 3, v[3].version); /* stored again */
  v[4].status = PRODUCT_DRAFT;
  pin = edit(x, &v[4], 31);
  assert_string_equal(moved(&pin, 9), "387621");
  catalog_floor_raise(&pin, 0, (struct version){40, 40, CLOCK_FOREVER}); /* read and stored before the catalog has it */
  catalog_stored_set(&pin, 0, (struct version){40, 40, CLOCK_FOREVER});
  assert_string_equal(moved(&pin, 9), "38762");
  for (uint64_t i = 0; i < CATALOG_MOVED - 1; i++)
    pin = edit(x, &v[7], 50 + i);
  assert_string_equal(moved(&pin, 9), "8");
}

static void test_another_history_clears_floors_and_stored_versions(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A");
  put(x->w, &a);
  struct catalog_pin pin = publish(x->c, x->w, 100);
  catalog_floor_raise(&pin, 0, (struct version){7, 77, 0});
  catalog_stored_set(&pin, 0, (struct version){3, 33, 0});
  pin = publish(x->c, x->w, 101);
  assert_int_equal(catalog_newest_version(&pin, 0).rev, 7);
  pin = publish(x->c, x->w, 50); /* the log stepped back: an older backup */
  assert_true(version_eq(catalog_newest_version(&pin, 0), a.version));
  assert_int_equal(catalog_last_stored(&pin, 0).rev, 0);
  catalog_floor_raise(&pin, 0, (struct version){8, 88, 0});
  struct catalog_position f = {.cursor = 60, .incarnation = "two"};
  assert_int_equal(catalog_writer_publish(x->w, &f), ERR_OK);
  assert_true(catalog_pin_current(x->c, &pin));
  assert_true(version_eq(catalog_newest_version(&pin, 0), a.version));
}

static void test_the_watchers_state(void **state)
{
  struct catalog_fixture *x = *state;
  struct catalog_state s, got;
  catalog_state_get(x->c, &got);
  assert_false(got.ready);
  assert_true(got.confirmed_us == CLOCK_NEVER);
  memset(&s, 0, sizeof s);
  s.ready = true, s.cursor = 7, s.confirmed_us = T0;
  snprintf(s.trouble, sizeof s.trouble, "a sentence");
  catalog_state_put(x->w, &s);
  catalog_state_get(x->c, &got);
  assert_memory_equal(&s, &got, sizeof s);
}

static void test_an_old_pin_is_not_valid(void **state)
{
  struct catalog_fixture *x = *state;
  struct facts a = product_of(1, "a", "A");
  put(x->w, &a);
  struct catalog_pin first = publish(x->c, x->w, 1), later = first;
  for (int i = 0; i < 3; i++) {
    assert_true(catalog_pin_valid(&first)); /* of four slots, the next three publications use the others */
    a.version.hash++;
    put(x->w, &a);
    later = publish(x->c, x->w, 1);
  }
  a.version.hash++;
  put(x->w, &a);
  publish(x->c, x->w, 1);
  assert_false(catalog_pin_valid(&first));
  assert_true(catalog_pin_valid(&later));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_publications_count_changes_only, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_gaps_survive_the_writer, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_counts_and_window_move_without_a_version, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_a_full_load_replaces_everything, catalog_setup, catalog_teardown),
      cmocka_unit_test(test_a_full_load_without_room_removes_nothing),
      cmocka_unit_test_setup_teardown(test_next_due_is_the_least, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_ids_come_in_order, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_version_floors, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_of_the_same_rows_the_version_that_fell_due_later_is_newer, catalog_setup,
                                      catalog_teardown),
      cmocka_unit_test_setup_teardown(test_stored_versions, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_products_that_moved_since_they_were_stored_are_named_once, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_a_stored_version_is_replaced_by_the_first_newer_one, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_another_history_clears_floors_and_stored_versions, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_the_watchers_state, catalog_setup, catalog_teardown),
      cmocka_unit_test_setup_teardown(test_an_old_pin_is_not_valid, catalog_setup, catalog_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
