/* Tests scores, medians and rankings: the rules on small sets, and a slow model of them against thousands of random
 * changes. */
#include "catalog_fixture.h"

#include <ctype.h>

#include "catalog/catalog_layout.h"

/* ---- the rules, one set in each row */
struct row {
  const char *slug;
  uint64_t sector; /* first sector; 0: none */
  uint32_t n90, s30, activities;
  int override_tenths;
  enum product_status status;
};

struct rule {
  const char *what;
  struct row rows[6];
  uint32_t median2;    /* of sector 1 */
  const char *ranking; /* all, with scores */
};

#define P PRODUCT_PUBLISHED
static const struct rule rules[] = {
    {"at the median is 5.0", {{"a", 1, 8, 0, 9, -1, P}}, 16, "a:50"},
    {"an odd count", {{"a", 1, 1, 0, 1, -1, P}, {"b", 1, 3, 0, 1, -1, P}, {"c", 1, 9, 0, 1, -1, P}}, 6,
     "c:75 b:50 a:25"},
    {"an even count: the mean of the middle two", {{"a", 1, 1, 0, 1, -1, P}, {"b", 1, 4, 0, 1, -1, P}}, 5,
     "b:62 a:29"},
    {"products without a score count as 0", {{"a", 1, 6, 0, 1, -1, P}, {"b", 1, 0, 0, 0, -1, P}, {"c", 1, 0, 0, 0, -1, P}}, 0,
     "a:86 b:-1 c:-1"},
    {"m is at least 1", {{"a", 1, 1, 0, 1, -1, P}, {"b", 1, 0, 0, 1, -1, P}, {"c", 1, 0, 0, 1, -1, P}}, 0,
     "a:50 b:0 c:0"},
    {"no sector: m is 1", {{"a", 1, 10, 0, 1, -1, P}, {"b", 0, 10, 0, 1, -1, P}}, 20, "b:91 a:50"},
    {"drafts and archived products do not count",
     {{"a", 1, 2, 0, 1, -1, P}, {"b", 1, 90, 0, 1, -1, PRODUCT_DRAFT}, {"c", 1, 90, 0, 1, -1, PRODUCT_ARCHIVED}}, 4,
     "a:50"},
    {"sparks close part of the rest", {{"a", 1, 3, 4, 7, -1, P}}, 6, "a:75"},
    {"an override replaces the score, and n90 still counts", {{"a", 1, 4, 0, 1, 7, P}, {"b", 1, 4, 0, 1, -1, P}}, 8, "b:50 a:7"},
    {"an override replaces a missing score", {{"a", 1, 0, 0, 0, 90, P}, {"b", 1, 5, 0, 1, -1, P}}, 5, "a:90 b:67"},
    {"ties by slug, products without a score last", {{"c", 0, 1, 0, 1, -1, P}, {"b", 0, 1, 0, 1, -1, P}, {"a", 0, 0, 0, 0, -1, P},
                                         {"d", 0, 0, 0, 1, -1, P}}, 0, "b:50 c:50 d:0 a:-1"},
};

static void test_the_rules(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    struct catalog *c = catalog_create(SMALL);
    struct catalog_writer *w = catalog_writer_open(c);
    struct catalog_term t;
    put_term(w, false, 1, "one", "One", 0);
    for (uint64_t k = 0; k < 6 && rules[i].rows[k].slug; k++) {
      const struct row *r = &rules[i].rows[k];
      struct facts f = product_of(k + 1, r->slug, r->slug);
      f.sectors = &r->sector, f.n_sectors = r->sector != 0, f.n90 = r->n90, f.s30 = r->s30;
      f.activities = r->activities, f.override_tenths = r->override_tenths, f.status = r->status;
      put(w, &f);
    }
    struct catalog_pin pin = publish(c, w, 1);
    char text[256] = "";
    struct catalog_list l = catalog_ranking(&pin);
    for (uint32_t k = 0; k < l.n; k++) {
      struct facts f;
      assert_true(catalog_facts(&pin, l.ordinals[k], &f));
      snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s:%d", k ? " " : "", SPAN_ARG(f.slug),
               catalog_score(&pin, l.ordinals[k]));
    }
    if (strcmp(text, rules[i].ranking) != 0)
      fail_msg("%s: \"%s\" is not \"%s\"", rules[i].what, text, rules[i].ranking);
    assert_true(catalog_sector_id(&pin, 1, &t));
    if (t.median2 != rules[i].median2)
      fail_msg("%s: twice the median is %u", rules[i].what, t.median2);
    catalog_writer_close(&w);
    catalog_destroy(&c);
  }
}

/* ---- a slow model of the rules against random changes */
#define PRODUCTS 700
#define TERMS 12

struct model {
  struct facts facts[PRODUCTS]; /* id = index + 1; slug.n 0: no product */
  uint64_t sectors[PRODUCTS][3], themes[PRODUCTS][3];
  char slugs[PRODUCTS][32], names[PRODUCTS][40];
  int scores[PRODUCTS];
  bool sector[TERMS + 1], theme[TERMS + 1]; /* by id */
};

static bool shown(const struct model *m, int i)
{
  return m->facts[i].slug.n && m->facts[i].status == PRODUCT_PUBLISHED;
}

static uint32_t model_median2(const struct model *m, uint64_t sector, uint32_t *firsts)
{
  uint32_t counts[PRODUCTS];
  size_t n = 0;
  for (int i = 0; i < PRODUCTS; i++)
    if (shown(m, i) && m->facts[i].n_sectors && m->sectors[i][0] == sector)
      counts[n++] = m->facts[i].activities ? m->facts[i].n90 : 0;
  *firsts = (uint32_t)n;
  return score_median2(counts, n);
}

static void model_score(struct model *m)
{
  uint32_t median2[TERMS + 1], firsts;
  for (uint64_t s = 1; s <= TERMS; s++)
    median2[s] = model_median2(m, s, &firsts);
  for (int i = 0; i < PRODUCTS; i++) {
    const struct facts *f = &m->facts[i];
    m->scores[i] = SCORE_NONE;
    if (shown(m, i) && f->override_tenths >= 0)
      m->scores[i] = f->override_tenths;
    else if (shown(m, i) && f->activities)
      m->scores[i] = score_tenths(f->n90, f->s30, f->n_sectors ? median2[m->sectors[i][0]] : 0);
  }
}

static int rank_cmp(const void *a, const void *b, void *data)
{
  const struct model *m = data;
  int x = *(const int *)a, y = *(const int *)b;
  return m->scores[x] != m->scores[y] ? m->scores[y] - m->scores[x] : strcmp(m->slugs[x], m->slugs[y]);
}

static int slug_cmp(const void *a, const void *b, void *data)
{
  const struct model *m = data;
  return strcmp(m->slugs[*(const int *)a], m->slugs[*(const int *)b]);
}

static int newest_cmp(const void *a, const void *b, void *data)
{
  const struct model *m = data;
  int64_t x = m->facts[*(const int *)a].activity_us, y = m->facts[*(const int *)b].activity_us;
  return x != y ? (x < y) - (x > y) : slug_cmp(a, b, data);
}

static int moves_cmp(const void *a, const void *b, void *data)
{
  const struct model *m = data;
  uint32_t x = m->facts[*(const int *)a].n90, y = m->facts[*(const int *)b].n90;
  return x != y ? (x < y) - (x > y) : rank_cmp(a, b, data);
}

static int latest_cmp(const void *a, const void *b, void *data)
{
  const struct model *m = data;
  int64_t x = m->facts[*(const int *)a].release_us, y = m->facts[*(const int *)b].release_us;
  return x != y ? (x < y) - (x > y) : rank_cmp(a, b, data);
}

static const char *plain(char out[40], const char *name)
{
  size_t n = 0;
  while (*name && !isalnum((unsigned char)*name))
    name++;
  for (; *name; name++)
    out[n++] = isalnum((unsigned char)*name) ? (char)tolower((unsigned char)*name) : ' ';
  out[n] = 0;
  return out;
}

static int name_cmp(const void *a, const void *b, void *data)
{
  const struct model *m = data;
  char x[40], y[40];
  int c = strcmp(plain(x, m->names[*(const int *)a]), plain(y, m->names[*(const int *)b]));
  return c ? c : slug_cmp(a, b, data);
}

typedef int model_cmp(const void *, const void *, void *);
static model_cmp *const order_cmp[CATALOG_ORDERS] = {rank_cmp, moves_cmp, latest_cmp, name_cmp};

static bool holds(const uint64_t *ids, uint32_t n, uint64_t id)
{
  for (uint32_t i = 0; i < n; i++)
    if (ids[i] == id)
      return true;
  return false;
}

enum { ALL, SECTOR, THEME, RECENT };

static void check_list(const struct catalog_pin *pin, struct model *m, struct catalog_list l, int what, uint64_t id,
                       int (*cmp)(const void *, const void *, void *))
{
  int expected[PRODUCTS];
  size_t n = 0;
  for (int i = 0; i < PRODUCTS; i++) {
    const struct facts *f = &m->facts[i];
    if (shown(m, i) && (what == ALL || (what == SECTOR && holds(f->sectors, f->n_sectors, id)) ||
                        (what == THEME && holds(f->themes, f->n_themes, id)) ||
                        (what == RECENT && f->activity_us != CLOCK_NEVER)))
      expected[n++] = i;
  }
  qsort_r(expected, n, sizeof *expected, cmp, m);
  if (what == RECENT && n > CATALOG_RECENT)
    n = CATALOG_RECENT;
  assert_int_equal(l.n, n);
  for (size_t i = 0; i < n; i++) {
    struct facts f;
    assert_true(catalog_facts(pin, l.ordinals[i], &f));
    assert_int_equal(f.id, expected[i] + 1);
    assert_int_equal(catalog_score(pin, l.ordinals[i]), m->scores[expected[i]]);
  }
}

/* A random part of the list of a term, in a random order. */
static void check_part(const struct catalog_pin *pin, struct model *m, const struct catalog_term *t, bool theme)
{
  enum catalog_order order = (enum catalog_order)(rand() % CATALOG_ORDERS);
  struct catalog_range range = {(uint32_t)rand() % (t->ranking.n + 2), (uint32_t)rand() % 60};
  struct arena *arena = arena_new(0);
  uint32_t *all = calloc(t->ranking.n + 1, sizeof *all), part[60];
  range.from = rand() % 2 ? range.from : 0;
  assert_int_equal(catalog_term_ordered(pin, t, theme, order, (struct catalog_range){0, t->ranking.n}, arena, all), t->ranking.n);
  check_list(pin, m, (struct catalog_list){all, t->ranking.n}, theme ? THEME : SECTOR, t->id, order_cmp[order]);
  uint32_t n = catalog_term_ordered(pin, t, theme, order, range, arena, part);
  uint32_t left = range.from < t->ranking.n ? t->ranking.n - range.from : 0;
  assert_int_equal(n, range.most < left ? range.most : left);
  for (uint32_t i = 0; i < n; i++)
    assert_int_equal(part[i], all[range.from + i]);
  free(all);
  arena_free(&arena);
}

static void check_terms(const struct catalog_pin *pin, struct model *m)
{
  for (uint64_t id = 1; id <= TERMS; id++) {
    struct catalog_term t;
    assert_int_equal(catalog_sector_id(pin, id, &t), m->sector[id]);
    if (m->sector[id]) {
      uint32_t firsts;
      assert_int_equal(t.median2, model_median2(m, id, &firsts));
      assert_int_equal(t.firsts, firsts);
      check_list(pin, m, t.ranking, SECTOR, id, rank_cmp);
      check_part(pin, m, &t, false);
    }
    assert_int_equal(catalog_theme_id(pin, id, &t), m->theme[id]);
    if (m->theme[id]) {
      check_list(pin, m, t.ranking, THEME, id, rank_cmp);
      check_part(pin, m, &t, true);
    }
  }
}

static void check_all(const struct catalog_pin *pin, struct model *m)
{
  model_score(m);
  check_list(pin, m, catalog_ranking(pin), ALL, 0, rank_cmp);
  for (int order = 0; order < CATALOG_ORDERS; order++)
    check_list(pin, m, catalog_ordered(pin, (enum catalog_order)order), ALL, 0, order_cmp[order]);
  check_list(pin, m, catalog_by_slug(pin), ALL, 0, slug_cmp);
  check_list(pin, m, catalog_recent(pin), RECENT, 0, newest_cmp);
  check_terms(pin, m);
  for (int i = 0; i < PRODUCTS; i++) {
    bool alias;
    uint32_t ordinal = catalog_find_id(pin, (uint64_t)i + 1);
    assert_int_equal(ordinal != CATALOG_NONE, m->facts[i].slug.n != 0);
    if (ordinal != CATALOG_NONE)
      assert_int_equal(catalog_find(pin, m->facts[i].slug, &alias), ordinal);
  }
}

/* Often the slug with other separators, so that the record stores no folded name. */
static void name_change(struct model *m, int i)
{
  static const char *const begin[] = {"", ".", "(", "The "};
  strcpy(m->names[i], rand() % 2 ? "" : begin[rand() % 4]);
  strncat(m->names[i], m->slugs[i], sizeof m->names[i] - 8);
  for (char *c = m->names[i]; *c; c++)
    *c = *c == '-' ? " -./"[rand() % 4] : rand() % 3 ? *c : (char)toupper((unsigned char)*c);
}

static void change_product(struct catalog_writer *w, struct model *m, int i)
{
  struct facts *f = &m->facts[i];
  int what = rand() % 14;
  if (f->slug.n && what == 0) {
    assert_int_equal(catalog_remove_product(w, (uint64_t)i + 1), ERR_OK);
    f->slug.n = 0;
    return;
  }
  if (!f->slug.n || what == 1) {
    snprintf(m->slugs[i], sizeof m->slugs[i], "%c%c-%d-%d", 'a' + rand() % 26, 'a' + rand() % 26, i, rand() % 9);
    name_change(m, i);
    *f = product_of((uint64_t)i + 1, m->slugs[i], m->names[i]);
    f->n90 = (uint32_t)rand() % 30;
    f->sectors = m->sectors[i], f->themes = m->themes[i];
    for (int k = 0; k < 3; k++) {
      m->sectors[i][k] = 1 + (uint64_t)(i + k * (1 + i % 3)) % TERMS;
      m->themes[i][k] = 1 + (uint64_t)(rand() % 4 + k * 4) % TERMS;
    }
    f->n_sectors = (uint32_t)rand() % 4, f->n_themes = (uint32_t)rand() % 4;
  }
  if (what == 2)
    f->n90 = (uint32_t)rand() % 30;
  if (what == 3)
    f->override_tenths = rand() % 3 ? -1 : rand() % 101;
  if (what == 4)
    f->status = rand() % 3 ? PRODUCT_PUBLISHED : PRODUCT_ARCHIVED;
  if (what == 5)
    f->activities = (uint32_t)rand() % 2;
  if (what >= 6 && what < 9)
    f->activity_us = rand() % 4 ? T0 + rand() % 1000 : CLOCK_NEVER;
  if (what == 12)
    f->release_us = rand() % 4 ? T0 + rand() % 50 : CLOCK_NEVER;
  if (what == 13) {
    name_change(m, i);
    f->name = span_z(m->names[i]);
  }
  if (what == 9)
    f->n_themes = (uint32_t)rand() % 4;
  f->version.rev++;
  f->version.hash = (uint64_t)rand();
  put(w, f);
}

static void change_term(struct catalog_writer *w, struct model *m)
{
  uint64_t id = 1 + (uint64_t)rand() % TERMS;
  bool theme = rand() % 2, *there = theme ? &m->theme[id] : &m->sector[id];
  char slug[16];
  snprintf(slug, sizeof slug, "t%u-%d", (unsigned)id, rand() % 5);
  *there = !*there || rand() % 4;
  if (*there)
    put_term(w, theme, id, slug, slug, rand() % 5);
  else if (theme)
    catalog_remove_theme(w, id);
  else
    catalog_remove_sector(w, id);
}

/* grace_us 0: the writer can move to the other half at any time. */
static void run_random(unsigned seed, size_t bytes, int rounds, int most)
{
  struct catalog *c = catalog_create(bytes);
  struct catalog_writer *w = catalog_writer_open(c);
  struct model *m = calloc(1, sizeof *m);
  c->grace_us = 0;
  srand(seed);
  for (int round = 0; round < rounds; round++) {
    int changes = round % 3 == 0 ? most : 1 + rand() % 3;
    for (int i = 0; i < changes; i++)
      change_product(w, m, rand() % PRODUCTS);
    if (rand() % 10 == 0)
      change_term(w, m);
    struct catalog_pin pin = publish(c, w, (uint64_t)round);
    check_all(&pin, m);
    if (rand() % 20 == 0) {
      catalog_writer_close(&w);
      w = catalog_writer_open(c);
    }
  }
  catalog_writer_close(&w);
  catalog_destroy(&c);
  free(m);
}

static void test_random_changes_rank_as_the_rules_say(void **state)
{
  (void)state;
  run_random(1, SMALL, 250, 400);
}

static void test_random_changes_across_halves(void **state)
{
  (void)state;
  run_random(2, (size_t)8 << 20, 400, 600);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_rules),
      cmocka_unit_test(test_random_changes_rank_as_the_rules_say),
      cmocka_unit_test(test_random_changes_across_halves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
