/* Tests the state file: everything is restored from it, and damage at any place is detected. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog_fixture.h"

#include "catalog/catalog_layout.h"

struct fixture {
  struct catalog *c;
  struct catalog_writer *w;
  char folder[64], path[96];
};

static int setup(void **state)
{
  struct fixture *x = calloc(1, sizeof *x);
  strcpy(x->folder, "/tmp/diptych-catalog-XXXXXX");
  x->c = catalog_create(SMALL);
  x->w = catalog_writer_open(x->c);
  *state = x;
  if (!mkdtemp(x->folder))
    return 1;
  snprintf(x->path, sizeof x->path, "%s/catalog", x->folder);
  return !x->w;
}

static int teardown(void **state)
{
  struct fixture *x = *state;
  unlink(x->path);
  assert_int_equal(rmdir(x->folder), 0); /* no temporary file is left */
  catalog_writer_close(&x->w);
  catalog_destroy(&x->c);
  free(x);
  return 0;
}

static struct catalog_pin site_publish(struct fixture *x)
{
  uint64_t sectors[] = {10, 11}, themes[] = {20}, pairs[] = {2};
  struct span alias = SPAN("apache-kafka");
  struct facts a = product_of(1, "kafka", "Kafka"), b = product_of(2, "nats", "NATS"), c = product_of(3, "gone", "Gone");
  struct page_head about = {5, {3, 4, 0}, SPAN("about"), SPAN("About us"), PRODUCT_PUBLISHED, T0};
  a.sectors = b.sectors = sectors, a.n_sectors = 2, b.n_sectors = 1, a.themes = themes, a.n_themes = 1;
  a.n90 = 9, b.n90 = 3, a.activity_us = T0, a.next_due_us = T0 + 77;
  assert_int_equal(catalog_put_product(x->w, &a, &alias, 1, pairs, 1), ERR_OK);
  put(x->w, &b), put(x->w, &c);
  put_term(x->w, false, 10, "data", "Data", 1);
  put_term(x->w, false, 11, "devops", "DevOps", 0);
  put_term(x->w, true, 20, "streaming", "Streaming", 0);
  assert_int_equal(catalog_put_page(x->w, &about), ERR_OK);
  struct attribute attribute = attribute_of(8, "memory", 1);
  assert_int_equal(catalog_put_attribute(x->w, &attribute), ERR_OK);
  catalog_put_site(x->w, (struct version){7, 8, 0}, 9);
  catalog_put_window(x->w, clock_hour_floor(T0));
  publish(x->c, x->w, 41);
  assert_int_equal(catalog_remove_product(x->w, 3), ERR_OK);
  struct catalog_position f = {.cursor = 42, .incarnation = "one", .n_gaps = 2, .gaps = {{5, 6, 1, T0}, {9, 9, 0, T0}}};
  assert_int_equal(catalog_writer_publish(x->w, &f), ERR_OK);
  struct catalog_pin pin;
  assert_true(catalog_pin_current(x->c, &pin));
  catalog_stored_set(&pin, catalog_find_id(&pin, 2), (struct version){6, 66, 0});
  return pin;
}

static void check_site(const struct catalog *c, struct catalog_writer *w)
{
  struct catalog_position *f = malloc(sizeof *f);
  struct catalog_term t;
  struct page_head page;
  struct facts facts;
  struct catalog_pin pin;
  bool alias;
  assert_true(catalog_pin_current(c, &pin));
  assert_list(&pin, catalog_ranking(&pin), "kafka nats");
  assert_list(&pin, catalog_by_slug(&pin), "kafka nats");
  assert_list(&pin, catalog_recent(&pin), "kafka");
  assert_int_equal(catalog_find(&pin, SPAN("apache-kafka"), &alias), catalog_find_id(&pin, 1));
  assert_true(alias);
  assert_int_equal(catalog_find_id(&pin, 3), CATALOG_NONE);
  assert_true(catalog_sector(&pin, 0, &t));
  assert_span(t.slug, "devops");
  assert_true(catalog_sector_id(&pin, 10, &t));
  assert_list(&pin, t.ranking, "kafka nats");
  assert_int_equal(t.median2, 12);
  assert_true(catalog_theme_slug(&pin, SPAN("streaming"), &t));
  assert_true(catalog_page_slug(&pin, SPAN("about"), &page));
  assert_true(version_eq(catalog_site_version(&pin), (struct version){7, 8, 0}));
  assert_true(catalog_pair(&pin, 1, 2));
  assert_int_equal(pin.window_us, clock_hour_floor(T0));
  assert_true(catalog_facts(&pin, catalog_find_id(&pin, 2), &facts));
  assert_span(facts.name, "NATS");
  assert_int_equal(catalog_last_stored(&pin, catalog_find_id(&pin, 2)).hash, 66);
  assert_true(catalog_next_due(w) == T0 + 77);
  catalog_position_get(w, f);
  assert_int_equal(f->cursor, 42);
  assert_int_equal(f->n_gaps, 2);
  assert_int_equal(f->gaps[1].first, 9);
  assert_string_equal(f->incarnation, "one");
  free(f);
}

static void test_everything_is_restored(void **state)
{
  struct fixture *x = *state;
  struct catalog_state s = {.ready = true, .confirmed_us = T0 + 5, .incarnation = "one"};
  struct catalog_pin pin = site_publish(x);
  catalog_state_put(x->w, &s);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  struct catalog *c = catalog_create((size_t)16 << 20); /* of another size */
  struct catalog_writer *w = catalog_writer_open(c);
  assert_int_equal(catalog_load(w, x->path), ERR_OK);
  check_site(c, w);
  assert_true(catalog_publication(c) > pin.publication);
  catalog_state_get(c, &s);
  assert_true(s.from_file);
  assert_false(s.ready);
  assert_true(s.confirmed_us == T0 + 5);
  assert_string_equal(s.incarnation, "one");
  struct facts more = product_of(4, "redis", "Redis"); /* the new catalog can be changed */
  put(w, &more);
  pin = publish(c, w, 43);
  assert_list(&pin, catalog_by_slug(&pin), "kafka nats redis");
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static void test_nothing_to_load_and_nothing_to_save(void **state)
{
  struct fixture *x = *state;
  assert_int_equal(catalog_load(x->w, x->path), ERR_NOT_FOUND);
  assert_int_equal(catalog_save(x->w, x->path), ERR_NOT_FOUND);
  assert_int_equal(catalog_publication(x->c), 0);
}

static void test_an_empty_site_is_saved_too(void **state)
{
  struct fixture *x = *state;
  publish(x->c, x->w, 5);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  assert_int_equal(catalog_load(w, x->path), ERR_OK);
  assert_true(catalog_publication(c) > 0);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static void test_staged_changes_are_not_saved(void **state)
{
  struct fixture *x = *state;
  struct facts a = product_of(9, "staged", "Staged");
  site_publish(x);
  put(x->w, &a);
  assert_int_equal(catalog_save(x->w, x->path), ERR_RETRY);
  assert_int_equal(access(x->path, F_OK), -1);
}

static ino_t file_number(const char *path)
{
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  return st.st_ino;
}

static void test_an_unchanged_catalog_only_gets_new_times(void **state)
{
  struct fixture *x = *state;
  struct catalog_state s = {.confirmed_us = T0};
  site_publish(x);
  catalog_state_put(x->w, &s);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  ino_t first = file_number(x->path);
  s.confirmed_us = T0 + 99;
  catalog_state_put(x->w, &s);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  assert_int_equal(file_number(x->path), first);
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  assert_int_equal(catalog_load(w, x->path), ERR_OK);
  catalog_state_get(c, &s);
  assert_true(s.confirmed_us == T0 + 99);
  catalog_writer_close(&w);
  catalog_destroy(&c);
  publish(x->c, x->w, 50);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  assert_int_not_equal(file_number(x->path), first);
}

static void flip(const char *path, off_t at)
{
  char c;
  int fd = open(path, O_RDWR);
  assert_int_equal(pread(fd, &c, 1, at), 1);
  c ^= 1;
  assert_int_equal(pwrite(fd, &c, 1, at), 1);
  close(fd);
}

static void test_a_file_with_new_times_is_valid_while_a_sector_is_staged(void **state)
{
  struct fixture *x = *state;
  site_publish(x);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  put_term(x->w, false, 77, "staged", "Staged", 0);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  assert_int_equal(catalog_load(w, x->path), ERR_OK);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

/* Flips every seventh byte, which hits each field of the header and each part of the body. */
static void test_every_flipped_bit_is_detected(void **state)
{
  struct fixture *x = *state;
  struct stat st;
  site_publish(x);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  assert_int_equal(stat(x->path, &st), 0);
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  for (off_t at = 0; at < st.st_size; at += 7) {
    flip(x->path, at);
    if (catalog_load(w, x->path) != ERR_INVALID)
      fail_msg("the change of byte %ld was not detected", (long)at);
    assert_int_equal(catalog_publication(c), 0);
    flip(x->path, at);
  }
  assert_int_equal(catalog_load(w, x->path), ERR_OK);
  check_site(c, w);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static void test_every_truncation_is_detected(void **state)
{
  struct fixture *x = *state;
  struct stat st;
  site_publish(x);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  assert_int_equal(stat(x->path, &st), 0);
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  for (off_t n = st.st_size - 1; n >= 0; n -= 13) {
    assert_int_equal(truncate(x->path, n), 0);
    assert_int_equal(catalog_load(w, x->path), ERR_INVALID);
  }
  assert_int_equal(catalog_publication(c), 0);
  struct facts a = product_of(1, "a", "A"); /* the writer still works */
  put(w, &a);
  struct catalog_pin pin = publish(c, w, 1);
  assert_list(&pin, catalog_by_slug(&pin), "a");
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

static void test_foreign_files_are_refused(void **state)
{
  struct fixture *x = *state;
  int fd = open(x->path, O_WRONLY | O_CREAT, 0600);
  for (int i = 0; i < 100; i++)
    assert_int_equal(write(fd, "not a catalog at all, only words\n", 33), 33);
  close(fd);
  assert_int_equal(catalog_load(x->w, x->path), ERR_INVALID);
  assert_int_equal(unlink(x->path), 0);
  assert_int_equal(mkdir(x->path, 0700), 0);
  assert_int_equal(catalog_load(x->w, x->path), ERR_INVALID);
  site_publish(x);
  assert_int_equal(catalog_save(x->w, x->path), ERR_IO); /* and the temporary file is removed */
  assert_int_equal(rmdir(x->path), 0);
}

static void large_publish(struct catalog *large, struct catalog_writer *w)
{
  char slug[16], name[901];
  memset(name, 'n', sizeof name);
  for (uint64_t id = 1; id <= 20000; id++) {
    struct facts f = product_of(id, "", "");
    f.slug = span_of(slug, (size_t)snprintf(slug, sizeof slug, "p%u", (unsigned)id));
    f.name = span_of(name, 900);
    put(w, &f);
  }
  publish(large, w, 7);
}

/* Each of them is another process, and the limit is the watcher's. */
static void test_background_saves_that_fail_are_logged_once_a_minute(void **state)
{
  struct fixture *x = *state;
  struct catalog *large = catalog_create((size_t)256 << 20);
  struct catalog_writer *w = catalog_writer_open(large);
  large_publish(large, w);
  char temp[300], log_path[300], log[4096] = "";
  snprintf(temp, sizeof temp, "%s.new", x->path);
  snprintf(log_path, sizeof log_path, "%s.log", x->path);
  assert_int_equal(mkdir(temp, 0700), 0); /* in the way */
  int before = dup(STDERR_FILENO), file = open(log_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  assert_true(before >= 0 && dup2(file, STDERR_FILENO) >= 0);
  for (int i = 0; i < 4; i++) {
    enum err e;
    while ((e = catalog_save(w, x->path)) == ERR_RETRY)
      usleep(10000);
    assert_int_equal(e, ERR_OK); /* a child begins */
  }
  catalog_writer_close(&w); /* waits for it */
  dup2(before, STDERR_FILENO);
  assert_true(pread(file, log, sizeof log - 1, 0) > 0);
  close(before);
  close(file);
  const char *first = strstr(log, "cannot be saved: Is a directory");
  assert_non_null(first);
  assert_null(strstr(first + 1, "cannot be saved"));
  assert_int_equal(rmdir(temp), 0);
  assert_int_equal(unlink(log_path), 0);
  catalog_destroy(&large);
}

static void test_a_load_replaces_what_is_published(void **state)
{
  struct fixture *x = *state;
  site_publish(x);
  assert_int_equal(catalog_save(x->w, x->path), ERR_OK);
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  struct facts other = product_of(8, "other", "Other");
  put(w, &other);
  publish(c, w, 1);
  put(w, &other);
  assert_int_equal(catalog_load(w, x->path), ERR_OK);
  check_site(c, w);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

/* The writer continues while a child writes the file.  The file holds the catalog of the moment of the call. */
static void test_a_large_file_is_written_in_the_background(void **state)
{
  struct fixture *x = *state;
  struct catalog *large = catalog_create((size_t)256 << 20), *c = catalog_create((size_t)256 << 20);
  struct catalog_writer *w = catalog_writer_open(large), *other = catalog_writer_open(c);
  large_publish(large, w);
  assert_int_equal(catalog_save(w, x->path), ERR_OK);
  assert_int_equal(catalog_save(w, x->path), ERR_RETRY); /* one at a time */
  assert_int_equal(catalog_remove_product(w, 1), ERR_OK);
  publish(large, w, 8);
  catalog_writer_close(&w); /* waits for the child */
  assert_int_equal(catalog_load(other, x->path), ERR_OK);
  struct catalog_pin pin;
  assert_true(catalog_pin_current(c, &pin));
  assert_int_equal(catalog_ranking(&pin).n, 20000);
  assert_int_equal(catalog_remove_product(other, 2), ERR_OK);
  publish(c, other, 9);
  assert_int_equal(catalog_save_now(other, x->path), ERR_OK);
  catalog_writer_close(&other);
  other = catalog_writer_open(c);
  assert_int_equal(catalog_load(other, x->path), ERR_OK);
  assert_true(catalog_pin_current(c, &pin));
  assert_int_equal(catalog_ranking(&pin).n, 19999);
  catalog_writer_close(&other);
  catalog_destroy(&large);
  catalog_destroy(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_everything_is_restored, setup, teardown),
      cmocka_unit_test_setup_teardown(test_nothing_to_load_and_nothing_to_save, setup, teardown),
      cmocka_unit_test_setup_teardown(test_an_empty_site_is_saved_too, setup, teardown),
      cmocka_unit_test_setup_teardown(test_staged_changes_are_not_saved, setup, teardown),
      cmocka_unit_test_setup_teardown(test_an_unchanged_catalog_only_gets_new_times, setup, teardown),
      cmocka_unit_test_setup_teardown(test_a_file_with_new_times_is_valid_while_a_sector_is_staged, setup, teardown),
      cmocka_unit_test_setup_teardown(test_every_flipped_bit_is_detected, setup, teardown),
      cmocka_unit_test_setup_teardown(test_every_truncation_is_detected, setup, teardown),
      cmocka_unit_test_setup_teardown(test_background_saves_that_fail_are_logged_once_a_minute, setup, teardown),
      /* after the one before, whose limit for lines it would share */
      cmocka_unit_test_setup_teardown(test_foreign_files_are_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(test_a_large_file_is_written_in_the_background, setup, teardown),
      cmocka_unit_test_setup_teardown(test_a_load_replaces_what_is_published, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
