/* Pages over rows that are unlike the usual ones: a product with nothing at all, one that is discontinued, a
 * velocity that editors set, a second page of a timeline; rows that are newer than the catalog; labels of time. */
#include "page_fixture.h"

#define PAGE_OF(s, target, ...)                                                                                        \
  do {                                                                                                                 \
    const char *const texts[] = {__VA_ARGS__};                                                                         \
    assert_shown(s, target, texts, sizeof texts / sizeof *texts);                                                      \
  } while (0)

static void assert_shown(struct page_site *s, const char *target, const char *const *texts, size_t n)
{
  struct page_answer a = page_get(s, target);
  assert_int_equal(a.response.status, 200);
  for (size_t i = 0; i < n; i++) {
    bool absent = texts[i][0] == '!';
    if (page_has(a.response.body, texts[i] + absent) == absent)
      fail_msg("%s: \"%s\" is %s", target, texts[i] + absent, absent ? "shown" : "not shown");
  }
  page_answer_free(&a);
}

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

static void a_product_with_nothing_says_so(void **state)
{
  PAGE_OF(*state, "/products/bare", "No editorial yet", "not scored",
          "Nothing that Bare shipped is on record yet.", "!7.7");
  PAGE_OF(*state, "/faq/bare", "Bare is tracked in no sector yet. Bare did not ship in 90 days.");
  PAGE_OF(*state, "/products/bare.json", "\"editorial\":null", "\"chart\":null", "\"timeline\":[]", "\"scored\":false");
  PAGE_OF(*state, "/compare/bare-vs-kafka", "Bare", "none given", "not scored", "The log that everything reads");
  PAGE_OF(*state, "/alternatives/bare", "Bare is in no sector yet");
  PAGE_OF(*state, "/badge/bare.svg", "not scored");
  PAGE_OF(*state, "/products/bare.atom", "<updated>2025-02-03T12:00:00Z</updated>", "!<entry>");
}

static void a_median_is_that_of_the_products_whose_first_sector_it_is(void **state)
{
  struct page_site *s = *state;
  PAGE_OF(s, "/sectors/streaming", "3 products, fastest first. The sector\u2019s median product shipped ");
  PAGE_OF(s, "/sectors/brokers", "2 products, fastest first. The one that has it as its first sector shipped ");
  PAGE_OF(s, "/sectors/brokers.md", "2 products, fastest first. The one that has it as its first sector shipped ");
  PAGE_OF(s, "/sectors", "First sector of 1, median of moves in 90 days: ", "Median of moves in 90 days: ", "!90 days: 0");
  PAGE_OF(s, "/sectors.md", "2 tracked, first sector of 1, median of moves in 90 days: ", "3 tracked, median of moves in 90 days: ", "!0 tracked");
  PAGE_OF(s, "/sectors.json", "\"firsts\":1,\"mixed\":true", "!Quiet corner");
  PAGE_OF(s, "/methodology.md", "over the products whose first sector it is", "!Quiet corner");
  struct facts *rabbit = &page_rows_product(s->rows, PAGE_RABBIT)->product.facts;
  rabbit->status = PRODUCT_DRAFT, rabbit->version.rev++, rabbit->version.hash++;
  page_site_publish(s);
  PAGE_OF(s, "/sectors/brokers", "<p class=\"lede\">One product.</p>");
  PAGE_OF(s, "/sectors.md", "1 tracked, led by ");
  PAGE_OF(s, "/sectors.json", "\"products\":1,\"median\":null,\"firsts\":0,");
}

static void what_a_product_is_comes_from_its_summary(void **state)
{
  PAGE_OF(*state, "/compare/kafka-vs-nats", "A log of records &amp; what reads it.", "!<h3>Current state",
          "The latest release is 60.0 (21 August 2025); Apache Kafka shipped 13 times in 90 days; the licence is Apache-2.0.",
          "Apache Kafka 60.0 (21 August 2025)");
  PAGE_OF(*state, "/compare/kafka-vs-nats.json", "\"summary\":\"A log of records ",
          "\"latest_release\":{\"version\":\"60.0\"", "\"first_release\":{\"version\":\"2.0\"", "\"moves\":13");
  PAGE_OF(*state, "/compare/kafka-vs-nats.md", "A log of records ", "| Latest release | [60.0](", "| Moves · 90d | 13 |");
  PAGE_OF(*state, "/products/kafka.md", "- Latest release: [60.0](", "- First release on record: [2.0](");
  PAGE_OF(*state, "/products/kafka", "<dt>Latest release</dt>", "A log of records &amp; what reads it.", "\"description\":\"A log of records");
  PAGE_OF(*state, "/leaderboard", "A log of records", "!The log that everything reads");
  PAGE_OF(*state, "/search?q=kafka", "A log of records");
  PAGE_OF(*state, "/faq/kafka", "A log of records");
  PAGE_OF(*state, "/products/kafka.atom", "<subtitle>A log of records &amp; what reads it. The newest ship moves of");
  PAGE_OF(*state, "/compare/kafka-vs-nats.atom", "<subtitle>Apache Kafka: A log of records");
}

static void an_editors_text_ends_before_the_next_sentence(void **state)
{
  struct page_site *s = *state;
  struct product *bare = &page_rows_product(s->rows, PAGE_BARE)->product, *rabbit = &page_rows_product(s->rows, PAGE_RABBIT)->product;
  bare->summary = SPAN("A small tool for files"), bare->facts.version.hash++, bare->facts.version.rev++;
  rabbit->summary = SPAN("Carries (some) letters"), rabbit->facts.version.hash++, rabbit->facts.version.rev++;
  page_site_publish(s);
  static const char *const targets[] = {"/faq/bare", "/faq/bare.md", "/faq/bare.json"};
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
    PAGE_OF(s, targets[i], "A small tool for files. Bare did not ship", "!A small tool for files Bare");
  PAGE_OF(s, "/products/bare", "<p class=\"gist\">A small tool for files</p>", "content=\"Bare: A small tool for files. Bare did not ship",
          "\"description\":\"A small tool for files\"");
  PAGE_OF(s, "/products/bare.atom", "A small tool for files. The newest");
  PAGE_OF(s, "/compare/bare-vs-rabbit", "Bare: A small tool for files. Rabbit: Carries (some) letters.");
  PAGE_OF(s, "/alternatives/pulsar.md", " for less. Carries (some) letters. ");
}

static void rows_at_a_glance_that_no_product_fills_are_left_out(void **state)
{
  PAGE_OF(*state, "/compare/kafka-vs-nats", ">Latest release<", ">Moves · 90d<", ">Licence<", ">First release<", ">Repository<");
  PAGE_OF(*state, "/compare/bare-vs-pulsar", "!>Latest release<", ">Moves · 90d<", "!>Licence<", "!>First release<", "!>Repository<",
          ">Website<", ">Sector<", ">Sparks · 30d<", ">Top themes<", ">Last editorial update<", ">Velocity score<");
  PAGE_OF(*state, "/compare/bare-vs-pulsar.md", "!| Latest release", "| Moves · 90d | 0 | 0 |", "!| Licence", "!| Repository");
  PAGE_OF(*state, "/compare/bare-vs-pulsar.json", "\"latest_release\":null", "\"moves\":0");
}

static void the_picker_names_what_it_does_not_know(void **state)
{
  PAGE_OF(*state, "/compare?a=nothing&b=kafka", "One of these names is not on our list: “nothing”.");
  PAGE_OF(*state, "/compare?a=nothing", "This name is not on our list: “nothing”.");
  PAGE_OF(*state, "/compare?a=x-y&b=kafka&c=no", "Two of these names are not on our list: “x-y” and “no”.");
  PAGE_OF(*state, "/compare?a=nothing&b=nobody", "None of these names is on our list: “nothing” and “nobody”.");
}

static void a_discontinued_product_leads_to_others(void **state)
{
  PAGE_OF(*state, "/products/rabbit", "discontinued", "/alternatives/rabbit", "/compare/nats-vs-rabbit");
  PAGE_OF(*state, "/alternatives/rabbit.json", "\"ended\":{", "\"slug\":\"nats\"");
  PAGE_OF(*state, "/compare/nats-vs-rabbit", "Discontinued");
}

static void a_pick_stands_first_with_its_reason(void **state)
{
  PAGE_OF(*state, "/sectors/streaming", "<meta name=\"description\" content=\"Event streaming: 3 products, ");
  PAGE_OF(*state, "/alternatives/pulsar", "Rabbit &lt;asks&gt; for less.", "1 alternative to Pulsar picked by the editors, then ",
          "!It was here first.");
  PAGE_OF(*state, "/alternatives/pulsar.json", "\"slug\":\"rabbit\"", "\"reason\":\"Rabbit ");
  PAGE_OF(*state, "/products/pulsar", "The editors’ pick as an alternative to Pulsar is Rabbit (discontinued); by shared sectors and themes, the next closest",
          "Rabbit &lt;asks&gt; for less.");
  PAGE_OF(*state, "/compare/kafka-vs-pulsar.md", "The editors’ pick for Pulsar: Rabbit", "The editors’ pick, then one product close to");
  PAGE_OF(*state, "/compare/pulsar-vs-rabbit", "!noindex");
  PAGE_OF(*state, "/sitemaps/pairs-1.xml", "/compare/pulsar-vs-rabbit<");
  PAGE_OF(*state, "/alternatives/rabbit", "!asks");
}

static void a_velocity_that_editors_set_is_named_so(void **state)
{
  PAGE_OF(*state, "/products/pulsar.json", "\"score\":\"7.7\"", "\"override\":true");
  PAGE_OF(*state, "/compare/kafka-vs-pulsar", ", set by the editors");
  PAGE_OF(*state, "/leaderboard.md", "| 2 | [Pulsar](/products/pulsar) | [Event streaming](/sectors/streaming) | 7.7 | active (set by the editors)");
}

static void a_timeline_has_pages(void **state)
{
  struct page_site *s = *state;
  PAGE_OF(s, "/products/kafka", "Move 60 of kafka", "Move 11 of kafka", "!Move 10 of kafka", "href=\"/products/kafka?page=2\"");
  PAGE_OF(s, "/products/kafka?page=2", "!Move 11 of kafka", "Move 10 of kafka", "Move 1 of kafka",
          "<link rel=\"canonical\" href=\"" PAGE_BASE_URL "/products/kafka?page=2\">");
  struct page_answer beyond = page_get(s, "/products/kafka?page=3");
  assert_int_equal(beyond.response.status, 404);
  page_answer_free(&beyond);
}

static void four_products_stand_side_by_side(void **state)
{
  PAGE_OF(*state, "/compare/bare-vs-kafka-vs-pulsar-vs-rabbit", "what-is-bare", "what-is-kafka", "what-is-pulsar",
          "what-is-rabbit", "/compare/bare-vs-kafka-vs-pulsar\"");
}

static void two_chosen_products_lead_to_their_comparison(void **state)
{
  struct page_answer a = page_get(*state, "/compare?a=Pulsar&b=apache-kafka");
  assert_int_equal(a.response.status, 303);
  assert_true(span_eq(page_header(&a, "Location"), SPAN(PAGE_BASE_URL "/compare/kafka-vs-pulsar")));
  page_answer_free(&a);
}

static void edit_kafka(struct page_site *s, enum product_status status)
{
  struct facts *kafka = &page_rows_product(s->rows, PAGE_KAFKA)->product.facts;
  kafka->name = SPAN("Renamed Log");
  kafka->status = status;
  kafka->version.rev++;
  kafka->version.hash++;
}

/* The rows are read before the catalog is told of the edit: all of the page is of the newer rows. */
static void rows_newer_than_the_catalog_are_shown_whole(void **state)
{
  struct page_site *s = *state;
  edit_kafka(s, PRODUCT_PUBLISHED);
  PAGE_OF(s, "/compare/kafka-vs-nats", "Renamed Log", "!Apache Kafka");
  PAGE_OF(s, "/products/kafka.md", "Renamed Log", "!Apache Kafka");
  page_site_forget(s);
  PAGE_OF(s, "/leaderboard", "Renamed Log", "!Apache Kafka");
  page_site_publish(s);
  PAGE_OF(s, "/products/kafka.md", "Renamed Log", "!Apache Kafka");
}

static void a_product_withdrawn_since_is_gone(void **state)
{
  static const char *const targets[] = {"/products/kafka", "/products/kafka.json", "/compare/kafka-vs-nats",
                                        "/products/kafka.atom", "/faq/kafka", "/alternatives/kafka.md"};
  struct page_site *s = *state;
  edit_kafka(s, PRODUCT_ARCHIVED);
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
    struct page_answer a = page_get(s, targets[i]);
    assert_int_equal(a.response.status, 410);
    page_answer_free(&a);
  }
}

/* A finished page is right until the first of its labels of time is not. */
static void labels_of_time_go_on(void **state)
{
  struct page_site *s = *state;
  PAGE_OF(s, "/about", ">5d ago<");
  s->config.as_of_us += CLOCK_HOUR;
  uint64_t hits = s->metrics.pages_hit;
  PAGE_OF(s, "/about", ">5d ago<");
  assert_int_equal(s->metrics.pages_hit - hits, 1);
  s->config.as_of_us += CLOCK_DAY;
  PAGE_OF(s, "/about", ">6d ago<", "!>5d ago<");
  assert_int_equal(s->metrics.pages_hit - hits, 1);
}

static void a_site_without_a_catalog_is_503(void **state)
{
  struct page_site *s = *state;
  struct catalog_state never = {.confirmed_us = CLOCK_NEVER, .trouble = "the database cannot be reached"};
  catalog_state_put(s->writer, &never);
  struct page_answer a = page_ask(s, "/", &(struct page_ask){.no_defer = true});
  assert_int_equal(a.response.status, 503);
  assert_true(page_header(&a, "Retry-After").n > 0);
  page_answer_free(&a);
}

#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_A_SITE(a_product_with_nothing_says_so),
      ON_A_SITE(a_median_is_that_of_the_products_whose_first_sector_it_is),
      ON_A_SITE(what_a_product_is_comes_from_its_summary),
      ON_A_SITE(an_editors_text_ends_before_the_next_sentence),
      ON_A_SITE(rows_at_a_glance_that_no_product_fills_are_left_out),
      ON_A_SITE(the_picker_names_what_it_does_not_know),
      ON_A_SITE(a_discontinued_product_leads_to_others),
      ON_A_SITE(a_pick_stands_first_with_its_reason),
      ON_A_SITE(a_velocity_that_editors_set_is_named_so),
      ON_A_SITE(a_timeline_has_pages),
      ON_A_SITE(four_products_stand_side_by_side),
      ON_A_SITE(two_chosen_products_lead_to_their_comparison),
      ON_A_SITE(rows_newer_than_the_catalog_are_shown_whole),
      ON_A_SITE(a_product_withdrawn_since_is_gone),
      ON_A_SITE(labels_of_time_go_on),
      ON_A_SITE(a_site_without_a_catalog_is_503),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
