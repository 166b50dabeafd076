/* Opens a site in memory like a worker does, but with the store and the image source of the tests. */
#include "page_fixture.h"

#include <sodium.h>

#include "site/assets.h"
#include "site/templates.h"

#define CATALOG_BYTES ((size_t)16 << 20)
#define MEMORY_ENOUGH ((size_t)64 << 20)
#define DEADLINE_US (10 * CLOCK_SECOND)

static struct config config_of_test(void)
{
#define FIXTURE_WORD(key, fallback, text) .key = (char *)(fallback),
#define FIXTURE_VALUE(key, fallback, ...) .key = (fallback),
  struct config c = {CONFIG_KEYS(FIXTURE_WORD, FIXTURE_VALUE, FIXTURE_VALUE)};
#undef FIXTURE_WORD
#undef FIXTURE_VALUE
  c.site_name = (char *)"Testbed";
  c.base_url = (char *)PAGE_BASE_URL;
  c.template_dir = (char *)TEST_TEMPLATES;
  c.static_version_file = (char *)TEST_ASSETS_MAP;
  c.as_of_us = PAGE_NOW_US;
  return c;
}

static enum err image_queue_get(struct image_source *base, const struct image_request *rq, struct span *png,
                            struct deferred **deferred)
{
  struct page_images *i = (struct page_images *)base;
  assert_true(rq->packed.n > 0);
  i->asked++;
  if (i->answer == ERR_DEFERRED && !rq->may_defer)
    return ERR_UNAVAILABLE;
  if (i->answer == ERR_DEFERRED)
    *deferred = &i->deferred;
  if (i->answer == ERR_OK)
    *png = SPAN(PAGE_PNG);
  return i->answer;
}

static void open_site(struct page_site *s)
{
  struct site_resources resources = {.config = &s->config,
                             .templates = s->templates,
                             .assets = s->assets,
                             .read_us = PAGE_NOW_US,
                             .catalog = s->catalog,
                             .store = &s->store.base,
                             .images = &s->images.base,
                             .metrics = &s->metrics};
  s->site = site_open(&resources);
  assert_non_null(s->site);
}

struct page_site *page_site_open(void)
{
  struct page_site *s = calloc(1, sizeof *s);
  assert_non_null(s);
  assert_true(sodium_init() >= 0);
  s->config = config_of_test();
  s->config.page_cache_bytes = 1 << 20; /* the sanitizers write to each byte of a block */
  s->theme = theme_open(&s->config, stderr);
  s->assets = s->theme ? assets_read(&s->config, s->theme, stderr) : NULL;
  s->templates = s->assets ? templates_open(s->theme, s->assets, stderr) : NULL;
  s->catalog = catalog_create(CATALOG_BYTES);
  assert_true(s->templates && s->assets && s->catalog);
  s->writer = catalog_writer_open(s->catalog);
  assert_non_null(s->writer);
  s->rows = page_rows_new();
  page_store_open(&s->store, &s->config, s->rows);
  s->images = (struct page_images){.base = {image_queue_get}};
  page_site_publish(s);
  open_site(s);
  return s;
}

void page_site_close(struct page_site **s)
{
  site_close(&(*s)->site);
  page_store_forget(&(*s)->store);
  templates_close(&(*s)->templates);
  assets_free(&(*s)->assets);
  theme_close(&(*s)->theme);
  catalog_writer_close(&(*s)->writer);
  catalog_destroy(&(*s)->catalog);
  free((*s)->rows);
  free(*s);
  *s = NULL;
}

static void put_product(struct catalog_writer *w, const struct product *p)
{
  uint64_t pairs[8];
  struct written_pair written[8];
  struct facts facts = p->facts;
  facts.written = written;
  for (size_t i = 0; i < p->n_pairs; i++) {
    pairs[i] = p->pairs[i].other_id;
    if (p->pairs[i].text_id)
      written[facts.n_written++] = (struct written_pair){pairs[i], p->pairs[i].text_id};
  }
  assert_int_equal(catalog_put_product(w, &facts, p->aliases, p->n_aliases, pairs, p->n_pairs), ERR_OK);
}

void page_site_publish(struct page_site *s)
{
  static struct catalog_position position;
  struct catalog_state state = {.ready = true, .database_up = true, .confirmed_us = clock_now_us() - CLOCK_HOUR};
  for (size_t i = 0; i < sizeof page_sectors / sizeof *page_sectors; i++)
    assert_int_equal(catalog_put_sector(s->writer, &page_sectors[i]), ERR_OK);
  for (size_t i = 0; i < sizeof page_themes / sizeof *page_themes; i++)
    assert_int_equal(catalog_put_theme(s->writer, &page_themes[i]), ERR_OK);
  for (size_t i = 0; i < s->rows->n_pages; i++)
    assert_int_equal(catalog_put_page(s->writer, &s->rows->pages[i].page), ERR_OK);
  for (size_t i = 0; i < PAGE_ATTRIBUTES; i++)
    assert_int_equal(catalog_put_attribute(s->writer, &s->rows->attributes[i]), ERR_OK);
  for (size_t i = 0; i < PAGE_PRODUCTS; i++)
    put_product(s->writer, &s->rows->products[i].product);
  catalog_put_site(s->writer, s->rows->site_version, CLOCK_NEVER);
  catalog_put_window(s->writer, clock_hour_floor(config_now_us(&s->config)));
  position = (struct catalog_position){.cursor = ++s->cursor, .incarnation = "test"};
  assert_int_equal(catalog_writer_publish(s->writer, &position), ERR_OK);
  catalog_state_put(s->writer, &state);
}

void page_site_forget_pages(struct page_site *s)
{
  site_close(&s->site);
  open_site(s);
}

void page_site_forget(struct page_site *s)
{
  page_store_forget(&s->store);
  page_store_count(&s->store);
  page_site_forget_pages(s);
}

struct page_answer page_ask(struct page_site *s, const char *target, const struct page_ask *ask)
{
  static struct stage stage;
  struct page_answer a = {.arena = arena_new(ask->memory ? ask->memory : MEMORY_ENOUGH)};
  struct request rq = {.method = span_z(ask->method ? ask->method : "GET"),
                       .target = span_z(target),
                       .if_none_match = span_z(ask->if_none_match),
                       .id = SPAN("test-1"),
                       .deadline_us = clock_mono_us() + DEADLINE_US,
                       .may_defer = !ask->no_defer,
                       .arena = a.arena,
                       .stage = &stage};
  assert_non_null(a.arena);
  site_handle(s->site, &rq, &a.response);
  buf_span(&a.body, a.response.body);
  a.response.body = buf_view(&a.body);
  return a;
}

struct page_answer page_get(struct page_site *s, const char *target)
{
  return page_ask(s, target, &(struct page_ask){0});
}

void page_answer_free(struct page_answer *a)
{
  buf_free(&a->response.headers);
  buf_free(&a->body);
  arena_free(&a->arena);
}
