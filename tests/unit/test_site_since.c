/* ?since=: what a page counts and marks since a day, what it does with values that are no such day, and the entries of the
 * page cache. */
#include "base/arena.h"
#include "model/since_sentence.h"
#include "page_fixture.h"

#define PLAIN "/compare/kafka-vs-nats"
#define REFUSED "Nothing is marked as new: the day must be today or earlier, written like 2026-06-01."

static int open_site(void **state)
{
  *state = page_site_open();
  return 0;
}

static int close_site(void **state)
{
  struct page_site *s = *state;
  page_site_close(&s);
  return 0;
}

static void the_sentence_is_grammatical_for_none_one_and_many(void **state)
{
  static const struct {
    const char *sentence;
    struct since_counts counts;
  } cases[] = {
#define ONE(a, b) .members = {{PAGE_TEXT("Go"), a, b}}, .n = 1
#define TWO(a, b, c, d) .members = {{PAGE_TEXT("Go"), a, b}, {PAGE_TEXT("Rust"), c, d}}, .n = 2
      {"Nothing is new since D.", {ONE(0, 0)}},
      {"Nothing is new since D.", {TWO(0, 0, 0, 0), .has_facts = true}},
      {"Nothing is new since D (moves counted from E).", {ONE(0, 0), .counted_from = PAGE_TEXT("E")}},
      {"Since D: Go 1 release or post; no editorial is new.", {ONE(1, 0)}},
      {"Since D: Go 2 releases and posts; no editorial is new.", {ONE(2, 0)}},
      {"Since D: Go 1 event; no editorial is new.", {ONE(0, 1)}},
      {"Since D: Go 2 events; no editorial is new.", {ONE(0, 2)}},
      {"Since D: Go 3 releases and posts and 1 event; no editorial is new.", {ONE(3, 1)}},
      {"Since D (moves counted from E): Go 3 releases and posts; no editorial is new.", {ONE(3, 0), .counted_from = PAGE_TEXT("E")}},
      {"Since D: Go no release or post; 1 editorial is new.", {ONE(0, 0), .editorials = 1}},
      {"Since D: Go no release or post; 1 editorial was updated.", {ONE(0, 0), .updated = 1}},
      {"Since D: Go no release or post; no editorial is new; 1 fact was checked.", {ONE(0, 0), .facts = 1, .has_facts = true}},
      {"Since D: Go 3 releases and posts, Rust 9; 2 editorials are new; no fact was checked.",
       {TWO(3, 0, 9, 0), .editorials = 2, .has_facts = true}},
      {"Since D: Go 3 releases and posts, Rust 1 release or post; 1 editorial is new; 2 editorials were updated.",
       {TWO(3, 0, 1, 0), .editorials = 1, .updated = 2}},
      {"Since D: Go 1 release or post, Rust 4 releases and posts; no editorial is new; 4 facts were checked.",
       {TWO(1, 0, 4, 0), .facts = 4, .has_facts = true}},
      {"Since D: Go no release or post, Rust 2 releases and posts; no editorial is new.", {TWO(0, 0, 2, 0)}},
      {"Since D: Go 2 releases and posts and 1 event, Rust 2 releases and posts; no editorial is new.", {TWO(2, 1, 2, 0)}},
      {"Since D: Go 2 releases and posts, Rust 2 and 3 events; no editorial is new.", {TWO(2, 0, 2, 3)}}};
  (void)state;
  struct arena *a = arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct since_counts c = cases[i].counts;
    c.day = SPAN("D");
    struct span sentence = since_sentence(a, &c);
    if (!span_eq(sentence, span_z(cases[i].sentence)))
      fail_msg("\"%.*s\" instead of \"%s\"", SPAN_ARG(sentence), cases[i].sentence);
  }
  arena_free(&a);
}

static void assert_has(struct page_site *s, const char *target, const char *const *texts)
{
  struct page_answer a = page_get(s, target);
  assert_int_equal(a.response.status, 200);
  for (; *texts; texts++) {
    bool absent = **texts == '!';
    if (page_has(a.response.body, *texts + absent) == absent)
      fail_msg("%s: \"%s\" is %s", target, *texts + absent, absent ? "shown" : "not shown");
  }
  page_answer_free(&a);
}

#define HAS(s, target, ...) assert_has((s), (target), (const char *const[]){__VA_ARGS__, NULL})

/* The clock stands at 2025-08-22T12:00.  Kafka moved on the days 1, 7, 13, ... before, each seventh an event; NATS on the
 * days 1, 31, 61. */
static void moves_editorials_and_facts_are_counted(void **state)
{
  HAS(*state, PLAIN "?since=2025-07-01",
      "Since 1 July 2025: Apache Kafka 8 releases and posts and 1 event, NATS &lt;&amp;&gt; &quot;core&quot; 2 releases and posts; 1 "
      "editorial is new; no fact was checked.",
      "<meta name=\"robots\" content=\"noindex\">", "<link rel=\"canonical\" href=\"" PAGE_BASE_URL PLAIN "\">",
      "href=\"" PLAIN ".json?since=2025-07-01\"", "value=\"2025-07-01\" max=\"2025-08-22\" required>", ">Without marks</a>",
      "The log that everything reads <span class=\"new\">new</span>", "Subjects, not topics</p>", "!newly checked");
  HAS(*state, PLAIN ".json?since=2025-07-01", "\"since\":{\"day\":\"2025-07-01\"", "\"counted_from\":\"2025-07-01\"",
      "\"editorials\":1,\"updated_editorials\":0,\"facts\":0", "\"moves\":8,\"events\":1}", "\"moves\":2,\"events\":0}");
  HAS(*state, PLAIN "?since=2025-08-15", "1 editorial was updated", "reads <span class=\"new\">updated</span>");
}

static void facts_are_marked_unless_all_are_new(void **state)
{
  HAS(*state, PLAIN "?since=2024-10-13", "1 fact was checked", "<span class=\"new\">newly checked</span>", "!All of it was checked");
  HAS(*state, PLAIN ".md?since=2024-10-13", ", newly checked 2024-10-13", "!newly checked 2024-10-05");
  HAS(*state, PLAIN "?since=2024-10-05", "!All of it was checked"); /* one fact has no day */
  HAS(*state, "/products/nats?since=2024-10-05", "All of it was checked since 5 October 2024. ", "!newly checked");
  HAS(*state, "/products/nats?since=2024-10-06", "newly checked", "!All of it was checked");
}

static void a_day_before_the_hourly_counts_says_from_when_it_counts(void **state)
{
  struct page_site *s = *state;
  struct facts *kafka = &page_rows_product(s->rows, PAGE_KAFKA)->product.facts;
  HAS(s, "/products/kafka?since=2020-01-01", "Since 1 January 2020: Apache Kafka 52 releases and posts and 8 events;");
  kafka->activities += 5; /* older moves, of which there are no counts */
  kafka->version.rev++;
  page_site_publish(s);
  HAS(s, "/products/kafka?since=2020-01-01", "Since 1 January 2020 (moves counted from 3 May 2024): Apache Kafka 52 releases");
  HAS(s, "/products/kafka.json?since=2020-01-01", "\"counted_from\":\"2024-05-03\"");
  HAS(s, "/products/kafka?since=2024-05-03", "Since 3 May 2024: Apache Kafka 52");
}

/* The n-th value that is no day up to 2025-08-22; false: there are no more. */
static bool value_refused(size_t n, char out[64])
{
  static const char *const others[] = {
      "", "x", "2025", "2025-06", "2025-6-1", "2025-06-1", "20250601", "2025-06-01T00:00:00Z", "2025-06-01%2000:00", "2025-06-01%00",
      "2025-06-01+", "+2025-06-01", "%202025-06-01", "-2025-06-01", "02025-06-01", "2025/06/01", "01-06-2025", "2025-W23-1", "yesterday",
      "%3Cscript%3Ealert(1)%3C/script%3E", "\"><script>alert(1)</script>", "%22%3E%3Cimg", "%ff%fe", "%E2%80%AE2025-06-01", "%zz",
      "2025-08-23", "2026-01-01", "9999-12-31", "10000-01-01", "0000-01-01", "0000-00-00", "2025-00-10", "2025-13-01", "2025-01-00",
      "2025-01-32", "2025-04-31", "2025-02-29", "2025-02-30", "1900-02-29", "2100-02-29", "2025-06-01%0d%0aX-A:b"};
  size_t count = sizeof others / sizeof *others;
  if (n < count)
    snprintf(out, 64, "%s", others[n]);
  else if ((n -= count) < 10 * 5) { /* one byte of a good day is another */
    static const char *const bytes[] = {"a", "/", "%20", "%C3%BC", "."};
    snprintf(out, 64, "%.*s%s%s", (int)(n / 5), "2025-06-01", bytes[n % 5], "2025-06-01" + n / 5 + 1);
  } else
    return false;
  return true;
}

/* One sentence, one entry in the page cache, and the value appears nowhere. */
static void what_is_no_day_is_refused_in_one_way(void **state)
{
  static const char *const paths[] = {PLAIN, PLAIN ".json", PLAIN ".md", "/products/kafka", "/products/kafka.json", "/products/kafka.md"};
  struct page_site *s = *state;
  char value[64], target[256];
  for (size_t p = 0; p < sizeof paths / sizeof *paths; p++) {
    snprintf(target, sizeof target, "%s?since=2024-02-30", paths[p]);
    struct page_answer first = page_get(s, target);
    assert_true(page_has(first.response.body, REFUSED));
    assert_false(page_has(first.response.body, "2024-02-30"));
    assert_false(page_has(first.response.body, "?since=2024"));
    assert_false(page_has(first.response.body, "class=\"new\"") || page_has(first.response.body, "\"new\":true"));
    uint64_t rendered = s->metrics.pages_rendered;
    for (size_t n = 0; value_refused(n, value); n++) {
      snprintf(target, sizeof target, "%s?since=%s", paths[p], value);
      struct page_answer a = page_get(s, target);
      if (a.response.status != 200 || !span_eq(a.response.body, first.response.body) ||
          !span_eq(buf_view(&a.response.headers), buf_view(&first.response.headers)))
        fail_msg("%s: %d, or another page", target, a.response.status);
      page_answer_free(&a);
    }
    assert_int_equal(s->metrics.pages_rendered, rendered);
    page_answer_free(&first);
  }
}

/* Whatever was asked for before, the plain page, a refused value and each day are pages of their own. */
static void pages_with_and_without_a_day_are_kept_apart(void **state)
{
  static const char *const queries[] = {"", "?since=x", "?since=2025-07-01", "?since=2025-08-01", "?since=", ""};
  static const char *const said[] = {"!class=\"notice\"", REFUSED, "Since 1 July 2025", "Since 1 August 2025", REFUSED, "!class=\"notice\""};
  static const char *const paths[] = {PLAIN, "/products/kafka"};
  for (size_t p = 0; p < 2; p++)
    for (size_t first = 0; first < 6; first++) {
      page_site_forget_pages(*state);
      for (size_t i = 0; i < 6; i++) {
        char target[128];
        size_t at = (first + i) % 6;
        snprintf(target, sizeof target, "%s%s", paths[p], queries[at]);
        HAS(*state, target, said[at]);
      }
    }
}

static void assert_moved(struct page_site *s, const char *from, const char *to)
{
  struct page_answer a = page_get(s, from);
  char location[256];
  snprintf(location, sizeof location, PAGE_BASE_URL "%s", to);
  if (a.response.status != 308 || !span_eq(page_header(&a, "Location"), span_z(location)))
    fail_msg("%s: %d to %.*s", from, a.response.status, SPAN_ARG(page_header(&a, "Location")));
  page_answer_free(&a);
}

static void a_day_has_one_spelling(void **state)
{
  struct page_site *s = *state;
  assert_moved(s, PLAIN "?since=2025%2D07-01", PLAIN "?since=2025-07-01");
  assert_moved(s, "/products/kafka?page=2&since=2025-07-01", "/products/kafka?since=2025-07-01&page=2");
  assert_moved(s, "/products/kafka?x=1&page=1&since=2025-07-01", "/products/kafka?x=1&since=2025-07-01");
  assert_moved(s, "/products/kafka?x=1&since=%32025-07-01&since=x&y=2", "/products/kafka?since=2025-07-01&x=1&y=2");
  assert_moved(s, "/compare/nats-vs-kafka?since=2025-07-01", PLAIN "?since=2025-07-01");
  uint64_t rendered = s->metrics.pages_rendered;
  HAS(s, PLAIN "?since=2025-07-01", "Since 1 July 2025");
  HAS(s, PLAIN "?since=2025-07-01&utm=1", "Since 1 July 2025");
  HAS(s, PLAIN "?a=b&since=2025-07-01&since=2025-01-01", "Since 1 July 2025");
  assert_int_equal(s->metrics.pages_rendered - rendered, 1);
}

static void later_pages_of_the_timeline_keep_the_day(void **state)
{
  HAS(*state, "/products/kafka?since=2024-09-01", "href=\"/products/kafka?since=2024-09-01&amp;page=2\"");
  HAS(*state, "/products/kafka?since=2024-09-01&page=2", "href=\"/products/kafka?since=2024-09-01\"",
      "<link rel=\"canonical\" href=\"" PAGE_BASE_URL "/products/kafka?page=2\">", "<span class=\"new\">new</span>");
  HAS(*state, "/products/kafka.json?since=2024-09-01&page=2", "\"self\":\"" PAGE_BASE_URL "/products/kafka.json?since=2024-09-01\\u0026page=2\"");
}

/* At midnight UTC the same address becomes valid, also for a client that asks by the date of its copy. */
static void a_day_is_valid_when_it_begins(void **state)
{
  struct page_site *s = *state;
  int64_t midnight_us = PAGE_NOW_US + 12 * CLOCK_HOUR;
  s->config.as_of_us = midnight_us - 1;
  HAS(s, PLAIN "?since=2025-08-23", REFUSED);
  s->config.as_of_us = midnight_us;
  HAS(s, PLAIN "?since=2025-08-23", "Nothing is new since 23 August 2025.");
  struct page_answer a = page_get(s, PLAIN "?since=2025-08-23");
  assert_true(span_eq(page_header(&a, "Last-Modified"), SPAN("Sat, 23 Aug 2025 00:00:00 GMT")));
  page_answer_free(&a);
}

static void other_pages_ignore_the_parameter(void **state)
{
  static const char *const paths[] = {"/alternatives/kafka", "/leaderboard", "/faq/kafka", "/products/kafka.atom", "/sectors", "/about"};
  struct page_site *s = *state;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    char target[128];
    struct page_answer plain = page_get(s, paths[i]);
    uint64_t rendered = s->metrics.pages_rendered;
    snprintf(target, sizeof target, "%s?since=2025-07-01", paths[i]);
    struct page_answer a = page_get(s, target);
    assert_true(span_eq(a.response.body, plain.response.body));
    assert_int_equal(s->metrics.pages_rendered, rendered);
    page_answer_free(&a);
    page_answer_free(&plain);
  }
}

/* Nothing is fetched that the plain page does not fetch. */
static void the_counts_cost_no_fetch(void **state)
{
  static const char *const paths[] = {PLAIN, "/products/kafka", "/compare/kafka-vs-nats-vs-pulsar-vs-rabbit"};
  struct page_site *s = *state;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    size_t wants[2];
    for (int since = 0; since < 2; since++) {
      char target[128];
      snprintf(target, sizeof target, "%s%s", paths[i], since ? "?since=2025-07-01" : "");
      page_site_forget(s);
      page_store_count(&s->store);
      struct page_answer a = page_get(s, target);
      assert_int_equal(s->store.fetches, 1);
      wants[since] = s->store.wants;
      page_answer_free(&a);
    }
    assert_int_equal(wants[0], wants[1]);
  }
}

int main(void)
{
#define ON_A_SITE(f) cmocka_unit_test_setup_teardown(f, open_site, close_site)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_sentence_is_grammatical_for_none_one_and_many),
      ON_A_SITE(moves_editorials_and_facts_are_counted),
      ON_A_SITE(facts_are_marked_unless_all_are_new),
      ON_A_SITE(a_day_before_the_hourly_counts_says_from_when_it_counts),
      ON_A_SITE(what_is_no_day_is_refused_in_one_way),
      ON_A_SITE(pages_with_and_without_a_day_are_kept_apart),
      ON_A_SITE(a_day_has_one_spelling),
      ON_A_SITE(later_pages_of_the_timeline_keep_the_day),
      ON_A_SITE(a_day_is_valid_when_it_begins),
      ON_A_SITE(other_pages_ignore_the_parameter),
      ON_A_SITE(the_counts_cost_no_fetch),
  };
  return cmocka_run_group_tests_name("since", tests, NULL, NULL);
}
