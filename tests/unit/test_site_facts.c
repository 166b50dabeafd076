/* The facts of pages: which rows are shown, in which block and order, and how an edit of an attribute arrives. */
#include "page_fixture.h"

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

/* All texts are on the page, one after the other; "!..." is nowhere on it. */
static void assert_order(struct page_site *s, const char *target, const char *const *texts)
{
  struct page_answer a = page_get(s, target);
  assert_int_equal(a.response.status, 200);
  struct span rest = a.response.body;
  for (; *texts; texts++) {
    bool absent = **texts == '!';
    struct span text = span_z(*texts + absent);
    size_t at = span_find_span(absent ? a.response.body : rest, text);
    if ((at == (absent ? a.response.body.n : rest.n)) != absent)
      fail_msg("%s: \"%.*s\" is %s", target, SPAN_ARG(text), absent ? "shown" : "not shown, or in another place");
    rest = absent ? rest : span_from(rest, at + text.n);
  }
  page_answer_free(&a);
}

#define ORDER(s, target, ...) assert_order((s), (target), (const char *const[]){__VA_ARGS__, NULL})

static void rows_stand_where_they_differ_where_they_are_the_same_and_where_one_is_missing(void **state)
{
  ORDER(*state, "/compare/kafka-vs-nats.md", "## What is NATS", ": facts\n", "### Where they differ\n",
        "| Open source | yes, checked 2024-10-05 | partly, checked 2024-10-05 | \n",
        "| Memory | 1,024\xc2\xa0MB (source: javascript:alert(1)), checked 2024-10-05 | 16 \\<MB\\> [source](<https://nats.io/>), checked 2024-10-13 | \n",
        "### The same in both\n", "| Written in | Java, Scala (Clients \\<in\\> more.) [source](<https://kafka.apache.org/?a=1&b=2>)",
        "| scala, JAVA,", "| Needs at least | 17, checked 2024-10-05 | 17.0,", "### Recorded for one only\n",
        "| Manual | not recorded | <https://docs.nats.io/>, checked", "| Public since | 11 Jan 2011, day of check unknown | not recorded | \n",
        "| Routing | not recorded | By subject,", "## The editors on");
}

static void the_table_marks_what_differs_and_says_the_usual_day_once(void **state)
{
  ORDER(*state, "/compare/kafka-vs-nats", "<a href=\"#facts\">Facts</a>", "id=\"what-is-nats\"", "<section class=\"part\" id=\"facts\"",
        ": facts</a></h2>", "<caption>", "checked on <time datetime=\"2024-10-05\">5 Oct 2024</time> unless a value says otherwise. ",
        "colspan=\"3\">Where they differ</th>", "\xe2\x89\xa0 </span>Open source <span class=\"of\">Project</span></th>",
        "\xe2\x89\xa0 </span>Memory <span class=\"of\">Running &lt;it&gt;</span></th>", "1,024\xc2\xa0MB", "<bdi>16 &lt;MB&gt;</bdi>",
        "<a class=\"src\" href=\"https://nats.io/\"", "checked 13 Oct 2024", "The same in both",
        "<th scope=\"row\">Written in <span", "<bdi>Java, Scala</bdi> <a class=\"src\" href=\"https://kafka.apache.org/?a=1&amp;b=2\"",
        "<span class=\"note\">Clients &lt;in&gt; more.</span>", "Recorded for one only", "<th scope=\"row\">Manual</th>",
        "<span class=\"none\">not recorded</span>", "<a href=\"https://docs.nats.io/\" rel=\"nofollow noopener\">docs.nats.io</a>",
        "<time datetime=\"2011-01-11\">11 Jan 2011</time> <span class=\"src\">day of check unknown</span>", "id=\"editors-word\"", "!href=\"javascript:", "!checked 5 Oct 2024");
}

static void what_is_no_business_of_the_page_is_left_out(void **state)
{
  static const char *const targets[] = {"/compare/kafka-vs-nats", "/compare/kafka-vs-nats.json", "/compare/kafka-vs-nats.md",
                                        "/products/kafka", "/products/kafka.json", "/products/kafka.md"};
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
    ORDER(*state, targets[i], "!By a log that no broker asks for", "!Drafted", "!Licence again", "!Licence value",
          "!A value of nothing");
}

static void a_gap_among_three_is_no_difference(void **state)
{
  ORDER(*state, "/compare/kafka-vs-nats-vs-pulsar.json", "\"facts\":{\"checked_on\":\"2024-10-05\"", "\"block\":\"differ\"",
        "\"slug\":\"written-in\"", "\"slug\":\"open\"", "\"value\":\"partly\"", "\"recorded\":false,\"value\":null", "\"slug\":\"memory\"",
        "\"block\":\"partial\",\"heading\":\"Recorded for some only\"", "\"slug\":\"needs\"", "!\"block\":\"same\"");
}

static void nothing_is_said_where_nothing_is_recorded(void **state)
{
  ORDER(*state, "/compare/bare-vs-rabbit", "id=\"what-is-rabbit\"", "!id=\"facts\"", "!href=\"#facts\"");
  ORDER(*state, "/compare/bare-vs-rabbit.json", "\"facts\":null");
  ORDER(*state, "/compare/bare-vs-rabbit.md", "!: facts");
  ORDER(*state, "/products/bare", "id=\"facts\"", "!source<", "!<h3 class=\"label\">");
  ORDER(*state, "/products/pulsar", "id=\"facts\"", ">Project</h3>", "<dt>Written in</dt><dd><bdi>Java</bdi></dd>", "!Checked on",
        "!day of check unknown");
}

static void a_trajectory_has_the_facts_by_group(void **state)
{
  ORDER(*state, "/products/nats", "<dt>Licence</dt>", "<dt>Manual</dt>", "<h3 class=\"label\">Project</h3>", "<dt>Written in</dt>",
        "<dt>Open source</dt>", "<h3 class=\"label\">Running &lt;it&gt;</h3>", "<dt>Memory</dt>", "<dt>Needs at least</dt>",
        "<dt>Routing</dt>", "Checked on <time datetime=\"2024-10-05\"");
  ORDER(*state, "/products/nats.md", "## Facts", "- Manual: <https://docs.nats.io/>, checked 2024-10-05\n", "### Project",
        "- Written in: scala, JAVA, checked", "### Running \\<it\\>", "- Memory: 16 \\<MB\\> [source](<https://nats.io/>), checked 2024-10-13\n");
  ORDER(*state, "/products/kafka.json", "\"facts\":{", "\"block\":\"recorded\",\"heading\":null", "\"slug\":\"written-in\"",
        "\"value\":\"Java, Scala\",\"text\":\"Java, Scala\",\"url\":null,\"datetime\":null,\"note\":\"Clients ", "\"source\":\"https://kafka.apache.org/?a=1",
        "\"checked_on\":\"2024-10-05\"", "\"slug\":\"memory\"", "\"unit\":\"MB\"", "\"value\":\"1024\",\"text\":\"1,024");
  ORDER(*state, "/products/kafka", "\"additionalProperty\":[{\"@type\":\"PropertyValue\",\"propertyID\":\"written-in\"", "\"name\":\"Memory\"",
        "\"value\":\"1024\",\"unitText\":\"MB\"");
}

/* All values of Kafka have one day, but for one that has none. */
static void a_value_without_a_day_is_excepted_from_the_day_of_the_others(void **state)
{
  ORDER(*state, "/products/kafka", "11 Jan 2011</time> <span class=\"src\">day of check unknown</span>",
        "Checked on <time datetime=\"2024-10-05\">5 Oct 2024</time> unless a value says otherwise. ");
  ORDER(*state, "/products/kafka.md", "- Public since: 11 Jan 2011, day of check unknown\n");
  ORDER(*state, "/products/kafka.json", "\"several_days\":true", "\"checked_on\":null,\"checked\":null,\"other_day\":false,\"undated\":true");
}

static void an_edit_of_an_attribute_needs_no_new_fragment(void **state)
{
  struct page_site *s = *state;
  struct attribute *a = &s->rows->attributes[0];
  ORDER(s, "/compare/kafka-vs-nats", ">Written in <");
  ORDER(s, "/products/kafka", "<dt>Written in</dt>");
  page_store_count(&s->store);
  a->name = SPAN("Made of"), a->version.hash++, a->edited_us = PAGE_NOW_US - CLOCK_MINUTE;
  page_site_publish(s);
  ORDER(s, "/compare/kafka-vs-nats", ">Made of <", "!Written in");
  ORDER(s, "/products/kafka", "<dt>Made of</dt>", "!Written in");
  ORDER(s, "/methodology", "Made of<", "Its main languages.");
  a->status = PRODUCT_DRAFT, a->version.hash++;
  page_site_publish(s);
  ORDER(s, "/compare/kafka-vs-nats", "!Made of", "!Written in");
  a->status = PRODUCT_PUBLISHED, a->kind = ATTRIBUTE_TEXT, a->version.hash++;
  page_site_publish(s);
  ORDER(s, "/compare/kafka-vs-nats", "Where they differ", ">Made of <", "Recorded for one only");
  uint64_t only[] = {2};
  a->sectors = only, a->n_sectors = 1, a->version.hash++;
  page_site_publish(s);
  ORDER(s, "/compare/kafka-vs-nats", "Recorded for one only", ">Made of <");
  assert_int_equal(s->store.fills, 1); /* the methodology's own page */
}

static void last_modified_follows_the_attributes_that_are_shown(void **state)
{
  struct page_site *s = *state;
  struct attribute *routing = &s->rows->attributes[6];
  struct page_answer before = page_get(s, "/products/nats"), other = page_get(s, "/products/pulsar");
  routing->version.hash++, routing->edited_us = PAGE_NOW_US + CLOCK_HOUR;
  page_site_publish(s);
  struct page_answer after = page_get(s, "/products/nats"), same = page_get(s, "/products/pulsar");
  assert_false(span_eq(page_header(&before, "Last-Modified"), page_header(&after, "Last-Modified")));
  assert_true(span_eq(page_header(&other, "Last-Modified"), page_header(&same, "Last-Modified")));
  page_answer_free(&before);
  page_answer_free(&after);
  page_answer_free(&other);
  page_answer_free(&same);
}

/* The most that a product can have: PRODUCT_VALUES_MAX values of the greatest length, on a page of four. */
static void the_greatest_facts_fit(void **state)
{
  struct page_site *s = *state;
  static char text[PRODUCT_VALUE_CHARS * 4], source[PRODUCT_SOURCE_CHARS + 1];
  static struct recorded_value values[PRODUCT_VALUES_MAX];
  memset(source, 'x', sizeof source);
  memcpy(source, "https://", 8);
  for (size_t i = 0; i < sizeof text; i += 4)
    memcpy(text + i, "\xf0\x9f\x98\x80", 4);
  for (size_t i = 0; i < PRODUCT_VALUES_MAX; i++)
    values[i] = (struct recorded_value){i + 1, span_of(text, sizeof text), span_of(text, sizeof text),
                                         span_of(source, PRODUCT_SOURCE_CHARS), PAGE_NOW_US};
  for (uint64_t id = PAGE_KAFKA; id <= PAGE_RABBIT; id++) {
    struct product *p = &page_rows_product(s->rows, id)->product;
    p->values = values, p->n_values = PRODUCT_VALUES_MAX;
    p->facts.version.rev++;
  }
  page_site_publish(s);
  ORDER(s, "/compare/kafka-vs-nats-vs-pulsar-vs-rabbit", "The same in all", ">Written in <");
  ORDER(s, "/products/rabbit.json", "\"slug\":\"written-in\"");
  for (size_t i = 0; i < s->store.n_cached; i++)
    assert_true(s->store.cached[i].body.n < 900000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)
  const struct CMUnitTest tests[] = {
      TEST(rows_stand_where_they_differ_where_they_are_the_same_and_where_one_is_missing),
      TEST(the_table_marks_what_differs_and_says_the_usual_day_once),
      TEST(what_is_no_business_of_the_page_is_left_out),
      TEST(a_gap_among_three_is_no_difference),
      TEST(nothing_is_said_where_nothing_is_recorded),
      TEST(a_trajectory_has_the_facts_by_group),
      TEST(a_value_without_a_day_is_excepted_from_the_day_of_the_others),
      TEST(an_edit_of_an_attribute_needs_no_new_fragment),
      TEST(last_modified_follows_the_attributes_that_are_shown),
      TEST(the_greatest_facts_fit)};
#undef TEST
  return cmocka_run_group_tests(tests, NULL, NULL);
}
