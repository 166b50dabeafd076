/* Tests the search by name: results, their order, and the distance against the textbook algorithm. */
#include "catalog_fixture.h"

#include "catalog/catalog_match.h"

static const char *const products[][2] = {
    {"kafka", "Apache Kafka"}, {"kubernetes", "Kubernetes"}, {"postgresql", "PostgreSQL"},
    {"visual-studio-code", "Visual Studio Code"}, {"redis", "Redis"}, {"redpanda", "Redpanda"},
    {"grafana", "Grafana"}, {"graphql", "GraphQL"}, {"git", "Git"}, {"github", "GitHub"}, {"gitlab", "GitLab"},
    {"c", "C"}, {"dotnet", ".NET"}, {"bezier", "B\xc3\xa9zier"}, {"nihongo", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"},
    {"argo-cd", "Argo CD"}, {"k3s", "K3s"}};

struct want {
  const char *needle, *found; /* the first results, in order; "": no result */
  uint32_t cost;              /* of the first result */
};

static const struct want wants[] = {
    {"kafka", "kafka", MATCH_EXACT},
    {"apache kafka", "kafka", MATCH_EXACT},
    {"apache-kafka", "kafka", MATCH_EXACT},
    {"  kafka ", "kafka", MATCH_EXACT},
    {"apa", "kafka", MATCH_PREFIX},
    {"studio", "visual-studio-code", MATCH_WORD_PREFIX},
    {"visual studio code", "visual-studio-code", MATCH_EXACT},
    {"udio", "visual-studio-code", MATCH_SUBSTRING},
    {"git", "git github gitlab", MATCH_EXACT},
    {"re", "redis redpanda", MATCH_PREFIX},
    {"kafak", "kafka", MATCH_ONE_ERROR},
    {"kafk", "kafka", MATCH_PREFIX},
    {"kaka", "kafka", MATCH_ONE_ERROR},
    {"kkafka", "kafka", MATCH_ONE_ERROR},
    {"kubernets", "kubernetes", MATCH_ONE_ERROR},
    {"kuberneets", "kubernetes", MATCH_ONE_ERROR},
    {"cubernetis", "kubernetes", MATCH_TWO_ERRORS},
    {"cuvernetis", "", 0},
    {"postgers", "postgresql", MATCH_PREFIX_ERROR},
    {"visual studoi code", "visual-studio-code", MATCH_ONE_ERROR},
    {"code visual", "visual-studio-code", MATCH_WORDS + MATCH_WORD_PREFIX},
    {"redi", "redis", MATCH_PREFIX},
    {"rdis", "redis", MATCH_ONE_ERROR},
    {"rids", "", 0}, /* two errors in four characters */
    {"c", "c", MATCH_EXACT},
    {"net", "dotnet kubernetes", MATCH_EXACT},
    {".net", "dotnet kubernetes", MATCH_EXACT},
    {"bezier", "bezier", MATCH_EXACT},
    {"\xe6\x97\xa5\xe6\x9c\xac", "nihongo", MATCH_PREFIX},
    {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "nihongo", MATCH_EXACT},
    {"\xe6\x97\xa5\xe8\xaa\x9e", "", 0}, /* two characters: no error allowed */
    {"argo cd", "argo-cd", MATCH_EXACT},
    {"argocd", "argo-cd", MATCH_ONE_ERROR},
    {"k3", "k3s", MATCH_PREFIX},
    {"zzzzzz", "", 0},
    {"", "", 0},
    {" - ", "", 0},
};

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
    put(x->w, &f);
  }
  struct facts draft = product_of(99, "kafka-draft", "Kafka draft");
  draft.status = PRODUCT_DRAFT;
  put(x->w, &draft);
  put_term(x->w, false, 1, "devops", "DevOps & Delivery", 0);
  put_term(x->w, true, 1, "gitops", "GitOps", 0);
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

static void test_results_and_costs(void **state)
{
  struct fixture *x = *state;
  for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
    struct catalog_match found[32];
    char text[1024] = "";
    size_t n = catalog_search(&x->pin, span_z(wants[i].needle), found, 32);
    for (size_t k = 0; k < n; k++) {
      struct facts f;
      assert_true(catalog_facts(&x->pin, found[k].ordinal, &f));
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

static void test_the_best_are_kept(void **state)
{
  struct fixture *x = *state;
  struct catalog_match all[32], some[2];
  size_t n = catalog_search(&x->pin, SPAN("git"), all, 32);
  assert_true(n > 2);
  assert_int_equal(catalog_search(&x->pin, SPAN("git"), some, 2), 2);
  assert_memory_equal(some, all, sizeof some);
  assert_int_equal(catalog_search(&x->pin, SPAN("git"), some, 0), 0);
}

static void test_needles_of_any_length(void **state)
{
  struct fixture *x = *state;
  char *needle = malloc(100000);
  struct catalog_match found[4];
  for (int n = 1; n < 100000; n = n * 3 + 1) {
    memset(needle, 'k', (size_t)n);
    catalog_search(&x->pin, span_of(needle, (size_t)n), found, 4);
    for (int i = 0; i < n; i++)
      needle[i] = (char)(i % 3 ? 0xff : ' ');
    catalog_search(&x->pin, span_of(needle, (size_t)n), found, 4);
  }
  free(needle);
}

static void test_sectors_and_themes_are_found(void **state)
{
  struct fixture *x = *state;
  struct arena *arena = arena_new(0);
  struct catalog_match found[4];
  assert_int_equal(catalog_search_terms(&x->pin, false, SPAN("delivery"), arena, found, 4), 1);
  assert_int_equal(catalog_search_terms(&x->pin, true, SPAN("stream procesing"), arena, found, 4), 1);
  assert_int_equal(found[0].ordinal, 1);
  assert_int_equal(catalog_search_terms(&x->pin, true, SPAN("getopts"), arena, found, 4), 1);
  assert_int_equal(found[0].cost, MATCH_TWO_ERRORS);
  assert_int_equal(catalog_search_terms(&x->pin, true, SPAN("delivery"), arena, found, 4), 0);
  arena_free(&arena);
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
  int allowed = n < 3 ? 0 : n < 6 ? 1 : 2, errors = distance(needle, n, text, m), prefix = 100;
  for (int k = 0; k <= m; k++) {
    int d = distance(needle, n, text, k);
    prefix = d < prefix ? d : prefix;
  }
  if (n <= m && memcmp(needle, text, (size_t)n) == 0)
    return n == m ? MATCH_EXACT : MATCH_PREFIX;
  for (int k = 1; k + n <= m; k++)
    if (memcmp(needle, text + k, (size_t)n) == 0)
      return MATCH_SUBSTRING;
  if (errors <= allowed)
    return errors <= 1 ? MATCH_ONE_ERROR : MATCH_TWO_ERRORS;
  return n >= 5 && prefix <= 1 ? MATCH_PREFIX_ERROR : MATCH_NONE;
}

static void test_the_distance_is_the_textbooks(void **state)
{
  (void)state;
  srand(3);
  for (int round = 0; round < 200000; round++) {
    char a[16], b[16];
    int n = 1 + rand() % 9, m = 1 + rand() % 9;
    struct match_search s;
    for (int i = 0; i < 10; i++) {
      a[i] = (char)('a' + rand() % 3);
      b[i] = rand() % 4 ? a[i] : (char)('a' + rand() % 3);
    }
    match_prepare(&s, span_of(a, (size_t)n));
    uint32_t letters = match_letters(span_of(b, (size_t)m));
    uint32_t cost = match_text(&s, (struct match_candidate){span_of(b, (size_t)m), letters}, MATCH_NONE);
    if (cost != expected(a, n, b, m))
      fail_msg("%.*s in %.*s: %u, not %u", n, a, m, b, cost, expected(a, n, b, m));
    if (cost < MATCH_NONE)
      assert_true(match_possible(&s, letters));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_results_and_costs),
      cmocka_unit_test(test_the_best_are_kept),
      cmocka_unit_test(test_needles_of_any_length),
      cmocka_unit_test(test_sectors_and_themes_are_found),
      cmocka_unit_test(test_the_distance_is_the_textbooks),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
