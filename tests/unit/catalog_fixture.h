/* Helpers for small catalogs: one-line products, a writer, a pin. */
#ifndef DIPTYCH_TESTS_CATALOG_FIXTURE_H
#define DIPTYCH_TESTS_CATALOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "catalog/catalog.h"
#include "catalog/catalog_writer.h"

#define T0 INT64_C(1780000000000000)
#define SMALL ((size_t)32 << 20)

/* A catalog and its writer, with setup and teardown. */
struct catalog_fixture {
  struct catalog *c;
  struct catalog_writer *w;
};

static __attribute__((unused)) int catalog_setup(void **state)
{
  struct catalog_fixture *x = calloc(1, sizeof *x);
  x->c = catalog_create(SMALL);
  x->w = catalog_writer_open(x->c);
  *state = x;
  return !x->c || !x->w;
}

static __attribute__((unused)) int catalog_teardown(void **state)
{
  struct catalog_fixture *x = *state;
  catalog_writer_close(&x->w);
  catalog_destroy(&x->c);
  free(x);
  return 0;
}

static __attribute__((unused)) struct facts product_of(uint64_t id, const char *slug, const char *name)
{
  return (struct facts){.id = id, .version = {1, id * 7919}, .slug = span_z(slug), .name = span_z(name),
                        .status = PRODUCT_PUBLISHED, .activities = 1, .override_tenths = -1,
                        .window_us = clock_hour_floor(T0), .editorial_us = CLOCK_NEVER, .activity_us = CLOCK_NEVER,
                        .spark_us = CLOCK_NEVER, .release_us = CLOCK_NEVER, .changed_us = T0, .next_due_us = CLOCK_FOREVER};
}

static __attribute__((unused)) void put(struct catalog_writer *w, const struct facts *f)
{
  assert_int_equal(catalog_put_product(w, f, NULL, 0, NULL, 0), ERR_OK);
}

static __attribute__((unused)) void put_term(struct catalog_writer *w, bool theme, uint64_t id, const char *slug,
                                            const char *name, int64_t sort)
{
  struct term t = {.id = id, .version = {1, id}, .slug = span_z(slug), .name = span_z(name), .sort = sort};
  assert_int_equal(theme ? catalog_put_theme(w, &t) : catalog_put_sector(w, &t), ERR_OK);
}

/* Asked of the sectors 10 and 11. */
static __attribute__((unused)) struct attribute attribute_of(uint64_t id, const char *slug, int64_t sort)
{
  static const uint64_t sectors[] = {10, 11};
  return (struct attribute){.id = id, .version = {0, id * 31}, .slug = span_z(slug), .name = SPAN("Name of it"),
                            .unit = SPAN("MB"), .help = SPAN("What it is."), .group = SPAN("Group"),
                            .kind = ATTRIBUTE_NUMBER, .status = PRODUCT_PUBLISHED, .sort = sort, .edited_us = T0,
                            .sectors = sectors, .n_sectors = 2};
}

static __attribute__((unused)) struct catalog_position *position_at(uint64_t cursor)
{
  static struct catalog_position f;
  f = (struct catalog_position){.cursor = cursor, .incarnation = "one"};
  return &f;
}

static __attribute__((unused)) struct catalog_pin publish(struct catalog *c, struct catalog_writer *w, uint64_t cursor)
{
  struct catalog_pin pin;
  assert_int_equal(catalog_writer_publish(w, position_at(cursor)), ERR_OK);
  assert_true(catalog_pin_current(c, &pin));
  return pin;
}

static __attribute__((unused)) void assert_span(struct span s, const char *z)
{
  if (!span_eq(s, span_z(z)))
    fail_msg("\"%.*s\" is not \"%s\"", SPAN_ARG(s), z);
}

/* slugs: of the whole list, separated by blanks ("b a c"). */
static __attribute__((unused)) void assert_list(const struct catalog_pin *pin, struct catalog_list l, const char *slugs)
{
  char text[4096] = "";
  size_t n = 0;
  for (uint32_t i = 0; i < l.n && n + 80 < sizeof text; i++) {
    struct facts f;
    assert_true(catalog_facts(pin, l.ordinals[i], &f));
    n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", i ? " " : "", SPAN_ARG(f.slug));
  }
  assert_string_equal(text, slugs);
}

#endif
