/* Tests the search by name: results, their order, and the distance against the textbook algorithm. */
#include "catalog_fixture.h"

#include "catalog/catalog_match.h"
#include "catalog/catalog_private.h"
#include "text/utf8.h"

static const char *const products[][2] = {
    {"kafka", "Apache Kafka"}, {"kubernetes", "Kubernetes"}, {"postgresql", "PostgreSQL"},
    {"visual-studio-code", "Visual Studio Code"}, {"redis", "Redis"}, {"redpanda", "Redpanda"},
    {"grafana", "Grafana"}, {"graphql", "GraphQL"}, {"git", "Git"}, {"github", "GitHub"}, {"gitlab", "GitLab"},
    {"c", "C"}, {"dotnet", ".NET"}, {"bezier", "B\xc3\xa9zier"}, {"nihongo", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"},
    {"argo-cd", "Argo CD"}, {"k3s", "K3s"},
    {"c-plus-plus", "C++"}};

struct want {
  const char *needle, *found; /* the first results, in order; "": no result */
  uint32_t cost;              /* of the first result */
};

static const struct want names_wanted[] = {
    {"kafka", "kafka", MATCH_EXACT},
    {"apache kafka", "kafka", MATCH_EXACT},
    {"apache-kafka", "kafka", MATCH_EXACT},
    {"  kafka ", "kafka", MATCH_EXACT},
    {"apa", "kafka", MATCH_PREFIX},
    {"studio", "visual-studio-code", MATCH_WORD_PREFIX},
    {"visual studio code", "visual-studio-code", MATCH_EXACT},
    {"visual s", "visual-studio-code", MATCH_PREFIX},
    {"studio co", "visual-studio-code", MATCH_WORD_PREFIX},
    {"udio", "visual-studio-code", MATCH_INSIDE},
    {"isual stu", "", 0}, /* several words are found from the start of a word on */
    {"code visual", "visual-studio-code", MATCH_WORDS},
    {"cod vis", "visual-studio-code", MATCH_WORDS},
    {"cod s", "", 0}, /* words of one or two characters are found whole */
    {"k8s", "kubernetes", MATCH_EXACT},
    {"git", "git github gitlab", MATCH_EXACT},
    {"re", "redis redpanda", MATCH_PREFIX},
    {"kafk", "kafka", MATCH_PREFIX},
    {"redi", "redis", MATCH_PREFIX},
    {"c", "c c-plus-plus argo-cd visual-studio-code", MATCH_EXACT},
    {"c++", "c-plus-plus", MATCH_EXACT},
    {"a", "argo-cd kafka", MATCH_PREFIX}, /* one letter, or two, are found where a word begins */
    {"it", "", 0},
    {"net", "dotnet kubernetes", MATCH_EXACT},
    {".net", "dotnet kubernetes", MATCH_EXACT},
    {"bezier", "bezier", MATCH_EXACT},
    {"\xe6\x97\xa5\xe6\x9c\xac", "nihongo", MATCH_PREFIX},
    {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "nihongo", MATCH_EXACT},
    {"\xe6\x9c\xac", "nihongo", MATCH_INSIDE}, /* nor is there a blank where a word of this script begins */
    {"argo cd", "argo-cd", MATCH_EXACT},
    {"k3", "k3s", MATCH_PREFIX},
    {"kafak", "", 0},
    {"zzzzzz", "", 0},
    {"", "", 0},
    {" - ", "", 0},
};

static const struct want near_wanted[] = {
    {"kafak", "kafka", MATCH_ONE_ERROR},
    {"kaka", "kafka", MATCH_ONE_ERROR},
    {"kkafka", "kafka", MATCH_ONE_ERROR},
    {"kubernets", "kubernetes", MATCH_ONE_ERROR},
    {"kuberneets", "kubernetes", MATCH_ONE_ERROR},
    {"cubernetis", "kubernetes", MATCH_TWO_ERRORS},
    {"cuvernetis", "", 0},
    {"visual studoi code", "visual-studio-code", MATCH_ONE_ERROR},
    {"studoi vizual", "visual-studio-code", MATCH_ONE_ERROR},
    {"apache kafak", "kafka", MATCH_ONE_ERROR},
    {"rdis", "redis", MATCH_ONE_ERROR},
    {"rids", "", 0},    /* two errors in four characters */
    {"gti", "", 0},     /* no error in three */
    {"postgers", "", 0}, /* three from postgresql */
    {"argocd", "argo-cd", MATCH_ONE_ERROR},
    {"\xe6\x97\xa5\xe8\xaa\x9e", "", 0},
    {"zzzzzz", "", 0},
    {"", "", 0},
};

/* Names come first, then summaries, facts, and all of a product's texts together. */
static const struct want all_wanted[] = {
    {"kafka", "kafka redpanda", MATCH_EXACT},
    {"log", "kafka redpanda", MATCH_SUMMARY},
    {"logs", "redpanda", MATCH_FACT},
    {"streaming platform", "redpanda", MATCH_PHRASE},
    {"streaming plat", "redpanda", MATCH_PHRASE},
    {"kafka does", "redpanda", MATCH_PHRASE},
    {"log of", "kafka", MATCH_PHRASE},
    {"logs messages", "", 0},
    {"platform streaming", "redpanda", MATCH_SUMMARY},
    {"apache", "kafka git", MATCH_PREFIX},
    {"apache-2.0", "git", MATCH_FACT},
    {"licence", "git redpanda", MATCH_LABEL},
    {"license bsl", "redpanda", MATCH_FACT},
    {"redpanda licence", "redpanda", MATCH_NAMED},
    {"used for streams", "redpanda", MATCH_FACT},
    {"used", "redpanda", MATCH_LABEL},
    {"streaming bsl", "redpanda", MATCH_LINES},
    {"of", "kafka", MATCH_SUMMARY}, /* "office" does not have it */
    {"off", "redis", MATCH_SUMMARY},
    {"cafe", "redis", MATCH_SUMMARY},
    {"\xe8\xa8\x98", "grafana", MATCH_SUMMARY}, /* of a script without blanks, any part of a text */
    {"\xe8\xa8\x98\xe9\x8c\xb2", "grafana", MATCH_SUMMARY},
    {"pandas", "", 0},
    {"draft", "", 0},
};

static struct span texts_of(const char *slug)
{
  return span_eq(span_z(slug), SPAN("kafka"))      ? SPAN("A log of messages, kept in order.")
         : span_eq(span_z(slug), SPAN("redpanda"))
             ? SPAN("A streaming platform that speaks as Kafka does, with a log\n0\tBSL 1.1\n7\tstreams, logs")
         : span_eq(span_z(slug), SPAN("git"))      ? SPAN("\n0\tApache-2.0")
         : span_eq(span_z(slug), SPAN("redis"))    ? SPAN("For the Office; a CAF\xc3\x89.")
         : span_eq(span_z(slug), SPAN("grafana"))  ? SPAN("\xe6\x97\xa5\xe8\xa8\x98\xe9\x8c\xb2\xe7\xb0\xbf")
                                                   : SPAN("");
}

struct fixture {
  struct catalog *c;
  struct catalog_writer *w;
  struct catalog_pin pin;
};

static int setup(void **state)
{
  struct fixture *x = calloc(1, sizeof *x);
  x->c = catalog_create(SMALL);
  x->w = catalog_writer_open(x->c);
  for (uint64_t i = 0; i < sizeof products / sizeof *products; i++) {
    struct facts f = product_of(i + 1, products[i][0], products[i][1]);
    struct span alias = SPAN("k8s");
    f.texts = texts_of(products[i][0]);
    assert_int_equal(catalog_put_product(x->w, &f, &alias, strcmp(products[i][0], "kubernetes") == 0, NULL, 0), ERR_OK);
  }
  struct facts draft = product_of(99, "kafka-draft", "Kafka draft");
  draft.status = PRODUCT_DRAFT;
  draft.texts = SPAN("A draft of a streaming platform");
  put(x->w, &draft);
  put_term(x->w, false, 1, "devops", "DevOps & Delivery", 0);
  put_term(x->w, true, 1, "gitops", "GitOps", 0);
  struct attribute used = {.id = 7, .version = {0, 7, 0}, .slug = SPAN("used-for"), .name = SPAN("Used for"),
                           .kind = ATTRIBUTE_LIST, .status = PRODUCT_PUBLISHED, .edited_us = CLOCK_NEVER};
  assert_int_equal(catalog_put_attribute(x->w, &used), ERR_OK);
  put_term(x->w, true, 2, "stream-processing", "Stream processing", 0);
  x->pin = publish(x->c, x->w, 1);
  *state = x;
  return 0;
}

static int teardown(void **state)
{
  struct fixture *x = *state;
  catalog_writer_close(&x->w);
  catalog_destroy(&x->c);
  free(x);
  return 0;
}

static size_t search(const struct catalog_pin *pin, enum catalog_searched what, const char *needle, struct catalog_match *out,
                     size_t max)
{
  struct arena *arena = arena_new(0);
  size_t n = catalog_search(pin, what, span_z(needle), arena, out, max);
  assert_false(arena_failed(arena));
  arena_free(&arena);
  return n;
}

static void are_found(const struct catalog_pin *pin, enum catalog_searched what, const struct want *wants, size_t n_wants)
{
  for (size_t i = 0; i < n_wants; i++) {
    struct catalog_match found[32];
    char text[1024] = "";
    size_t n = search(pin, what, wants[i].needle, found, 32);
    for (size_t k = 0; k < n; k++) {
      struct facts f;
      assert_true(catalog_facts(pin, found[k].ordinal, &f));
      assert_int_equal(f.status, PRODUCT_PUBLISHED);
      assert_true(k == 0 || found[k].cost >= found[k - 1].cost);
      snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s", k ? " " : "", SPAN_ARG(f.slug));
    }
    bool right = *wants[i].found ? strncmp(text, wants[i].found, strlen(wants[i].found)) == 0 : n == 0;
    if (!right || (n && found[0].cost != wants[i].cost))
      fail_msg("\"%s\" finds \"%s\" at %u, not \"%s\" at %u", wants[i].needle, text, n ? found[0].cost : 0,
               wants[i].found, wants[i].cost);
  }
}

#define ARE_FOUND(x, what, wants) are_found(&(x)->pin, what, wants, sizeof(wants) / sizeof *(wants))

static void test_names_and_their_costs(void **state)
{
  struct fixture *x = *state;
  ARE_FOUND(x, SEARCH_NAMES, names_wanted);
}

static void test_near_names(void **state)
{
  struct fixture *x = *state;
  ARE_FOUND(x, SEARCH_NEAR, near_wanted);
}

static void test_summaries_and_facts_come_after_names(void **state)
{
  struct fixture *x = *state;
  ARE_FOUND(x, SEARCH_ALL, all_wanted);
}

static void test_a_product_is_found_by_its_whole_name(void **state)
{
  struct fixture *x = *state;
  struct facts f;
  assert_true(catalog_facts(&x->pin, catalog_find_name(&x->pin, SPAN("apache kafka")), &f));
  assert_span(f.slug, "kafka");
  assert_true(catalog_facts(&x->pin, catalog_find_name(&x->pin, SPAN("argo.cd")), &f));
  assert_span(f.slug, "argo-cd");
  assert_int_equal(catalog_find_name(&x->pin, SPAN("apache")), CATALOG_NONE);
  assert_int_equal(catalog_find_name(&x->pin, SPAN("kafka draft")), CATALOG_NONE);
  assert_int_equal(catalog_find_name(&x->pin, SPAN("")), CATALOG_NONE);
  struct facts twin = product_of(50, "kafka-two", "Apache kafka");
  put(x->w, &twin);
  struct catalog_pin pin = publish(x->c, x->w, 2);
  assert_int_equal(catalog_find_name(&pin, SPAN("apache kafka")), CATALOG_NONE); /* two have this name */
  assert_int_equal(catalog_remove_product(x->w, 50), ERR_OK);
  x->pin = publish(x->c, x->w, 3);
  assert_int_not_equal(catalog_find_name(&x->pin, SPAN("apache kafka")), CATALOG_NONE);
}

static void test_the_best_are_kept(void **state)
{
  struct fixture *x = *state;
  struct catalog_match all[32], some[2];
  size_t n = search(&x->pin, SEARCH_ALL, "git", all, 32);
  assert_true(n > 2);
  assert_int_equal(search(&x->pin, SEARCH_ALL, "git", some, 2), 2);
  assert_memory_equal(some, all, sizeof some);
  assert_int_equal(search(&x->pin, SEARCH_ALL, "git", some, 0), 0);
}

static void test_needles_of_any_length(void **state)
{
  struct fixture *x = *state;
  struct arena *arena = arena_new(0);
  char *needle = malloc(100000);
  struct catalog_match found[4];
  for (int n = 1; n < 100000; n = n * 3 + 1)
    for (int what = SEARCH_NAMES; what <= SEARCH_NEAR; what++) {
      memset(needle, 'k', (size_t)n);
      catalog_search(&x->pin, (enum catalog_searched)what, span_of(needle, (size_t)n), arena, found, 4);
      for (int i = 0; i < n; i++)
        needle[i] = (char)(i % 3 ? 0xff : ' ');
      catalog_search(&x->pin, (enum catalog_searched)what, span_of(needle, (size_t)n), arena, found, 4);
    }
  arena_free(&arena);
  free(needle);
}

static size_t terms(const struct fixture *x, bool themes, bool near, const char *needle, struct catalog_match *found)
{
  struct arena *arena = arena_new(0);
  size_t n = catalog_search_terms(&x->pin, &(struct catalog_terms_search){themes, near, span_z(needle)}, arena, found, 4);
  arena_free(&arena);
  return n;
}

static void test_sectors_and_themes_are_found(void **state)
{
  struct fixture *x = *state;
  struct catalog_match found[4];
  assert_int_equal(terms(x, false, false, "delivery", found), 1);
  assert_int_equal(terms(x, true, false, "processing stream", found), 1);
  assert_int_equal(found[0].ordinal, 1);
  assert_int_equal(terms(x, true, false, "stream procesing", found), 0);
  assert_int_equal(terms(x, true, true, "stream procesing", found), 1);
  assert_int_equal(found[0].ordinal, 1);
  assert_int_equal(terms(x, true, true, "getopts", found), 0); /* two errors in seven characters */
  assert_int_equal(terms(x, true, false, "delivery", found), 0);
}

/* ---- the index leaves nothing out: a search finds what a reading of every record finds */

static const char *const parts[] = {"ka", "fka", "go", "c", "c++", "-", " ", "x", "server", "a", "with", "wi", "for", "node", "js",
                                    ".", "\xc3\xa9", "\xe6\x97\xa5", "\xe6\x9c\xac", "\xe8\xaa\x9e", "1", "raft", "b", "#",
                                    "serverless", "database"};

static struct span text_make(char *out, size_t cap, int most)
{
  size_t n = 0;
  for (int i = rand() % most; i >= 0 && n + 8 < cap; i--)
    n += (size_t)snprintf(out + n, cap - n, "%s", parts[(size_t)rand() % (sizeof parts / sizeof *parts)]);
  return span_of(out, n);
}

static uint32_t names_cost_of(const struct match_search *s, const struct span *names, size_t n, bool near)
{
  uint32_t best = MATCH_NONE, words = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t cost = near ? match_near(s, names[i]) : match_text(s, names[i]);
    best = cost < best ? cost : best;
    words |= near ? 0 : match_words(s, names[i]);
  }
  return best == MATCH_NONE && s->n_words && words == s->all && !near ? MATCH_WORDS : best;
}

static uint32_t cost_of(const struct match_search *s, enum catalog_searched what, const struct span *names, struct span folded)
{
  uint32_t cost = names_cost_of(s, names, 3, what == SEARCH_NEAR), words = 0;
  if (what != SEARCH_ALL || cost < MATCH_NONE || !s->n_words)
    return cost;
  words = match_words(s, folded);
  uint32_t named = 0;
  for (int i = 0; i < 3; i++)
    named |= match_words(s, names[i]);
  if (words == s->all && s->n_words > 1 && match_text(s, folded) <= MATCH_WORD_PREFIX)
    return MATCH_PHRASE;
  return named && (words | named) == s->all ? MATCH_NAMED : words == s->all ? MATCH_SUMMARY : MATCH_NONE;
}

/* A name with one or two errors of any kind; what it is near to is for cost_of to say. */
static struct span misspelt(char *out, size_t cap, struct span name)
{
  size_t n = name.n + 2 < cap ? name.n : cap - 3;
  memcpy(out, name.p, n);
  for (int errors = 1 + rand() % 2; errors && n > 2; errors--) {
    size_t at = (size_t)rand() % (n - 1);
    char c = out[at];
    switch (rand() % 4) {
    case 0: /* transposition */
      out[at] = out[at + 1], out[at + 1] = c;
      break;
    case 1: /* substitution */
      out[at] = (char)('a' + rand() % 26);
      break;
    case 2: /* a character is missing */
      memmove(out + at, out + at + 1, --n - at);
      break;
    default:
      memmove(out + at + 1, out + at, n++ - at);
      out[at] = rand() % 4 ? (char)('a' + rand() % 26) : '-';
    }
  }
  return span_of(out, n);
}

#define RANDOM_PRODUCTS 60

static void test_the_index_leaves_nothing_out(void **state)
{
  (void)state;
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  struct arena *arena = arena_new(0);
  static char slugs[RANDOM_PRODUCTS][16], names[RANDOM_PRODUCTS][64], texts[RANDOM_PRODUCTS][200];
  struct span folded[RANDOM_PRODUCTS][4];
  srand(11);
  for (uint32_t i = 0; i < RANDOM_PRODUCTS; i++) {
    snprintf(slugs[i], sizeof slugs[i], "p%u-%s", i, i % 2 ? "kafka" : "node-go");
    struct facts f = product_of(i + 1, slugs[i], "");
    struct span alias = SPAN("raft-node");
    f.name = text_make(names[i], sizeof names[i], 6), f.texts = text_make(texts[i], sizeof texts[i], 14);
    folded[i][0] = f.slug, folded[i][1] = utf8_fold(arena, f.name), folded[i][2] = i % 5 ? f.slug : alias;
    folded[i][3] = utf8_fold(arena, f.texts);
    assert_int_equal(catalog_put_product(w, &f, &alias, i % 5 == 0, NULL, 0), ERR_OK);
  }
  struct catalog_pin pin = publish(c, w, 1);
  for (int round = 0; round < 6000; round++) {
    char typed[64];
    enum catalog_searched what = (enum catalog_searched)(round % 3);
    struct span name = folded[rand() % RANDOM_PRODUCTS][rand() % 3];
    bool near = what == SEARCH_NEAR && rand() % 4;
    struct span needle = utf8_fold(arena, near ? misspelt(typed, sizeof typed, name) : text_make(typed, sizeof typed, 6));
    uint32_t costs[RANDOM_PRODUCTS], found = 0;
    struct catalog_match out[RANDOM_PRODUCTS];
    struct match_search s;
    bool one_error = false;
    match_prepare(&s, needle);
    for (uint32_t i = 0; i < RANDOM_PRODUCTS; i++) {
      costs[i] = cost_of(&s, what, folded[i], folded[i][3]);
      one_error |= costs[i] == MATCH_ONE_ERROR;
    }
    for (uint32_t i = 0; i < RANDOM_PRODUCTS; i++)
      found += costs[i] < (one_error ? MATCH_TWO_ERRORS : MATCH_NONE);
    size_t n = catalog_search(&pin, what, needle, arena, out, RANDOM_PRODUCTS);
    for (size_t k = 0; k < n; k++)
      if (out[k].cost != costs[out[k].ordinal])
        fail_msg("\"%.*s\" (%d) finds \"%s\" at %u, not %u", SPAN_ARG(needle), what, names[out[k].ordinal], out[k].cost,
                 costs[out[k].ordinal]);
    if (n != found)
      fail_msg("\"%.*s\" (%d) finds %zu products, not %u", SPAN_ARG(needle), what, n, found);
  }
  arena_free(&arena);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

/* When the catalog moves to the other half, ordinals become dense, so products change their places in the index. */
static void test_the_index_moves_with_its_products(void **state)
{
  (void)state;
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  struct catalog_match out[2];
  char slug[32];
  enum { N = 2200 }; /* three chunks of the index */
  for (uint64_t i = 1; i <= N; i++) {
    snprintf(slug, sizeof slug, "p%ux", (unsigned)i);
    struct facts f = product_of(i, slug, slug);
    put(w, &f);
  }
  publish(c, w, 1);
  for (uint64_t i = 1; i <= N; i++)
    if (i % 3 == 0)
      assert_int_equal(catalog_remove_product(w, i), ERR_OK);
  struct facts renamed = product_of(7, "other", "Other"); /* its place has bits of both names */
  put(w, &renamed);
  publish(c, w, 2);
  assert_int_equal(catalog_half_switch(w), ERR_OK);
  struct catalog_pin pin = publish(c, w, 3);
  assert_int_equal(pin.products, N - N / 3);
  for (unsigned i = 1; i <= N; i++) {
    snprintf(slug, sizeof slug, "p%ux", i);
    assert_int_equal(search(&pin, SEARCH_NAMES, slug, out, 2), i % 3 && i != 7);
  }
  assert_int_equal(search(&pin, SEARCH_NAMES, "other", out, 2), 1);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

/* Of very many products with a word in their texts, those with the best ranks are taken. */
static void test_of_very_many_the_best_ranked_are_found(void **state)
{
  (void)state;
  struct catalog *c = catalog_create(SMALL);
  struct catalog_writer *w = catalog_writer_open(c);
  struct catalog_match out[20];
  for (uint32_t i = 0; i < 6000; i++) {
    char slug[16];
    snprintf(slug, sizeof slug, "p%u", i);
    struct facts f = product_of(i + 1, slug, slug);
    f.texts = SPAN("A database");
    f.override_tenths = i == 5500 ? 99 : i == 3 ? 98 : i % 50;
    put(w, &f);
  }
  struct facts named = product_of(7000, "database-x", "Database X");
  put(w, &named);
  struct catalog_pin pin = publish(c, w, 1);
  assert_int_equal(search(&pin, SEARCH_ALL, "database", out, 20), 20);
  assert_int_equal(out[0].cost, MATCH_PREFIX);
  assert_int_equal(catalog_score(&pin, out[1].ordinal), 99);
  assert_int_equal(catalog_score(&pin, out[2].ordinal), 98);
  for (int i = 1; i < 20; i++)
    assert_int_equal(out[i].cost, MATCH_SUMMARY);
  assert_int_equal(search(&pin, SEARCH_NAMES, "p", out, 20), 20); /* names that begin with it are enough */
  assert_int_equal(catalog_score(&pin, out[0].ordinal), 99);
  catalog_writer_close(&w);
  catalog_destroy(&c);
}

/* Optimal string alignment by dynamic programming. */
static int distance(const char *a, int n, const char *b, int m)
{
  int d[20][20];
  for (int i = 0; i <= n; i++)
    for (int k = 0; k <= m; k++) {
      if (i == 0 || k == 0) {
        d[i][k] = i + k;
        continue;
      }
      int least = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
      least = d[i - 1][k] + 1 < least ? d[i - 1][k] + 1 : least;
      least = d[i][k - 1] + 1 < least ? d[i][k - 1] + 1 : least;
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] && d[i - 2][k - 2] + 1 < least)
        least = d[i - 2][k - 2] + 1;
      d[i][k] = least;
    }
  return d[n][m];
}

static uint32_t expected(const char *needle, int n, const char *text, int m)
{
  int allowed = n < 4 ? 0 : n < 8 ? 1 : 2, errors = distance(needle, n, text, m);
  return errors > allowed ? MATCH_NONE : errors <= 1 ? MATCH_ONE_ERROR : MATCH_TWO_ERRORS;
}

static void test_the_distance_is_the_textbooks(void **state)
{
  (void)state;
  srand(3);
  for (int round = 0; round < 200000; round++) {
    char a[16], b[16];
    int n = 1 + rand() % 10, m = 1 + rand() % 10;
    struct match_search s;
    for (int i = 0; i < 10; i++) {
      a[i] = (char)('a' + rand() % 3);
      b[i] = rand() % 4 ? a[i] : (char)('a' + rand() % 3);
    }
    match_prepare(&s, span_of(a, (size_t)n));
    uint32_t cost = match_near(&s, span_of(b, (size_t)m));
    if (cost != expected(a, n, b, m))
      fail_msg("%.*s in %.*s: %u, not %u", n, a, m, b, cost, expected(a, n, b, m));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names_and_their_costs),
      cmocka_unit_test(test_near_names),
      cmocka_unit_test(test_summaries_and_facts_come_after_names),
      cmocka_unit_test(test_a_product_is_found_by_its_whole_name),
      cmocka_unit_test(test_the_best_are_kept),
      cmocka_unit_test(test_needles_of_any_length),
      cmocka_unit_test(test_sectors_and_themes_are_found),
      cmocka_unit_test(test_the_index_leaves_nothing_out),
      cmocka_unit_test(test_the_index_moves_with_its_products),
      cmocka_unit_test(test_of_very_many_the_best_ranked_are_found),
      cmocka_unit_test(test_the_distance_is_the_textbooks),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
