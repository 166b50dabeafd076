/* Closeness: by hand, and over the products of the sample site as its file names them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/closeness.h"

#define PRODUCTS_MAX 256
#define TERMS_MAX 1024

/* ---- by hand */

static void what_few_share_counts_most(void **state)
{
  static const uint64_t sectors[] = {1, 2}, themes[] = {7, 8, 9};
  const struct facts other = {.sectors = sectors, .n_sectors = 2, .themes = themes, .n_themes = 3};
  const struct closeness_terms terms = {
      .sectors = {{2, 100}, {3, 1}}, .n_sectors = 2, .themes = {{9, 3}, {8, 64}, {6, 2}}, .n_themes = 3};
  struct closeness c = closeness_to(&terms, &other);
  (void)state;
  assert_int_equal(c.sum, CLOSENESS_ONE / 128 + 2 * CLOSENESS_ONE / 4 + 2 * CLOSENESS_ONE / 64);
  assert_true(c.shares_sector && c.close);
}

static struct closeness of_one_sector(uint32_t bearers, uint32_t theme)
{
  static const uint64_t id = 1;
  const struct facts other = {.sectors = &id, .n_sectors = 1, .themes = &id, .n_themes = 1};
  return closeness_to(&(struct closeness_terms){.sectors = {{1, bearers}}, .n_sectors = 1, .themes = {{theme, 5}}, .n_themes = 1},
                      &other);
}

static void a_sector_is_enough_only_when_it_is_small(void **state)
{
  (void)state;
  assert_true(of_one_sector(CLOSENESS_SMALL, 2).close);
  assert_false(of_one_sector(CLOSENESS_SMALL + 1, 2).close);
  assert_true(of_one_sector(CLOSENESS_SMALL + 1, 1).close);
}

static void a_theme_alone_is_not_enough(void **state)
{
  static const uint64_t id = 1;
  const struct facts other = {.themes = &id, .n_themes = 1};
  struct closeness c = closeness_to(&(struct closeness_terms){.themes = {{1, 2}}, .n_themes = 1}, &other);
  (void)state;
  assert_int_equal(c.sum, CLOSENESS_ONE);
  assert_false(c.close || c.shares_sector);
}

static void one_bearer_more_seldom_moves_anything(void **state)
{
  unsigned moves = 0;
  (void)state;
  for (uint32_t n = 2; n < 1024; n++) {
    assert_true(of_one_sector(n, 2).sum >= of_one_sector(n + 1, 2).sum);
    moves += of_one_sector(n, 2).sum != of_one_sector(n + 1, 2).sum;
  }
  assert_int_equal(moves, 9);
  assert_int_equal(of_one_sector(UINT32_MAX, 2).sum, 1);
}

/* ---- the sample */

static struct sample {
  char slug[65];
  struct facts facts;
  uint64_t sectors[PRODUCT_SECTORS_MAX], themes[PRODUCT_THEMES_MAX];
} samples[PRODUCTS_MAX];
static size_t n_samples, n_names;
static char *names[TERMS_MAX]; /* an id is an index + 1 */
static uint32_t bearers[TERMS_MAX];

static uint64_t id_of(const char *name)
{
  size_t i = 0;
  while (i < n_names && strcmp(names[i], name) != 0)
    i++;
  assert_true(i < TERMS_MAX);
  if (i == n_names)
    names[n_names++] = strdup(name);
  bearers[i]++;
  return i + 1;
}

static uint32_t ids_read(char *list, const char *kind, uint64_t *ids)
{
  uint32_t n = 0;
  for (char *word, *rest = list; (word = strtok_r(rest, ",\n", &rest));) {
    char name[128];
    snprintf(name, sizeof name, "%s %s", kind, word);
    ids[n++] = id_of(name);
  }
  return n;
}

static int sample_read(void **state)
{
  char *line = NULL;
  size_t room = 0;
  FILE *f = fopen(TEST_SAMPLE "/products.tsv", "r");
  (void)state;
  if (!f)
    return -1;
  while (getline(&line, &room, f) > 0) {
    char *cells[9], *rest = line;
    size_t n = 0;
    while (n < 9 && (cells[n] = strsep(&rest, "\t")))
      n++;
    if (n < 9 || strcmp(cells[2], "published") != 0)
      continue;
    struct sample *s = &samples[n_samples++];
    snprintf(s->slug, sizeof s->slug, "%s", cells[0]);
    s->facts = (struct facts){.sectors = s->sectors, .themes = s->themes};
    s->facts.n_sectors = ids_read(cells[7], "sector", s->sectors);
    s->facts.n_themes = ids_read(cells[8], "theme", s->themes);
  }
  free(line);
  fclose(f);
  return n_samples >= 100 ? 0 : -1;
}

static int sample_free(void **state)
{
  (void)state;
  while (n_names)
    free(names[--n_names]);
  return 0;
}

static struct sample *sample_of(const char *slug)
{
  for (size_t i = 0; i < n_samples; i++)
    if (strcmp(samples[i].slug, slug) == 0)
      return &samples[i];
  fail_msg("the sample has no %s", slug);
  return NULL;
}

static struct closeness between(const struct sample *a, const struct sample *b)
{
  struct closeness_terms terms = {.n_sectors = a->facts.n_sectors, .n_themes = a->facts.n_themes};
  for (uint32_t i = 0; i < a->facts.n_sectors; i++)
    terms.sectors[i] = (struct closeness_term){a->sectors[i], bearers[a->sectors[i] - 1]};
  for (uint32_t i = 0; i < a->facts.n_themes; i++)
    terms.themes[i] = (struct closeness_term){a->themes[i], bearers[a->themes[i] - 1]};
  return closeness_to(&terms, &b->facts);
}

static void in_the_sample_what_belongs_together_is_close(void **state)
{
  static const char *const pairs[][2] = {{"go", "rust"},     {"terraform", "opentofu"}, {"postgresql", "mariadb"},
                                         {"redis", "valkey"}, {"kafka", "rabbitmq"},     {"kafka", "nats"},
                                         {"nginx", "haproxy"}, {"nginx", "caddy"}};
  static const char *const apart[][2] = {{"curl", "fastapi"}, {"minio", "fastapi"}, {"go", "svelte"}, {"go", "vite"},
                                         {"go", "webpack"},   {"minio", "curl"},    {"caddy", "jquery"}};
  (void)state;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (!between(sample_of(pairs[i][0]), sample_of(pairs[i][1])).close)
      fail_msg("%s and %s are not close", pairs[i][0], pairs[i][1]);
  for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
    if (between(sample_of(apart[i][0]), sample_of(apart[i][1])).close)
      fail_msg("%s and %s are close", apart[i][0], apart[i][1]);
}

static void in_the_sample_closeness_is_the_same_from_both_sides(void **state)
{
  size_t close = 0;
  (void)state;
  for (size_t i = 0; i < n_samples; i++)
    for (size_t k = 0; k < i; k++) {
      struct closeness a = between(&samples[i], &samples[k]), b = between(&samples[k], &samples[i]);
      assert_true(a.sum == b.sum && a.close == b.close && a.shares_sector == b.shares_sector);
      close += a.close;
    }
  assert_in_range(close, 100, n_samples * 10);
}

static void in_the_sample_go_is_closest_to_rust(void **state)
{
  struct sample *go = sample_of("go"), *rust = sample_of("rust");
  (void)state;
  for (size_t i = 0; i < n_samples; i++)
    if (&samples[i] != go && &samples[i] != rust)
      assert_true(between(go, &samples[i]).sum < between(go, rust).sum);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_few_share_counts_most),
      cmocka_unit_test(a_sector_is_enough_only_when_it_is_small),
      cmocka_unit_test(a_theme_alone_is_not_enough),
      cmocka_unit_test(one_bearer_more_seldom_moves_anything),
      cmocka_unit_test(in_the_sample_what_belongs_together_is_close),
      cmocka_unit_test(in_the_sample_closeness_is_the_same_from_both_sides),
      cmocka_unit_test(in_the_sample_go_is_closest_to_rust),
  };
  return cmocka_run_group_tests(tests, sample_read, sample_free);
}
