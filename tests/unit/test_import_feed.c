/* Documents of sources: any bytes are read or refused, and what was chosen once is known afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <libxml/parser.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "import/import_choose.h"

#define MUTATIONS 3000
#define MEMORY ((size_t)64 << 20)

static const struct {
  const char *file;
  enum import_kind kind;
  size_t releases;
} feeds[] = {{"kafka.atom", IMPORT_ATOM, 3},
             {"caddy.rss", IMPORT_RSS, 3},
             {"deno.json", IMPORT_JSON_FEED, 3},
             {"grafana.github.json", IMPORT_GITHUB_RELEASES, 3},
             {"postgresql.endoflife.json", IMPORT_ENDOFLIFE, 4}};
#define FEEDS (sizeof feeds / sizeof *feeds)

static void feed_load(size_t i, struct buf *out)
{
  char path[512];
  snprintf(path, sizeof path, TEST_FEEDS "/%s", feeds[i].file);
  assert_true(file_read(out, path));
}

/* Returns the number of releases that are new to `known`; -1: the document is refused. */
static int choose(struct arena *arena, enum import_kind kind, struct span bytes, struct import_keys *known)
{
  struct import_document d = {.kind = kind, .bytes = bytes, .url = "https://x.example/feed"};
  struct import_context context = {.kind = kind, .product = {SPAN("Caddy"), SPAN("caddy")}, .now_us = INT64_C(1798761600000000)};
  struct import_feed feed;
  struct import_choice choice;
  if (!import_feed_read(&feed, arena, &d)) {
    assert_true(feed.fault.n || arena_failed(arena));
    return -1;
  }
  import_choose(&feed, &context, known, &choice);
  assert_true(choice.n + choice.known + choice.prereleases + choice.future == feed.n);
  for (size_t i = 0; i < choice.n; i++)
    assert_true(choice.v[i].title.n && choice.v[i].key.n > 2 && choice.v[i].key.n <= 190);
  return (int)choice.n;
}

static void what_was_chosen_is_known(void **state)
{
  (void)state;
  for (size_t i = 0; i < FEEDS; i++) {
    struct arena *arena = arena_new(MEMORY);
    struct import_keys known = {.arena = arena};
    struct buf bytes = BUF_INIT;
    feed_load(i, &bytes);
    assert_int_equal(choose(arena, feeds[i].kind, buf_view(&bytes), &known), feeds[i].releases);
    assert_int_equal(choose(arena, feeds[i].kind, buf_view(&bytes), &known), 0);
    buf_free(&bytes);
    arena_free(&arena);
  }
}

/* Bytes are changed, left out, or taken from another place of the document. */
static void mutate(struct buf *b)
{
  for (int n = 1 + rand() % 8; n && b->n > 4; n--) {
    size_t at = (size_t)rand() % b->n, from = (size_t)rand() % b->n, length = 1 + (size_t)rand() % 40;
    length = at + length > b->n ? b->n - at : length;
    length = from + length > b->n ? b->n - from : length;
    switch (rand() % 4) {
    case 0:
      b->p[at] = (char)rand();
      break;
    case 1:
      b->p[at] = "<>&\"'[]{}:;,=\0!?"[rand() % 16];
      break;
    case 2:
      memmove(b->p + at, b->p + from, length);
      break;
    default:
      buf_truncate(b, b->n - (size_t)rand() % (1 + b->n / 8));
    }
  }
}

static void any_bytes(void **state)
{
  size_t read = 0;
  (void)state;
  srand(7);
  for (size_t i = 0; i < FEEDS * MUTATIONS; i++) {
    struct arena *arena = arena_new(MEMORY);
    struct import_keys known = {.arena = arena};
    struct buf bytes = BUF_INIT;
    feed_load(i % FEEDS, &bytes);
    mutate(&bytes);
    /* sometimes as a document of another kind */
    enum import_kind kind = rand() % 10 ? feeds[i % FEEDS].kind : (enum import_kind)(rand() % IMPORT_KIND_COUNT);
    read += choose(arena, kind, buf_view(&bytes), &known) >= 0;
    buf_free(&bytes);
    arena_free(&arena);
  }
  assert_true(read > FEEDS * MUTATIONS / 20);
}

static void error_ignore(void *arg, const char *format, ...)
{
  (void)arg;
  (void)format;
}

static int open_parser(void **state)
{
  (void)state;
  xmlSetGenericErrorFunc(NULL, error_ignore);
  return 0;
}

static int close_parser(void **state)
{
  (void)state;
  xmlCleanupParser();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_chosen_is_known), cmocka_unit_test(any_bytes)};
  return cmocka_run_group_tests(tests, open_parser, close_parser);
}
