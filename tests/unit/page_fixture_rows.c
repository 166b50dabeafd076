/* The rows of the site in memory.  Counts are computed from the activities by the rules of velocity, so that they
 * agree with the activities that pages list. */
#include "page_fixture.h"

#include "model/editorials.h"

#define COUNT(v) (sizeof(v) / sizeof *(v))

const struct term page_sectors[3] = {
    {.id = 1, .version = {1, 11}, .slug = PAGE_TEXT("streaming"), .name = PAGE_TEXT("Event streaming"), .sort = 1,
     .edited_us = CLOCK_NEVER},
    {.id = 2, .version = {1, 12}, .slug = PAGE_TEXT("brokers"), .name = PAGE_TEXT("Message brokers"), .sort = 2,
     .edited_us = CLOCK_NEVER},
    {.id = 3, .version = {1, 13}, .slug = PAGE_TEXT("quiet"), .name = PAGE_TEXT("Quiet corner"), .sort = 3,
     .edited_us = CLOCK_NEVER}};
const struct term page_themes[2] = {
    {.id = 1, .version = {1, 21}, .slug = PAGE_TEXT("logs"), .name = PAGE_TEXT("logs"), .edited_us = CLOCK_NEVER},
    {.id = 2, .version = {1, 22}, .slug = PAGE_TEXT("replication"), .name = PAGE_TEXT("replication"), .edited_us = CLOCK_NEVER}};

static const uint64_t first[] = {1}, second[] = {2}, both[] = {1, 2};

static const struct editorial kafka_editorial = {
    .id = 1,
    .headline = PAGE_TEXT("The log that everything reads"),
    .current_md = PAGE_TEXT("Kafka keeps **ordered logs** of events."),
    .heading_md = PAGE_TEXT("Towards queues."),
    .prediction_md = PAGE_TEXT("Share groups by *spring*."),
    .author = PAGE_TEXT("Ada Editor"),
    .published_us = PAGE_NOW_US - 40 * CLOCK_DAY,
    .updated_us = PAGE_NOW_US - 3 * CLOCK_DAY};
static const struct editorial nats_editorial = {.id = 2,
                                                .headline = PAGE_TEXT("Subjects, not topics"),
                                                .current_md = PAGE_TEXT("NATS routes by *subject*."),
                                                .heading_md = PAGE_TEXT("Towards the edge."),
                                                .prediction_md = PAGE_TEXT("More of it."),
                                                .author = PAGE_TEXT("Ben Editor"),
                                                .published_us = PAGE_NOW_US - 90 * CLOCK_DAY,
                                                .updated_us = PAGE_NOW_US - 80 * CLOCK_DAY};

/* Of April 2025, replaced by the current one in July. */
static const struct activity kafka_evidence = {.id = 1055,
                                               .kind = ACTIVITY_RELEASE,
                                               .title = PAGE_TEXT("Move 55 of kafka"),
                                               .url = PAGE_TEXT("https://example.net/?move=55&of=60"),
                                               .occurred_us = PAGE_NOW_US - 31 * CLOCK_DAY};
static const struct editorial kafka_past = {
    .id = 3,
    .headline = PAGE_TEXT("The log that few queues read"),
    .current_md = PAGE_TEXT("Kafka keeps **long logs** of events."),
    .heading_md = PAGE_TEXT("Towards queues."),
    .prediction_md = PAGE_TEXT("Queues by *summer* <soon>."),
    .author = PAGE_TEXT("Ada Editor"),
    .published_us = PAGE_NOW_US - 130 * CLOCK_DAY,
    .updated_us = PAGE_NOW_US - 129 * CLOCK_DAY,
    .grade = {PREDICTION_CAME_TRUE, PAGE_TEXT("It came & stayed."), &kafka_evidence}};

static const struct question kafka_questions[] = {
    {1, PAGE_TEXT("Does Kafka need ZooKeeper?"), PAGE_TEXT("Not since **4.0**."), BODY_DEFAULT},
    {2, PAGE_TEXT("Is it a queue?"), PAGE_TEXT("A log first."), BODY_DEFAULT}};
static const struct question pair_questions[] = {
    {3, PAGE_TEXT("Which of the two keeps messages?"), PAGE_TEXT("Both can; Kafka always does."), BODY_DEFAULT}};
static const struct question site_questions[] = {
    {4, PAGE_TEXT("Who writes this?"), PAGE_TEXT("Editors, with _care_."), BODY_DEFAULT},
    {5, PAGE_TEXT("How often is it counted?"), PAGE_TEXT("Each hour."), BODY_DEFAULT}};
static const struct pair_source kafka_pairs[] = {{.other_id = PAGE_NATS,
                                                 .has_text = true,
                                                 .text_id = 1,
                                                 .intro_md = PAGE_TEXT("One is a log, one a **wire**."),
                                                 .verdict_md = PAGE_TEXT("Take both."),
                                                 .questions = pair_questions,
                                                 .n_questions = COUNT(pair_questions)}};
static const uint64_t pulsar_pick_ids[] = {PAGE_RABBIT, PAGE_OLD};
static const struct editors_pick pulsar_picks[] = {{PAGE_RABBIT, PAGE_TEXT("Rabbit <asks> for less.")},
                                                   {PAGE_OLD, PAGE_TEXT("It was here first.")}};
#define DAY(n) (INT64_C(20000) * CLOCK_DAY + (n) * CLOCK_DAY) /* 2024-10-04 and after */
#define ATTRIBUTE(number, word, text, type, unit_text, group_text)                                                    \
  .id = (number), .version = {0, 900 + (number)}, .slug = PAGE_TEXT(word), .name = PAGE_TEXT(text),                    \
  .kind = ATTRIBUTE_##type, .unit = PAGE_TEXT(unit_text), .group = PAGE_TEXT(group_text), .sort = (number),            \
  .status = PRODUCT_PUBLISHED, .edited_us = CLOCK_NEVER

/* Two groups that take turns, one attribute without a group, one for brokers only, one draft, one that pages say already. */
static const struct attribute attributes[PAGE_ATTRIBUTES] = {
    {ATTRIBUTE(1, "written-in", "Written in", LIST, "", "Project"), .help = PAGE_TEXT("Its main languages.")},
    {ATTRIBUTE(2, "memory", "Memory", NUMBER, "MB", "Running <it>")},
    {ATTRIBUTE(3, "open", "Open source", BOOL, "", "Project")},
    {ATTRIBUTE(4, "since", "Public since", DATE, "", "Project")},
    {ATTRIBUTE(5, "needs", "Needs at least", VERSION, "", "Running <it>")},
    {ATTRIBUTE(6, "docs", "Manual", URL, "", "")},
    {ATTRIBUTE(7, "routing", "Routing", TEXT, "", "Running <it>"), .sectors = second, .n_sectors = 1},
    {ATTRIBUTE(8, "drafted", "Drafted attribute", TEXT, "", "Project")},
    {ATTRIBUTE(9, "licence", "Licence again", TEXT, "", "Project")}};
static const struct recorded_value kafka_values[] = {
    {1, PAGE_TEXT("Java, Scala"), PAGE_TEXT("Clients <in> more."), PAGE_TEXT("https://kafka.apache.org/?a=1&b=2"), DAY(1)},
    {2, PAGE_TEXT("1024"), PAGE_TEXT(""), PAGE_TEXT("javascript:alert(1)"), DAY(1)},
    {3, PAGE_TEXT("yes"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)},
    {4, PAGE_TEXT("2011-01-11"), PAGE_TEXT(""), PAGE_TEXT(""), CLOCK_NEVER},
    {5, PAGE_TEXT("17"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)},
    {7, PAGE_TEXT("By a log that no broker asks for"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)},
    {8, PAGE_TEXT("Drafted value"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)},
    {9, PAGE_TEXT("Licence value"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)},
    {99, PAGE_TEXT("A value of nothing"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)}};
static const struct recorded_value nats_values[] = {
    {1, PAGE_TEXT("scala,JAVA"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)},
    {2, PAGE_TEXT("16 <MB>"), PAGE_TEXT(""), PAGE_TEXT("https://nats.io/"), DAY(9)},
    {3, PAGE_TEXT("partly"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)},
    {5, PAGE_TEXT("17.0"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)},
    {6, PAGE_TEXT("https://docs.nats.io/"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)},
    {7, PAGE_TEXT("By subject"), PAGE_TEXT(""), PAGE_TEXT(""), DAY(1)}};
static const struct recorded_value pulsar_values[] = {
    {1, PAGE_TEXT("Java"), PAGE_TEXT(""), PAGE_TEXT(""), CLOCK_NEVER}};
static const struct span kafka_aliases[] = {PAGE_TEXT("apache-kafka")};

static const struct product products[PAGE_PRODUCTS] = {
    {.facts = {.id = PAGE_KAFKA, .slug = PAGE_TEXT("kafka"), .name = PAGE_TEXT("Apache Kafka"),
               .status = PRODUCT_PUBLISHED, .sectors = first, .n_sectors = 1, .themes = both, .n_themes = 2,
               .override_tenths = -1},
     .website_url = PAGE_TEXT("https://kafka.apache.org/"),
     .repository_url = PAGE_TEXT("https://github.com/apache/kafka"),
     .license = PAGE_TEXT("Apache-2.0"),
     .summary = PAGE_TEXT("A log of records & what reads it."),
     .editorial = &kafka_editorial,
     .questions = kafka_questions,
     .n_questions = COUNT(kafka_questions),
     .values = kafka_values,
     .n_values = COUNT(kafka_values),
     .pairs = kafka_pairs,
     .n_pairs = COUNT(kafka_pairs),
     .aliases = kafka_aliases,
     .n_aliases = COUNT(kafka_aliases)},
    {.facts = {.id = PAGE_NATS, .slug = PAGE_TEXT("nats"), .name = PAGE_TEXT("NATS <&> \"core\""),
               .status = PRODUCT_PUBLISHED, .sectors = both, .n_sectors = 2, .themes = second, .n_themes = 1,
               .override_tenths = -1},
     .website_url = PAGE_TEXT("https://nats.io/?a=1&b=2"),
     .values = nats_values,
     .n_values = COUNT(nats_values),
     .editorial = &nats_editorial},
    {.facts = {.id = PAGE_PULSAR, .slug = PAGE_TEXT("pulsar"), .name = PAGE_TEXT("Pulsar"),
               .status = PRODUCT_PUBLISHED, .sectors = first, .n_sectors = 1, .override_tenths = 77,
               .picks = pulsar_pick_ids, .n_picks = COUNT(pulsar_pick_ids)},
     .picks = pulsar_picks,
     .values = pulsar_values,
     .n_values = COUNT(pulsar_values)},
    {.facts = {.id = PAGE_RABBIT, .slug = PAGE_TEXT("rabbit"), .name = PAGE_TEXT("Rabbit"),
               .status = PRODUCT_PUBLISHED, .lifecycle = LIFECYCLE_DISCONTINUED, .sectors = second, .n_sectors = 1,
               .override_tenths = -1}},
    {.facts = {.id = PAGE_BARE, .slug = PAGE_TEXT("bare"), .name = PAGE_TEXT("Bare"), .status = PRODUCT_PUBLISHED,
               .override_tenths = -1}},
    {.facts = {.id = PAGE_OLD, .slug = PAGE_TEXT("old"), .name = PAGE_TEXT("Old Queue"), .status = PRODUCT_ARCHIVED,
               .sectors = first, .n_sectors = 1, .override_tenths = -1}},
    {.facts = {.id = PAGE_SECRET, .slug = PAGE_TEXT("secret"), .name = PAGE_TEXT("Secret Plan"),
               .status = PRODUCT_DRAFT, .sectors = first, .n_sectors = 1, .override_tenths = -1}}};

static const struct page_editorial_page pages[] = {
    {{.id = 1, .version = {1, 31}, .slug = PAGE_TEXT("about"), .title = PAGE_TEXT("About us"),
      .status = PRODUCT_PUBLISHED, .changed_us = PAGE_NOW_US - 5 * CLOCK_DAY},
     PAGE_TEXT("We **compare**.")},
    {{.id = 2, .version = {1, 32}, .slug = PAGE_TEXT("methodology"), .title = PAGE_TEXT("How we count"),
      .status = PRODUCT_PUBLISHED, .changed_us = PAGE_NOW_US - 6 * CLOCK_DAY},
     PAGE_TEXT("Counting is *all*.")},
    {{.id = 3, .version = {1, 33}, .slug = PAGE_TEXT("jobs"), .title = PAGE_TEXT("Jobs"), .status = PRODUCT_ARCHIVED},
     PAGE_TEXT("None.")},
    {{.id = 4, .version = {1, 34}, .slug = PAGE_TEXT("plans"), .title = PAGE_TEXT("Plans"), .status = PRODUCT_DRAFT},
     PAGE_TEXT("Later.")}};

/* Adds n activities, `days` days apart: each fifth is a spark, each seventh an event. */
static void ship(struct page_product *p, size_t n, unsigned days)
{
  for (size_t i = 0; i < n; i++) {
    struct activity *a = &p->all[i];
    snprintf(p->versions[i], sizeof p->versions[i], "%zu.0", n - i);
    snprintf(p->titles[i], sizeof p->titles[i], "Move %zu of %.*s", n - i, SPAN_ARG(p->product.facts.slug));
    *a = (struct activity){.id = p->product.facts.id * 1000 + n - i,
                           .kind = i % 7 == 6 ? ACTIVITY_EVENT : i % 2 ? ACTIVITY_POST : ACTIVITY_RELEASE,
                           .class = i % 5 == 0 ? CLASS_SPARK : i % 5 == 1 ? CLASS_TRIVIAL : CLASS_IMPROVEMENT,
                           .title = span_z(p->titles[i]),
                           .url = SPAN("https://example.net/?move=1&of=2"),
                           .version = i % 2 ? SPAN("") : span_z(p->versions[i]),
                           .occurred_us = PAGE_NOW_US - (int64_t)(i * days + 1) * CLOCK_DAY};
  }
  p->n_all = n;
}

/* Computes the facts that the SQL statements for a product compute. */
static void count(struct page_product *p)
{
  struct facts *f = &p->product.facts;
  const struct editorial *e = p->product.editorial;
  f->window_us = clock_hour_floor(PAGE_NOW_US);
  f->editorial_us = e ? e->updated_us : CLOCK_NEVER;
  f->activity_us = p->n_all ? p->all[0].occurred_us : CLOCK_NEVER;
  f->spark_us = f->release_us = CLOCK_NEVER;
  f->edited_us = CLOCK_NEVER;
  f->changed_us = f->activity_us > f->editorial_us ? f->activity_us : f->editorial_us;
  if (f->changed_us == CLOCK_NEVER)
    f->changed_us = PAGE_NOW_US - 200 * CLOCK_DAY;
  f->next_due_us = CLOCK_FOREVER;
  f->version = (struct version){.rev = 1, .hash = f->id * 7919, .due_us = CLOCK_FOREVER};
  f->activities = (uint32_t)p->n_all;
  f->has_editorial = e != NULL;
  f->has_questions = p->product.n_questions > 0;
  for (size_t i = 0; i < p->n_all; i++) {
    const struct activity *a = &p->all[i];
    f->n90 += a->kind != ACTIVITY_EVENT && a->occurred_us >= f->window_us - 90 * CLOCK_DAY;
    f->s30 += a->class == CLASS_SPARK && a->occurred_us >= f->window_us - 30 * CLOCK_DAY;
    if (a->class == CLASS_SPARK && p->product.n_sparks < COUNT(p->sparks))
      p->sparks[p->product.n_sparks++] = *a;
    if (a->kind == ACTIVITY_RELEASE && a->version.n) {
      p->product.latest_release = p->product.latest_release ? p->product.latest_release : a;
      p->product.first_release = a;
    }
    p->moves[i] = (struct moves_count){moves_slot(a->occurred_us), a->class, a->kind == ACTIVITY_EVENT, 1};
  }
  int64_t ends[SCORE_MONTHS];
  moves_month_ends(f->window_us, ends);
  for (int i = 0; i < SCORE_MONTHS; i++)
    p->past[i] = (uint16_t)moves_windows_at(p->moves, p->n_all, ends[i]).n90;
  f->past = p->past;
  if (p->product.latest_release)
    f->release_us = p->product.latest_release->occurred_us;
  if (p->product.n_sparks)
    f->spark_us = p->sparks[0].occurred_us;
  p->product.activities = p->all;
  p->product.n_activities = p->n_all < TIMELINE_PAGE ? p->n_all : TIMELINE_PAGE;
  p->product.older_us = p->n_all > TIMELINE_PAGE ? p->all[TIMELINE_PAGE].occurred_us : CLOCK_NEVER;
  p->product.sparks = p->sparks;
  p->product.moves = p->moves;
  p->product.n_moves = p->n_all;
}

void page_rows_editorials(struct page_product *p, const struct editorial *v, size_t n)
{
  struct facts *f = &p->product.facts;
  assert_true(n <= PAGE_EDITORIALS);
  for (size_t i = 0; i < n; i++) {
    p->editorials[i] = v[i];
    p->briefs[i] = editorial_brief(v[i].published_us, v[i].grade.state, v[i].prediction_md.n > 0);
  }
  p->product.editorial = n ? p->editorials : NULL;
  p->product.editorials = p->editorials;
  f->editorials = p->briefs;
  f->n_editorials = (uint32_t)n;
  f->has_editorial = n > 0;
}

struct page_product *page_rows_product(struct page_rows *r, uint64_t id)
{
  for (size_t i = 0; i < PAGE_PRODUCTS; i++)
    if (r->products[i].product.facts.id == id)
      return &r->products[i];
  return NULL;
}

struct page_rows *page_rows_new(void)
{
  static const struct {
    size_t n;
    unsigned days;
  } shipped[PAGE_PRODUCTS] = {[PAGE_KAFKA - 1] = {60, 6}, [PAGE_NATS - 1] = {12, 30}, [PAGE_RABBIT - 1] = {3, 100},
                              [PAGE_OLD - 1] = {2, 10}, [PAGE_SECRET - 1] = {2, 10}};
  struct page_rows *r = calloc(1, sizeof *r);
  assert_non_null(r);
  for (size_t i = 0; i < PAGE_PRODUCTS; i++) {
    r->products[i].product = products[i];
    ship(&r->products[i], shipped[i].n, shipped[i].days);
    count(&r->products[i]);
    if (r->products[i].product.editorial)
      page_rows_editorials(&r->products[i], r->products[i].product.editorial, 1);
  }
  page_rows_editorials(page_rows_product(r, PAGE_KAFKA), (struct editorial[]){kafka_editorial, kafka_past}, 2);
  memcpy(r->pages, pages, sizeof pages);
  memcpy(r->attributes, attributes, sizeof attributes);
  r->attributes[7].status = PRODUCT_DRAFT;
  r->n_pages = COUNT(pages);
  r->site_version = (struct version){.rev = 1, .hash = 41};
  r->questions = site_questions;
  r->n_questions = COUNT(site_questions);
  return r;
}
