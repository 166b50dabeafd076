/* Measures the catalog at scale: `catalog_scale [products [editorials]]` (a million products with 2 editorials each by
 * default, each with a prediction) fills a catalog and prints the cost of a publication, a lookup, a search and the state
 * file, and the bytes of shared memory for each product.  Times are CPU time of this process unless the line says
 * otherwise.  Names are invented; each product has one or two of 40 sectors and four of 2,000 themes, and a summary of
 * 255 bytes.  Its latest activity is a release for three of four, and nothing of it changed later.  Folded names equal the
 * slugs and are not stored. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "catalog/catalog.h"
#include "catalog/catalog_index.h"
#include "catalog/catalog_layout.h"
#include "catalog/catalog_writer.h"
#include "model/editorials.h"

#define SECTORS 40
#define THEMES 2000
#define COMBINATIONS 20000 /* of themes; on real sites products share them too */
#define LOOKUPS 1000000

static const char *const syllables[] = {"ka", "fka", "ter", "ra", "form", "gra", "fa", "na", "pro", "me", "the", "us",
                                        "ku", "ber", "ne", "tes", "sen", "try", "vau", "lt", "con", "sul", "no", "mad"};

static uint64_t random_state = 88172645463325252u;

static uint32_t random_below(uint32_t n)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)((random_state >> 11) % n);
}

static double now_ms(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

struct name {
  char slug[64], name[64];
  size_t slug_n, name_n;
};

/* Two words of three syllables and a unique number. */
static void name_make(struct name *m, uint32_t id)
{
  uint64_t saved_state = random_state;
  random_state = (id + 1) * UINT64_C(0x9e3779b97f4a7c15);
  char a[32] = "", b[32] = "";
  for (int i = 0; i < 3; i++) {
    strcat(a, syllables[random_below(24)]);
    strcat(b, syllables[random_below(24)]);
  }
  m->slug_n = (size_t)snprintf(m->slug, sizeof m->slug, "%s-%s-%x", a, b, id);
  m->name_n = (size_t)snprintf(m->name, sizeof m->name, "%c%s %s %x", a[0] - 32, a + 1, b, id);
  random_state = saved_state;
}

static const char *const words[] = {"a", "the", "of", "and", "that", "for", "in", "with", "database", "server", "library", "tool",
                                   "keeps", "stores", "streams", "fast", "small", "written", "queries", "messages", "documents",
                                   "cluster", "nodes", "replicated", "format", "language", "web", "proxy", "cache", "files"};

/* About 255 bytes: common words, every third one a rare one of three syllables. */
static struct span summary_make(char *out, size_t cap, uint32_t id)
{
  uint64_t saved_state = random_state;
  size_t n = 0;
  random_state = (id + 7) * UINT64_C(0xbf58476d1ce4e5b9);
  for (int i = 0; n + 24 < cap; i++)
    if (i % 3 == 2)
      n += (size_t)snprintf(out + n, cap - n, "%s%s%s ", syllables[random_below(24)], syllables[random_below(24)],
                            syllables[random_below(24)]);
    else
      n += (size_t)snprintf(out + n, cap - n, "%s ", words[random_below(30)]);
  random_state = saved_state;
  return span_of(out, n);
}

static uint64_t combinations[COMBINATIONS][4];
static uint32_t editorials = 2; /* of each product */

static enum err product_put(struct catalog_writer *w, uint32_t id, uint64_t rev, uint32_t n90)
{
  int64_t newer = rev == 4 ? CLOCK_DAY * 100 : 0; /* of its last activity */
  int64_t activity_us = INT64_C(1775000000000000) + id * 7 + newer;
  struct name m;
  char summary[272];
  name_make(&m, id);
  uint64_t sectors[] = {1 + id % SECTORS, 1 + (id / SECTORS + id) % SECTORS};
  struct facts f = {.id = id + 1, .version = {.rev = rev, .hash = id * 77 + rev}, .slug = {m.slug, m.slug_n},
                    .name = {m.name, m.name_n}, .status = PRODUCT_PUBLISHED, .sectors = sectors,
                    .n_sectors = 1 + (id % 2 && sectors[0] != sectors[1]), .themes = combinations[id % COMBINATIONS],
                    .n_themes = 4, .n90 = n90, .s30 = id % 5, .activities = 20, .override_tenths = -1,
                    .has_editorial = true, .window_us = INT64_C(1780000000000000),
                    .editorial_us = (INT64_C(1770000000) + id % 1000000) * CLOCK_SECOND, .activity_us = activity_us,
                    .spark_us = id % 3 ? CLOCK_NEVER : INT64_C(1775000000000000) + id,
                    .changed_us = id % 4 ? activity_us : activity_us + CLOCK_DAY,
                    .release_us = id % 9 == 0 ? CLOCK_NEVER : id % 4 ? activity_us : activity_us - id * CLOCK_SECOND,
                    .next_due_us = CLOCK_FOREVER, .texts = summary_make(summary, sizeof summary, id)};
  uint16_t past[SCORE_MONTHS];
  for (uint32_t i = 0; i < SCORE_MONTHS; i++)
    past[i] = (uint16_t)((n90 + id * i) % 23);
  f.past = past;
  uint64_t briefs[PRODUCT_EDITORIALS_MAX];
  for (uint32_t i = 0; i < editorials; i++) {
    int64_t published_us = f.editorial_us - i * 100 * CLOCK_DAY + (rev == 5) * CLOCK_DAY;
    briefs[i] = editorial_brief(published_us, (enum prediction_state)(i ? 1 + id % 2 : 0), true);
  }
  f.editorials = briefs, f.n_editorials = editorials, f.has_editorial = editorials;
  return catalog_put_product(w, &f, NULL, 0, NULL, 0);
}

static void terms_put(struct catalog_writer *w)
{
  char slug[32];
  for (uint64_t i = 1; i <= THEMES; i++) {
    struct term t = {.id = i, .version = {.rev = 1, .hash = i}, .slug = {slug, 0}, .sort = (int64_t)i};
    t.slug.n = (size_t)snprintf(slug, sizeof slug, "term-%u", (unsigned)i);
    t.name = t.slug;
    if (catalog_put_theme(w, &t) != ERR_OK || (i <= SECTORS && catalog_put_sector(w, &t) != ERR_OK))
      exit(1);
  }
  for (int i = 0; i < COMBINATIONS; i++)
    for (int k = 0; k < 4; k++)
      combinations[i][k] = 1 + random_below(THEMES);
}

static struct catalog_position position = {.incarnation = "bench"};

static void publish_measure(struct catalog_writer *w, const char *what)
{
  double from = now_ms();
  position.cursor++;
  enum err e = catalog_writer_publish(w, &position);
  printf("%-48s %10.3f ms%s\n", what, now_ms() - from, e == ERR_OK ? "" : "  FAILED");
}

static size_t bytes_touched(const void *from, size_t bytes)
{
  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = bytes / page, touched = 0;
  unsigned char *in = malloc(pages);
  if (in && mincore((void *)(uintptr_t)from, pages * page, in) == 0)
    for (size_t i = 0; i < pages; i++)
      touched += in[i] & 1;
  free(in);
  return touched * page;
}

struct text_bytes {
  size_t names, summaries;
};

static void memory_print(const struct catalog *c, uint32_t products, struct text_bytes text)
{
  size_t all = bytes_touched(c, c->bytes);
  printf("%-48s %10.1f\n", "shared bytes for each product", (double)all / products);
  printf("%-48s %10.1f\n", "... of these, slug and name", (double)text.names / products);
  printf("%-48s %10.1f\n", "... summaries", (double)text.summaries / products);
  printf("%-48s %10.1f\n", "... index of the search", (double)sizeof(struct catalog_index_chunk) / CATALOG_INDEX_CHUNK);
}

static void lookups_print(const struct catalog *c, uint32_t products)
{
  struct catalog_pin pin;
  struct name m;
  struct facts f;
  bool alias;
  uint64_t found = 0;
  double from = now_ms(), names;
  for (int i = 0; i < LOOKUPS; i++)
    name_make(&m, random_below(products));
  names = now_ms() - from;
  from = now_ms();
  catalog_pin_current(c, &pin);
  for (int i = 0; i < LOOKUPS; i++) {
    name_make(&m, random_below(products));
    found += catalog_facts(&pin, catalog_find(&pin, span_of(m.slug, m.slug_n), &alias), &f);
  }
  printf("%-48s %10.0f ns%s\n", "find by slug and read the facts", (now_ms() - from - names) * 1e6 / LOOKUPS,
         found == LOOKUPS ? "" : "  FAILED");
  from = now_ms();
  for (int i = 0; i < LOOKUPS; i++)
    found += catalog_find_id(&pin, 1 + random_below(products)) != CATALOG_NONE;
  printf("%-48s %10.0f ns\n", "find by id", (now_ms() - from) * 1e6 / LOOKUPS);
}

static void search_print(const struct catalog_pin *pin, enum catalog_searched what, const char *needle)
{
  static const char *const kinds[] = {"names", "all", "near"};
  struct catalog_match out[500];
  struct arena *arena = arena_new(0);
  char title[64];
  double from = now_ms();
  size_t n = catalog_search(pin, what, span_z(needle), arena, out, what == SEARCH_NEAR ? 6 : 500);
  double took = now_ms() - from;
  snprintf(title, sizeof title, "search %s \"%s\": %zu found", kinds[what], needle, n);
  printf("%-48s %10.3f ms\n", title, took);
  arena_free(&arena);
}

static void searches_print(const struct catalog *c)
{
  static const char *const needles[] = {"kafkater-form", "kaffkater", "grafana", "sentyr", "zzz", "ka", "a", "database", "ter",
                                        "vaultmadgra", "keeps", "database vaultmadgra", "qqqqqqqqqq"};
  struct catalog_pin pin;
  catalog_pin_current(c, &pin);
  for (size_t i = 0; i < sizeof needles / sizeof *needles; i++)
    for (int what = SEARCH_NAMES; what <= SEARCH_NEAR; what++)
      search_print(&pin, (enum catalog_searched)what, needles[i]);
}

/* The first, a middle and the last page of 50 of all products, of a sector and of a theme. */
static void orders_print(const struct catalog *c)
{
  static const char *const orders[CATALOG_ORDERS] = {"velocity", "moves", "latest", "name"};
  struct arena *arena = arena_new(0);
  struct catalog_pin pin;
  struct catalog_term terms[2];
  uint32_t out[50];
  catalog_pin_current(c, &pin);
  if (!catalog_sector(&pin, 3, &terms[0]) || !catalog_theme(&pin, 3, &terms[1]))
    return;
  for (int t = 0; t < 2; t++)
    for (int order = 1; order < CATALOG_ORDERS; order++) {
      double took[3];
      uint32_t n = terms[t].ranking.n, from[3] = {0, n / 2, n - n % 50};
      for (int i = 0; i < 3; i++) {
        double began = now_ms();
        catalog_term_ordered(&pin, &terms[t], t, (enum catalog_order)order, (struct catalog_range){from[i], 50}, arena, out);
        took[i] = now_ms() - began;
        arena_reset(arena);
      }
      printf("%-48s %10.3f ms, %.3f, %.3f (%s of %u by %s)\n", "first, middle, last page of a list in order", took[0], took[1],
             took[2], t ? "theme" : "sector", n, orders[order]);
    }
  arena_free(&arena);
}

static void file_print(struct catalog_writer *w, size_t bytes)
{
  char path[] = "/tmp/diptych-catalog-XXXXXX";
  close(mkstemp(path));
  double from = now_ms(), clock = (double)clock_mono_us() / 1000;
  enum err e = catalog_save(w, path);
  printf("%-48s %10.3f ms%s\n", "save the state file, in a child process", now_ms() - from, e == ERR_OK ? "" : "  FAILED");
  from = now_ms();
  e = catalog_save_now(w, path);
  printf("%-48s %10.3f ms by the clock%s\n", "... until it is written", (double)clock_mono_us() / 1000 - clock,
         e == ERR_OK ? "" : "  FAILED");
  from = now_ms();
  clock = (double)clock_mono_us() / 1000;
  struct catalog *c = catalog_create(bytes);
  struct catalog_writer *other = catalog_writer_open(c);
  e = catalog_load(other, path);
  printf("%-48s %10.3f ms by the clock\n", "...", (double)clock_mono_us() / 1000 - clock);
  printf("%-48s %10.3f ms%s\n", "load it into a new region and publish", now_ms() - from, e == ERR_OK ? "" : "  FAILED");
  unlink(path);
  catalog_writer_close(&other);
  catalog_destroy(&c);
}

int main(int argc, char **argv)
{
  uint32_t products = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
  editorials = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) % (PRODUCT_EDITORIALS_MAX + 1) : editorials;
  size_t bytes = (size_t)4 << 30;
  struct text_bytes text = {0, 0};
  struct catalog *c = catalog_create(bytes);
  struct catalog_writer *w = catalog_writer_open(c);
  double from = now_ms();
  if (!w || products == 0)
    return 1;
  terms_put(w);
  for (uint32_t i = 0; i < products; i++) {
    struct name m;
    name_make(&m, i);
    char summary[272];
    text.names += m.slug_n + m.name_n;
    text.summaries += summary_make(summary, sizeof summary, i).n;
    if (product_put(w, i, 1, i % 97) != ERR_OK)
      return 1;
  }
  printf("%-48s %10u\n%-48s %10.3f ms\n", "products", products, "put all", now_ms() - from);
  publish_measure(w, "publish all, the first time");
  memory_print(c, products, text);
  for (int i = 0; i < 3; i++) {
    product_put(w, random_below(products), 2, 1000);
    publish_measure(w, "publish one with another rank");
  }
  for (int i = 0; i < 3; i++) {
    uint32_t id = random_below(products);
    product_put(w, id, 3, id % 97);
    publish_measure(w, "publish one with another text");
  }
  for (int i = 0; i < 3; i++) {
    uint32_t id = random_below(products);
    product_put(w, id, 4, id % 97);
    publish_measure(w, "publish one with a newer activity");
  }
  for (int i = 0; i < 3; i++) {
    uint32_t id = random_below(products);
    product_put(w, id, 5, id % 97);
    publish_measure(w, "publish one with a newer editorial");
  }
  publish_measure(w, "publish the position only");
  for (uint32_t i = 0; i < 10000; i++)
    if (catalog_put_counts(w, 1 + random_below(products), &(struct catalog_counts){3, 1, NULL},
                           INT64_C(1780000000000000)) != ERR_OK)
      return 1;
  publish_measure(w, "publish 10,000 new counts (the hour moved)");
  struct catalog_pin pin;
  catalog_pin_current(c, &pin);
  for (uint32_t i = 0; i < products; i++)
    catalog_stored_set(&pin, i, (struct version){.rev = 1, .hash = i});
  printf("after rankings changed and all stored versions were set:\n");
  memory_print(c, products, text);
  lookups_print(c, products);
  orders_print(c);
  searches_print(c);
  file_print(w, bytes);
  from = now_ms();
  struct catalog_writer *other = catalog_writer_open(c);
  printf("%-48s %10.3f ms\n", "another writer takes over", now_ms() - from);
  catalog_writer_close(&other);
  catalog_writer_close(&w);
  catalog_destroy(&c);
  return 0;
}
