/* Mutates the state file and corrects its checksums.  A field with a value that no writer writes must be refused.  A byte
 * of any value must not end the process, neither in the load nor later. */
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "catalog/catalog_file.h"
#include "catalog/catalog_index.h"
#include "catalog_dump.h"
#include "model/editorials.h"
#include "model/texts.h"

#define ROOM ((size_t)8 << 20)

struct copy {
  char path[64];
  unsigned char *bytes, *original;
  size_t n;
};

static struct catalog_file_header *header(const struct copy *x)
{
  return (struct catalog_file_header *)x->bytes;
}

static void site_save(const char *path)
{
  uint64_t sectors[] = {10, 11}, themes[] = {20}, pairs[] = {2, 3}, picks[] = {2};
  uint64_t editorials[] = {editorial_brief(T0, PREDICTION_OPEN, true), editorial_brief(T0 - CLOCK_DAY, PREDICTION_FAILED, true)};
  struct span aliases[] = {SPAN("apache-kafka"), SPAN("kfk")};
  struct facts a = product_of(1, "kafka", "Apache Kafka"), b = product_of(2, "nats", "NATS"), c = product_of(3, "draft", "Draft");
  struct page_head about = {5, {3, 4, 0}, SPAN("about"), SPAN("About us"), PRODUCT_PUBLISHED, T0};
  struct catalog *made = catalog_create(ROOM);
  struct catalog_writer *w = catalog_writer_open(made);
  struct catalog_state s = {.ready = true, .confirmed_us = T0, .incarnation = "one"};
  a.sectors = b.sectors = sectors, a.n_sectors = 2, b.n_sectors = 1, a.themes = themes, a.n_themes = 1, a.picks = picks, a.n_picks = 1;
  a.editorials = editorials, a.n_editorials = 2;
  struct written_pair written = {2, 77};
  a.written = &written, a.n_written = 1;
  a.n90 = 9, a.override_tenths = 50, a.activity_us = a.release_us = a.spark_us =
    a.editorial_us = a.edited_us = T0, a.next_due_us = T0 + 77;
  a.texts = SPAN("A log that keeps messages\n0\tApache-2.0\n7\tJVM");
  static const uint16_t past[2][SCORE_MONTHS] = {{1, 2, 3, [11] = 4}, {[5] = 500}};
  a.past = past[0], b.past = past[1];
  c.status = PRODUCT_DRAFT, c.lifecycle = LIFECYCLE_MAINTENANCE;
  assert_int_equal(catalog_put_product(w, &a, aliases, 2, pairs, 2), ERR_OK);
  put(w, &b), put(w, &c);
  put_term(w, false, 10, "data", "Data", 1), put_term(w, false, 11, "devops", "DevOps", 0);
  put_term(w, true, 20, "streaming", "Streaming", 0);
  assert_int_equal(catalog_put_page(w, &about), ERR_OK);
  struct attribute attribute = attribute_of(8, "memory", 1);
  assert_int_equal(catalog_put_attribute(w, &attribute), ERR_OK);
  catalog_put_site(w, (struct version){7, 8, 0}, T0);
  catalog_put_window(w, clock_hour_floor(T0));
  struct catalog_position f = {.cursor = 42, .anchor_changed_us = T0, .incarnation = "one", .n_gaps = 2,
                             .gaps = {{5, 6, 1, T0}, {9, 9, 0, T0}}};
  assert_int_equal(catalog_writer_publish(w, &f), ERR_OK);
  catalog_state_put(w, &s);
  assert_int_equal(catalog_save_now(w, path), ERR_OK);
  catalog_writer_close(&w);
  catalog_destroy(&made);
}

static int setup(void **state)
{
  struct copy *x = calloc(1, sizeof *x);
  struct stat st;
  snprintf(x->path, sizeof x->path, "/tmp/diptych-mutations-%d", (int)getpid());
  site_save(x->path);
  int fd = open(x->path, O_RDONLY);
  assert_int_equal(fstat(fd, &st), 0);
  x->n = (size_t)st.st_size;
  x->bytes = malloc(x->n), x->original = malloc(x->n);
  assert_int_equal(read(fd, x->bytes, x->n), x->n);
  memcpy(x->original, x->bytes, x->n);
  close(fd);
  *state = x;
  return 0;
}

static int teardown(void **state)
{
  struct copy *x = *state;
  unlink(x->path);
  free(x->bytes);
  free(x->original);
  free(x);
  return 0;
}

/* Loads the file with correct checksums into a new catalog, changes that catalog, and restores the bytes. */
static enum err mutation_load(struct copy *x)
{
  struct catalog_file_header *h = header(x);
  h->body_sum = XXH64(x->bytes + sizeof *h, x->n - sizeof *h, 0);
  h->header_sum = catalog_file_header_sum(h);
  int fd = open(x->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  assert_int_equal(write(fd, x->bytes, x->n), x->n);
  close(fd);
  memcpy(x->bytes, x->original, x->n);
  struct catalog *c = catalog_create(ROOM);
  struct catalog_writer *w = catalog_writer_open(c);
  enum err e = catalog_load(w, x->path);
  struct facts more = product_of(4, "redis", "Redis");
  put(w, &more);
  publish(c, w, 50);
  catalog_writer_close(&w);
  w = catalog_writer_open(c);
  assert_non_null(w);
  more.version.rev++;
  put(w, &more);
  assert_int_equal(catalog_remove_product(w, 2), ERR_OK);
  publish(c, w, 51);
  free(catalog_dump(c));
  catalog_writer_close(&w);
  catalog_destroy(&c);
  return e;
}

static void *record_at(const struct copy *x, uint32_t at)
{
  return x->bytes + sizeof(struct catalog_file_header) + (size_t)(at - header(x)->heap_from) * 8;
}

static uint32_t *offsets(const struct copy *x) /* by ordinal, by slug, by name, of terms */
{
  return record_at(x, header(x)->heap_top);
}

static struct catalog_record *product(const struct copy *x, uint32_t i)
{
  return record_at(x, offsets(x)[i]);
}

static uint64_t *briefs(const struct copy *x)
{
  return (uint64_t *)(uintptr_t)catalog_record_editorials(product(x, 0), product(x, 0));
}

static struct catalog_term_record *term(const struct copy *x, uint32_t i)
{
  return record_at(x, offsets(x)[header(x)->products + 2 * header(x)->n_by_slug + i]);
}

/* The file does not align it. */
struct file_position {
  struct catalog_position p;
} __attribute__((packed));

static struct file_position *position(const struct copy *x)
{
  return (struct file_position *)(x->bytes + x->n - offsetof(struct catalog_position, gaps) - 2 * sizeof(struct catalog_gap));
}

/* The columns of the search index, behind the stored versions; each is one word.  The file does not align them. */
static void *column(const struct copy *x, size_t i)
{
  return (char *)position(x) - (INDEX_COLUMNS - i) * sizeof(uint64_t);
}

#define REFUSED(what)                                                                                                  \
  do {                                                                                                                 \
    what;                                                                                                              \
    if (mutation_load(x) != ERR_INVALID)                                                                                        \
      fail_msg("not refused: %s", #what);                                                                              \
  } while (0)

static void test_the_original_file_is_loaded(void **state)
{
  assert_int_equal(mutation_load(*state), ERR_OK);
}

static unsigned char *past(struct catalog_record *r)
{
  return (unsigned char *)(uintptr_t)catalog_record_past(r, r);
}

static void test_products_out_of_range(void **state)
{
  struct copy *x = *state;
  REFUSED(product(x, 0)->id = 0);
  REFUSED(product(x, 0)->id = 2); /* a duplicate */
  REFUSED(product(x, 2)->id = 1);
  REFUSED(product(x, 0)->n_sectors = 17);
  REFUSED(product(x, 0)->n_sectors = 0);
  REFUSED(product(x, 0)->n_themes = 33);
  REFUSED(product(x, 0)->flags |= 3);
  REFUSED(product(x, 0)->flags |= 12);
  REFUSED(product(x, 0)->flags ^= 128);
  REFUSED(product(x, 0)->flags ^= 1); /* not published, but listed */
  REFUSED(product(x, 2)->flags ^= 1);
  REFUSED(product(x, 0)->flags ^= FLAG_FOLD_IS_SLUG);
  REFUSED(product(x, 0)->override_tenths = 127);
  REFUSED(product(x, 0)->override_tenths = 101);
  REFUSED(product(x, 0)->override_tenths = -2);
  REFUSED(product(x, 0)->sectors = 1);
  REFUSED(product(x, 0)->sectors = UINT32_MAX);
  REFUSED(product(x, 0)->themes = header(x)->heap_top);
  REFUSED(product(x, 2)->themes = header(x)->heap_from);
  REFUSED(product(x, 0)->n_pairs = UINT16_MAX);
  REFUSED(product(x, 0)->n_pairs++);
  REFUSED(product(x, 0)->n_editorials++);
  REFUSED(briefs(x)[0] |= 3);
  REFUSED(briefs(x)[0] |= 8);
  REFUSED(briefs(x)[1] |= UINT64_C(1) << 63);
  REFUSED(product(x, 0)->n_picks = PRODUCT_PICKS_MAX + 1);
  REFUSED(product(x, 0)->n_picks++);
  REFUSED(product(x, 0)->texts_n = TEXTS_MAX + 1);
  REFUSED(product(x, 0)->texts_n = UINT16_MAX);
  REFUSED(memset(column(x, 1), 0, 8 * 64 * INDEX_NAME_WORDS)); /* not the bits of the names */
  REFUSED(memset(column(x, 1 + 64 * INDEX_NAME_WORDS), 0, 8 * 64 * INDEX_TEXT_WORDS));
  REFUSED(product(x, 0)->times |= TIME_EDITORIAL); /* told by the first brief */
  REFUSED(product(x, 0)->times |= TIME_RELEASE);   /* told by the latest activity */
  REFUSED(product(x, 0)->times ^= TIME_ACTIVITY);
  REFUSED(product(x, 1)->same |= SAME_EDITORIAL); /* without editorials */
  REFUSED(product(x, 1)->same |= SAME_RELEASE);   /* without an activity */
  REFUSED(product(x, 0)->same |= SAMES_ALL + 1);
  REFUSED(product(x, 0)->times |= 128);
  REFUSED(product(x, 0)->past = 0); /* without the counts that follow the record */
  REFUSED(product(x, 0)->past = 2);
  REFUSED(product(x, 0)->past = 3);
  REFUSED(memset(past(product(x, 0)), 0, SCORE_MONTHS));     /* all 0, not in their least width */
  REFUSED(memset(past(product(x, 1)), 0, SCORE_MONTHS * 2));
  REFUSED(past(product(x, 1))[5 * 2 + 1] = 0);               /* all below 256, of two bytes */
  REFUSED(product(x, 0)->slug_n = 0);
  REFUSED(product(x, 0)->slug_n = 255);
  REFUSED(product(x, 0)->name_n = UINT16_MAX);
  REFUSED(product(x, 0)->fold_n = 0xfff);
  REFUSED(product(x, 0)->alias_bytes = UINT16_MAX);
  REFUSED(product(x, 0)->alias_bytes--);
  REFUSED(product(x, 0)->window_h = -1);
  REFUSED(product(x, 0)->window_h = INT32_MAX);
  for (int i = 0; i < 4; i++) { /* activity, spark, due, edited */
    REFUSED(((int64_t *)(product(x, 0) + 1))[i] = INT64_MIN);
    REFUSED(((int64_t *)(product(x, 0) + 1))[i] = INT64_MAX);
  }
  REFUSED(*(uint64_t *)(uintptr_t)catalog_record_pairs(product(x, 0), product(x, 0)) = 1); /* a pair with itself */
  REFUSED(*(uint64_t *)(uintptr_t)catalog_record_pairs(product(x, 0), product(x, 0)) = 3); /* a duplicate */
  REFUSED(*(char *)(uintptr_t)catalog_record_aliases(product(x, 0), product(x, 0)).p = 0);
  REFUSED(*(char *)(uintptr_t)catalog_record_aliases(product(x, 0), product(x, 0)).p = (char)255);
  REFUSED(*(char *)(uintptr_t)catalog_record_slug(product(x, 1), product(x, 1)).p = 'a'); /* out of order */
}

static void test_lists_out_of_range(void **state)
{
  struct copy *x = *state;
  uint32_t n = header(x)->products;
  for (uint32_t i = 0; i < n + 2 * header(x)->n_by_slug + 4; i++) {
    REFUSED(offsets(x)[i] = UINT32_MAX);
    REFUSED(offsets(x)[i] = i < n ? 1 : 2);
    REFUSED(offsets(x)[i] = header(x)->heap_top);
  }
  REFUSED(offsets(x)[n] = offsets(x)[n + 1]); /* a duplicate */
  REFUSED(offsets(x)[n + header(x)->n_by_slug] = offsets(x)[n + header(x)->n_by_slug + 1]); /* by name */
  REFUSED(offsets(x)[0] = 0);                 /* removed, but listed */
  REFUSED(offsets(x)[n + 2 * header(x)->n_by_slug] = offsets(x)[n + 2 * header(x)->n_by_slug + 1]);
}

static void test_terms_pages_and_attributes_out_of_range(void **state)
{
  struct copy *x = *state;
  for (uint32_t i = 0; i < 5; i++) {
    REFUSED(term(x, i)->edited_us = INT64_MAX);
    REFUSED(term(x, i)->name_n = UINT32_MAX);
    REFUSED(term(x, i)->name_n = 60000);
    REFUSED(term(x, i)->slug_n = UINT16_MAX);
    REFUSED(term(x, i)->status = 3);
  }
  REFUSED(term(x, 0)->status = 1);
  REFUSED(term(x, 0)->id = 11); /* the id of the next one */
  REFUSED(term(x, 3)->number = INT64_MAX); /* changed_us of a page */
  unsigned char *body = (unsigned char *)(term(x, 4) + 1) + strlen("memory"); /* of an attribute: first its kind */
  REFUSED(body[0] = ATTRIBUTE_KIND_COUNT);
  REFUSED(body[1] = 0xff);               /* the length of its name */
  REFUSED(body[term(x, 4)->name_n - 3] = ATTRIBUTE_SECTORS_MAX + 1);
  REFUSED(body[term(x, 4)->name_n - 3] = 1); /* a sector too many after them */
  REFUSED(body[term(x, 4)->name_n - 1] |= 0x80);
  REFUSED(term(x, 4)->name_n--);
}

static void test_the_log_position_out_of_range(void **state)
{
  struct copy *x = *state;
  REFUSED(position(x)->p.n_gaps = 3);
  REFUSED(position(x)->p.n_gaps = UINT32_MAX);
  REFUSED(position(x)->p.cursor = 8);
  REFUSED(position(x)->p.anchor_changed_us = INT64_MAX);
  REFUSED(memset(position(x)->p.incarnation, 'x', sizeof position(x)->p.incarnation));
  REFUSED(position(x)->p.incarnation[0] = 'x');
  REFUSED(position(x)->p.gaps[0].first = 7);
  REFUSED(position(x)->p.gaps[0].last = 9);
  REFUSED(position(x)->p.gaps[1].last = UINT64_MAX);
  REFUSED(position(x)->p.gaps[1].first = 6);
  REFUSED(position(x)->p.gaps[1].until_us = INT64_MAX);
  REFUSED(position(x)->p.gaps[0].present = 2);
  REFUSED(position(x)->p.gaps[1].present = UINT64_MAX);
}

static void test_the_header_out_of_range(void **state)
{
  struct copy *x = *state;
  REFUSED(header(x)->magic[7] = 1);
  REFUSED(header(x)->format++);
  REFUSED(header(x)->layout++);
  REFUSED(header(x)->heap_from++);
  REFUSED(header(x)->heap_top++);
  REFUSED(header(x)->products = UINT32_MAX);
  REFUSED(header(x)->n_by_slug++);
  REFUSED(header(x)->n_by_slug--);
  REFUSED(header(x)->n_terms[1]++);
  REFUSED(header(x)->n_gaps = UINT32_MAX);
  REFUSED(header(x)->publication = 0);
  REFUSED(header(x)->publication = UINT64_MAX);
  REFUSED(header(x)->window_us = INT64_MAX);
  REFUSED(header(x)->saved_us = INT64_MAX);
  REFUSED(header(x)->confirmed_us = INT64_MIN + 1);
  REFUSED(header(x)->site_edited_us = INT64_MAX);
  REFUSED(header(x)->public_us = INT64_MAX);
  REFUSED(memset(header(x)->incarnation, 'x', 64));
}

static void test_no_byte_ends_the_process(void **state)
{
  static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
  struct copy *x = *state;
  for (size_t at = 0; at < x->n; at++)
    for (size_t k = 0; k < sizeof values; k++)
      if (x->bytes[at] != values[k]) {
        x->bytes[at] = values[k];
        enum err e = mutation_load(x);
        assert_true(e == ERR_OK || e == ERR_INVALID || e == ERR_LIMIT);
      }
}

int main(void)
{
  log_open("mutations", LOG_LEVEL_ERROR);
  if (sodium_init() < 0)
    return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_the_original_file_is_loaded, setup, teardown),
      cmocka_unit_test_setup_teardown(test_products_out_of_range, setup, teardown),
      cmocka_unit_test_setup_teardown(test_lists_out_of_range, setup, teardown),
      cmocka_unit_test_setup_teardown(test_terms_pages_and_attributes_out_of_range, setup, teardown),
      cmocka_unit_test_setup_teardown(test_the_log_position_out_of_range, setup, teardown),
      cmocka_unit_test_setup_teardown(test_the_header_out_of_range, setup, teardown),
      cmocka_unit_test_setup_teardown(test_no_byte_ends_the_process, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
