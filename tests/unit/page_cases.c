/* Expectations of each page type over the rows of page_fixture_rows.c. */
#include "page_cases.h"

#define KAFKA_SETS {"nats-vs-kafka", "kafka-vs-nats-vs-kafka", "apache-kafka-vs-nats"}
#define CORE "NATS &lt;&amp;&gt; &quot;core&quot;"

const struct page_case page_case_home = {
    .title = "Testbed · Products side by side",
    .h1 = "What moved lately",
    .sections = "editorials comparisons releases sparks leaders sectors compare",
    .shown = {"What moved lately", "Move 60 of kafka", "Apache Kafka", "8.5", "Event streaming", "5 products side by side"},
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_pick = {
    .title = "Compare products · Testbed",
    .h1 = "Compare products",
    .sections = "compare popular",
    .shown = {"Compare products", "Apache Kafka vs NATS", "/compare/kafka-vs-nats"},
    .fresh = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_compare = {
    .segment = "kafka-vs-nats",
    .title = "Apache Kafka vs " CORE " · Testbed",
    .h1 = "Apache Kafka vs " CORE,
    .sections = "at-a-glance what-is-kafka what-is-nats facts editors-word side-by-side alternatives activity faq change",
    .shown = {"The log that everything reads", "Move 60 of kafka", "Public since", "/compare/kafka-vs-pulsar",
              "Which of the two keeps messages?", "Take both."},
    .others = KAFKA_SETS,
    .unknown = "kafka-vs-nothing",
    .withdrawn = "kafka-vs-old",
    .draft = "kafka-vs-secret",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_trajectory = {
    .segment = "kafka",
    .title = "Apache Kafka · Testbed",
    .h1 = "Apache Kafka",
    .sections = "editorial velocity facts activity faq compare",
    .shown = {"The log that everything reads", "Move 60 of kafka", "Does Kafka need ZooKeeper?", "8.5", "Public since",
              "kafka.apache.org"},
    .others = {"apache-kafka"},
    .unknown = "nothing",
    .withdrawn = "old",
    .draft = "secret",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_history = {
    .segment = "kafka",
    .canonical = "/products/kafka",
    .title = "Apache Kafka: editorials · Testbed",
    .h1 = "Apache Kafka: editorials",
    .sections = "editorials",
    .shown = {"2 editorials about Apache Kafka since 14 April 2025", "The log that everything reads", "The log that few queues read", "Ada Editor",
              "/products/kafka/history/2025-04-14", "Queues by summer"},
    .others = {"apache-kafka"},
    .unknown = "nothing",
    .withdrawn = "old",
    .draft = "secret",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_past = {
    .segment = "kafka/history/2025-04-14",
    .canonical = "/products/kafka",
    .title = "Apache Kafka: editorial of 14 April 2025 · Testbed",
    .h1 = "Apache Kafka: editorial of 14 April 2025",
    .sections = "editorial changes",
    .shown = {"The log that few queues read", "long logs", "Move 55 of kafka", "13 July 2025", "15 April 2025",
              "changed the headline, the current state and the prediction."},
    .others = {"apache-kafka/history/2025-04-14"},
    .unknown = "kafka/history/2025-04-15",
    .withdrawn = "old/history/2025-04-14",
    .draft = "secret/history/2025-04-14",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_predictions = {
    .title = "Predictions · Testbed",
    .h1 = "Predictions",
    .sections = "predictions",
    .shown = {"Hit rate 100%: 1 of 1 graded prediction came true.", "Queues by summer", "Share groups by spring.",
              "Move 55 of kafka", "/products/kafka/history/2025-04-14", "More of it."},
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_alternatives = {
    .segment = "kafka",
    .title = "Apache Kafka alternatives · Testbed",
    .h1 = "Apache Kafka alternatives",
    .sections = "alternatives",
    .shown = {"Apache Kafka alternatives", "2 products close to Apache Kafka by shared sectors and themes, closest first.", "Pulsar", "7.7", "/compare/kafka-vs-nats"},
    .others = {"apache-kafka"},
    .unknown = "nothing",
    .withdrawn = "old",
    .draft = "secret",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_leaderboard = {
    .title = "Leaderboard · Testbed",
    .h1 = "Leaderboard",
    .sections = "products related",
    .shown = {"Leaderboard", "All 5 products, fastest first", "Apache Kafka", "8.5", "Bare", "A log of records"},
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_all_products = {
    .title = "Products · Testbed",
    .h1 = "Products",
    .sections = "products related",
    .shown = {"All 5 products, by name", "Apache Kafka", "Pulsar", "Rabbit", "Event streaming", "8.5"},
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_themes = {.title = "Themes · Testbed",
                                           .h1 = "Themes",
                                           .sections = "themes",
                                           .shown = {"All 2 themes from A to Z", "logs", "replication", "/themes/logs"}};
const struct page_case page_case_sectors = {.title = "Sectors · Testbed",
                                            .h1 = "Sectors",
                                            .sections = "sectors",
                                            .shown = {"Event streaming", "Message brokers", "8.5"},
                                            .kafka = "Apache Kafka"};
const struct page_case page_case_sector = {
    .segment = "streaming",
    .title = "Event streaming · Testbed",
    .h1 = "Event streaming",
    .sections = "products related",
    .shown = {"3 products, fastest first", "Apache Kafka", "Pulsar", "Message brokers"},
    .unknown = "nothing",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_theme = {.segment = "logs",
                                          .title = "logs · Testbed",
                                          .h1 = "logs",
                                          .sections = "products related",
                                          .shown = {"One product with the theme logs.", "Apache Kafka", "replication"},
                                          .unknown = "nothing",
                                          .asks = true,
                                          .kafka = "Apache Kafka"};
const struct page_case page_case_search = {.query = "?q=kafka",
                                           .title = "Search · Testbed",
                                           .h1 = "Search",
                                           .sections = "results",
                                           .noindex = true,
                                           .shown = {"1 product for “kafka”", "Apache Kafka", "8.5"},
                                           .asks = true,
                                           .fresh = true,
                                           .kafka = "Apache Kafka"};
const struct page_case page_case_badge = {.segment = "kafka",
                                          .machine_title = "Apache Kafka: velocity 8.5, surging",
                                          .shown = {">velocity<", ">8.5, surging<"},
                                          .others = {"apache-kafka"},
                                          .unknown = "nothing",
                                          .withdrawn = "old",
                                          .draft = "secret",
                                          .kafka = "Apache Kafka"};
const struct page_case page_case_image = {
    .unknown = "nothing", .withdrawn = "old", .draft = "secret", .others = {"kafka", "apache-kafka", "products/kafka"},
    .asks = true, .drawn = true};
const struct page_case page_case_sitemap_index = {
    .shown = {"/sitemaps/pages-1.xml</loc>", "/sitemaps/products-1.xml</loc><lastmod>2025-08-21T12:00:00Z",
              "/sitemaps/pairs-1.xml</loc>"}};
const struct page_case page_case_sitemap = {
    .segment = "products-1",
    .shown = {"/products/kafka</loc><lastmod>2025-08-21T12:00:00Z", "/alternatives/bare</loc>", "/faq/pulsar</loc>"},
    .unknown = "products-2"};
const struct page_case page_case_site_faq = {
    .title = "Frequently asked questions · Testbed",
    .h1 = "Frequently asked questions",
    .sections = "faq more",
    .shown = {"Who writes this?", "How often is it counted?", "Questions about Apache Kafka", "/faq/kafka-vs-nats"},
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_faq = {
    .segment = "kafka-vs-nats",
    .title = "Questions about Apache Kafka and " CORE " · Testbed",
    .h1 = "Questions about Apache Kafka and " CORE,
    .sections = "faq more",
    .shown = {"Which of the two keeps messages?", "Both can; Kafka always does.", "Is Apache Kafka better than",
              "/compare/kafka-vs-nats"},
    .others = KAFKA_SETS,
    .unknown = "nothing",
    .withdrawn = "old",
    .draft = "secret",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_site_feed = {.machine_title = "Testbed: ship moves",
                                              .shown = {"Move 60 of kafka", "Move 12 of nats", "Move 3 of rabbit",
                                                        "<updated>2025-08-21T12:00:00Z</updated>"},
                                              .asks = true,
                                              .kafka = "Apache Kafka"};
const struct page_case page_case_product_feed = {
    .segment = "kafka",
    .machine_title = "Apache Kafka: ship moves",
    .shown = {"feed/product/1</id>", "activity/1060</id>", "activity/1011</id>", "Apache Kafka, release 60.0."},
    .others = {"apache-kafka"},
    .unknown = "nothing",
    .withdrawn = "old",
    .draft = "secret",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_compare_feed = {
    .segment = "kafka-vs-nats",
    .machine_title = "Apache Kafka and " CORE ": ship moves",
    .shown = {"feed/set/1-2</id>", "Apache Kafka: Move 60 of kafka", "Move 12 of nats"},
    .others = KAFKA_SETS,
    .unknown = "kafka-vs-nothing",
    .withdrawn = "kafka-vs-old",
    .draft = "kafka-vs-secret",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_sector_feed = {
    .segment = "streaming",
    .machine_title = "Event streaming: ship moves",
    .shown = {"feed/sector/1</id>", "Apache Kafka: Move 60 of kafka", "Move 12 of nats"},
    .unknown = "nothing",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_chosen_feed = {
    .segment = "bare+kafka+nats+pulsar+rabbit",
    .machine_title = "Bare, Apache Kafka, " CORE " and 2 more: ship moves",
    .shown = {"feed/set/1-2-3-4-5</id>", "Apache Kafka: Move 60 of kafka", "Move 12 of nats",
              "The newest ship moves of Bare, Apache Kafka, " CORE ", Pulsar and Rabbit."},
    .others = {"pulsar+bare+kafka+rabbit+nats", "bare%2Bkafka%2bnats+pulsar+rabbit+kafka", "bare+apache-kafka+nats+pulsar+rabbit"},
    .unknown = "kafka+nothing",
    .withdrawn = "kafka+old",
    .draft = "kafka+secret",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_calendar = {
    .segment = "kafka+nats",
    .shown = {"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "UID:editorial-1@compare.example.org\r\n",
              "DTSTART;VALUE=DATE:20250713\r\n", "SUMMARY:Apache Kafka: prediction\r\nDESCRIPTION:Share groups by spring.\r\n",
              "UID:editorial-2@compare.example.org\r\n", "\r\nEND:VCALENDAR\r\n"},
    .others = {"nats+kafka", "kafka%2Bnats", "apache-kafka+nats+kafka"},
    .unknown = "kafka+nothing",
    .withdrawn = "kafka+old",
    .draft = "kafka+secret",
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_methodology = {
    .title = "How we count · Testbed",
    .h1 = "How we count",
    .sections = "formula example bands medians facts",
    .shown = {"Counting is", "surging", "Event streaming", "Apache Kafka", "8.5"},
    .asks = true,
    .kafka = "Apache Kafka"};
const struct page_case page_case_static_page = {.segment = "about",
                                          .title = "About us · Testbed",
                                          .h1 = "About us",
                                          .sections = "",
                                          .shown = {"About us", "compare", "2025-08-17T12:00:00Z"},
                                          .unknown = "nothing",
                                          .withdrawn = "jobs",
                                          .draft = "plans",
                                          .asks = true};

/* ---- the list */

#define PAGE_ROW(name, pattern, forms, shape, template, type)                                                          \
  {#name, pattern, type, &page_case_##name, (forms), FORM_HTML},
#define CONTENT (ROUTE_HTML | ROUTE_JSON | ROUTE_MD)
static const struct page_form rows[] = {PAGES_LIST(PAGE_ROW)};

struct page_form page_forms[PAGE_FORMS_MAX];

size_t page_forms_list(void)
{
  static const struct {
    unsigned flag;
    enum form form;
    const char *type;
  } all[] = {{ROUTE_HTML, FORM_HTML, "text/html; charset=utf-8"}, {ROUTE_JSON, FORM_JSON, "application/json"},
             {ROUTE_MD, FORM_MD, "text/markdown; charset=utf-8"}, {ROUTE_ATOM, FORM_ATOM, "application/atom+xml"},
             {ROUTE_OTHER, FORM_OTHER, NULL}};
  size_t n = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
      /* "/index" lists the other representations of the home page */
      bool repeated = strcmp(rows[i].pattern, "/") == 0 && all[k].form != FORM_HTML;
      if (!(rows[i].forms & all[k].flag) || repeated)
        continue;
      assert_true(n < PAGE_FORMS_MAX);
      page_forms[n] = rows[i];
      page_forms[n].form = all[k].form;
      if (all[k].type)
        page_forms[n].content_type = all[k].type;
      n++;
    }
  return n;
}

bool page_form_first(size_t i)
{
  return i == 0 || page_forms[i].expect != page_forms[i - 1].expect;
}

#define TESTS_MAX 1024
#define NAME_BYTES 120

int page_promises_run(const char *group, const struct page_promise *v, size_t n)
{
  static struct CMUnitTest tests[TESTS_MAX];
  static char names[TESTS_MAX][NAME_BYTES];
  static const char *const suffixes[] = {"", ".json", ".md", ".atom", ""};
  size_t forms = page_forms_list(), at = 0;
  for (size_t k = 0; k < n; k++)
    for (size_t i = 0; i < forms; i++) {
      struct page_form *f = &page_forms[i];
      if (v[k].once && !page_form_first(i))
        continue;
      if (at == TESTS_MAX)
        return 1;
      snprintf(names[at], NAME_BYTES, "%s%s: %s", f->name, suffixes[f->form], v[k].name);
      tests[at] = (struct CMUnitTest){names[at], v[k].test, NULL, NULL, f};
      at++;
    }
  return _cmocka_run_group_tests(group, tests, at, NULL, NULL);
}

/* ---- addresses */

/* "kafka-5a463470e9e5", from the picture's address on the product's page. */
static void picture_segment(struct page_site *s, char out[64])
{
  struct page_answer a = page_get(s, "/products/kafka");
  size_t at = span_find_span(a.response.body, SPAN(PAGE_BASE_URL "/og/"));
  struct span segment = span_from(a.response.body, at + strlen(PAGE_BASE_URL "/og/"));
  segment = span_head(segment, span_find_span(segment, SPAN(".png")));
  assert_true(segment.n > 12 && segment.n < 64);
  snprintf(out, 64, "%.*s", SPAN_ARG(segment));
  page_answer_free(&a);
}

static void target_write(struct page_site *s, const struct page_form *f, const char *segment, bool whole,
                         char out[PAGE_TARGET])
{
  char drawn[64];
  const char *gap = strchr(f->pattern, '{'), *end = gap ? strrchr(f->pattern, '}') + 1 : "";
  if (!segment && f->expect->drawn) {
    picture_segment(s, drawn);
    segment = drawn;
  }
  segment = segment ? segment : f->expect->segment;
  assert_true(!gap || segment);
  struct span suffix = whole ? target_suffix(f->form) : SPAN("");
  snprintf(out, PAGE_TARGET, "%.*s%s%s%.*s%s", gap ? (int)(gap - f->pattern) : (int)strlen(f->pattern), f->pattern,
           gap ? segment : "", end, SPAN_ARG(suffix), whole && f->expect->query ? f->expect->query : "");
}

const char *page_target(struct page_site *s, const struct page_form *f, const char *segment, char out[PAGE_TARGET])
{
  target_write(s, f, segment, true, out);
  return out;
}

const char *page_stem(struct page_site *s, const struct page_form *f, char out[PAGE_TARGET])
{
  target_write(s, f, NULL, false, out);
  return strcmp(out, "/index") == 0 ? strcpy(out, "/") : out;
}

const char *page_canonical(struct page_site *s, const struct page_form *f, char out[PAGE_TARGET])
{
  return f->expect->canonical ? strcpy(out, f->expect->canonical) : page_stem(s, f, out);
}

/* ---- complete responses */

static void assert_seen(struct span body, const char *tag, const char *text)
{
  char seen[512];
  page_seen(body, tag, seen, sizeof seen);
  assert_string_equal(seen, text);
}

static void assert_html(struct page_site *s, const struct page_form *f, struct span body)
{
  char text[PAGE_TARGET + 128], canonical[PAGE_TARGET];
  assert_true(page_balanced(body, true));
  assert_true(span_ends(span_trim(body), SPAN("</html>")));
  assert_seen(body, "<title", f->expect->title);
  assert_seen(body, "<h1", f->expect->h1);
  page_sections(body, text, sizeof text);
  assert_string_equal(text, f->expect->sections);
  snprintf(text, sizeof text, "<link rel=\"canonical\" href=\"" PAGE_BASE_URL "%s\">", page_canonical(s, f, canonical));
  assert_true(page_has(body, text));
  assert_int_equal(page_has(body, "content=\"noindex\""), f->expect->canonical || f->expect->noindex);
}

static void assert_machine(const struct page_form *f, struct span body, const char *stem)
{
  char text[PAGE_TARGET + 128];
  assert_true(page_balanced(body, false));
  if (f->expect->machine_title)
    assert_seen(body, "<title", f->expect->machine_title);
  snprintf(text, sizeof text, "<link rel=\"self\" type=\"application/atom+xml\" href=\"" PAGE_BASE_URL "%s.atom\"/>", stem);
  if (f->form == FORM_ATOM)
    assert_true(page_has(body, text));
}

static void assert_json(struct span body, const char *stem)
{
  char text[PAGE_TARGET + 128];
  assert_true(page_json(body));
  snprintf(text, sizeof text, "{\"url\":\"" PAGE_BASE_URL "%s\",", stem);
  assert_true(span_starts(body, span_z(text)));
}

static bool is_calendar(const struct page_form *f)
{
  return strncmp(f->content_type, "text/calendar", strlen("text/calendar")) == 0;
}

static void assert_form(struct page_site *s, const struct page_form *f, struct span body, const char *stem)
{
  if (f->form == FORM_HTML)
    assert_html(s, f, body);
  else if (f->form == FORM_JSON)
    assert_json(body, stem);
  else if (f->form == FORM_MD)
    assert_true(span_starts(body, SPAN("# ")) && page_has(body, "Page: <" PAGE_BASE_URL));
  else if (is_calendar(f))
    assert_true(span_ends(body, SPAN("\r\nEND:VCALENDAR\r\n")));
  else if (f->expect->drawn)
    assert_true(span_eq(body, SPAN(PAGE_PNG)));
  else
    assert_machine(f, body, stem);
}

void page_assert_whole(struct page_site *s, const struct page_form *f, const struct page_answer *a)
{
  char stem[PAGE_TARGET];
  struct span body = a->response.body;
  assert_int_equal(a->response.status, 200);
  assert_true(span_eq(page_header(a, "Content-Type"), span_z(f->content_type)));
  assert_form(s, f, body, page_stem(s, f, stem));
  for (size_t i = 0; i < sizeof f->expect->shown / sizeof *f->expect->shown && f->expect->shown[i]; i++)
    if (!page_has(body, f->expect->shown[i]))
      fail_msg("\"%s\" is not shown", f->expect->shown[i]);
  if (f->form != FORM_JSON && f->form != FORM_MD && !is_calendar(f)) /* these do not escape "<" */
    assert_false(page_has(body, "NATS <"));
}

/* An error has the representation that was requested; without memory it is HTML for all. */
static void assert_error_form(const struct page_form *f, const struct page_answer *a, int status)
{
  struct span type = page_header(a, "Content-Type"), body = a->response.body;
  bool html = span_eq(type, SPAN("text/html; charset=utf-8"));
  if (html && (f->form == FORM_JSON || f->form == FORM_MD))
    assert_int_equal(status, 503);
  if (html)
    assert_true(page_has(body, "</h1>") && span_starts(span_from(body, span_find(body, '<')), SPAN("<!")));
  else if (f->form == FORM_JSON)
    assert_true(span_eq(type, SPAN("application/problem+json")) && page_json(body));
  else
    assert_true(f->form == FORM_MD && span_eq(type, SPAN("text/markdown; charset=utf-8")));
}

void page_assert_error(const struct page_form *f, const struct page_answer *a, int status)
{
  struct span body = a->response.body;
  assert_int_equal(a->response.status, status);
  assert_null(a->response.deferred);
  assert_true(body.n > 0);
  assert_int_equal(page_header(a, "Retry-After").n > 0, status == 503);
  assert_true(page_has(body, "test-1") || span_eq(page_header(a, "X-Request-Id"), SPAN("test-1")));
  assert_int_equal(page_header(a, "ETag").n + page_header(a, "Last-Modified").n + page_header(a, "Link").n, 0);
  assert_false(page_has(body, "<section") || page_has(body, "Move 60 of kafka") || page_has(body, PAGE_PNG));
  assert_error_form(f, a, status);
}
