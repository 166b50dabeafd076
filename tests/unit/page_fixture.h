/* A whole site in memory for page tests: a small set of rows, a catalog and a store filled from them, and the project's
 * own templates.  All code between a request's target and its response is real.  Only the database, memcached and the
 * image worker are replaced.
 *
 *   page_fixture.c        opening the site, asking it, publishing edits of the rows
 *   page_fixture_rows.c   the rows
 *   page_fixture_store.c  the store, which counts its calls and fails on demand
 *   page_fixture_read.c   reading responses: headers, titles, ids, well-formedness
 *
 * The site's clock is frozen at PAGE_NOW_US; a test that moves it sets config.as_of_us. */
#ifndef DIPTYCH_TESTS_PAGE_FIXTURE_H
#define DIPTYCH_TESTS_PAGE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/catalog_writer.h"
#include "image/image_source.h"
#include "model/moves.h"
#include "site/site.h"
#include "store/store.h"

#define PAGE_NOW_US INT64_C(1755864000000000) /* 2025-08-22T12:00:00Z */
#define PAGE_BASE_URL "https://compare.example.org"
#define PAGE_ACTIVITIES 64
#define PAGE_ATTRIBUTES 9
#define PAGE_EDITORIALS 80
#define PAGE_TEXT(literal) {literal, sizeof(literal) - 1} /* a span in a constant initializer */

/* ---- rows */

enum { PAGE_KAFKA = 1, PAGE_NATS, PAGE_PULSAR, PAGE_RABBIT, PAGE_BARE, PAGE_OLD, PAGE_SECRET, PAGE_PRODUCTS = 7 };

struct page_product { /* a product and the memory of its spans and arrays */
  struct product product;
  struct activity all[PAGE_ACTIVITIES]; /* newest first; product.activities are the first of them */
  size_t n_all;
  struct activity sparks[10];
  struct moves_count moves[PAGE_ACTIVITIES];
  uint16_t past[SCORE_MONTHS];
  struct editorial editorials[PAGE_EDITORIALS]; /* due ones, newest first */
  uint64_t briefs[PAGE_EDITORIALS];
  char titles[PAGE_ACTIVITIES][64], versions[PAGE_ACTIVITIES][24];
};

struct page_editorial_page {
  struct page_head page;
  struct span body_md;
};

struct page_rows {
  struct page_product products[PAGE_PRODUCTS];
  struct page_editorial_page pages[4];
  size_t n_pages;
  struct attribute attributes[PAGE_ATTRIBUTES]; /* ids from 1 on */
  struct version site_version;
  const struct question *questions;
  size_t n_questions;
};

struct page_rows *page_rows_new(void);
struct page_product *page_rows_product(struct page_rows *r, uint64_t id); /* NULL: none */
void page_rows_editorials(struct page_product *p, const struct editorial *v, size_t n); /* sets the due editorials */
extern const struct term page_sectors[3], page_themes[2];

/* ---- store and pictures */

enum page_fault {
  PAGE_FAULT_NONE,
  PAGE_FAULT_CACHE,     /* memcached is unavailable: the store reads the rows */
  PAGE_FAULT_DATABASE,  /* the database is unavailable: the store answers with the newest cached version */
  PAGE_FAULT_BOTH,
  PAGE_FAULT_NO_MEMORY, /* the arena fails in the middle of a fetch */
};

struct page_cached { /* a fragment in the replacement of memcached */
  char key[FRAGMENT_KEY_MAX + 1];
  struct want made;
  struct buf body;
};

#define PAGE_CACHED_MAX 256

struct page_store {
  struct store base;
  const struct config *config;
  struct page_rows *rows;
  enum page_fault fault;
  size_t break_at;       /* index, among all wants, of the want that fails */
  enum err break_with;   /* its error; OK: no want fails */
  unsigned fetches, fills, hits;
  size_t wants;          /* in all fetches */
  bool duplicate;        /* a fetch had two wants for the same fragment */
  struct page_cached cached[PAGE_CACHED_MAX];
  size_t n_cached;
};

void page_store_open(struct page_store *s, const struct config *c, struct page_rows *r);
void page_store_count(struct page_store *s); /* resets the counts */
void page_store_forget(struct page_store *s); /* removes all cached fragments */

struct page_images {
  struct image_source base;
  enum err answer; /* OK, DEFERRED or UNAVAILABLE */
  struct deferred deferred;
  unsigned asked;
};

#define PAGE_PNG "\x89PNG\r\n\x1a\n(a picture)"

/* ---- site */

struct page_site {
  struct config config;
  struct theme *theme;
  struct templates *templates;
  struct assets *assets;
  struct catalog *catalog;
  struct catalog_writer *writer;
  struct metrics metrics;
  struct page_rows *rows;
  struct page_store store;
  struct page_images images;
  struct site *site;
  uint64_t cursor;
};

struct page_site *page_site_open(void);
void page_site_close(struct page_site **s);
void page_site_publish(struct page_site *s); /* publishes the current rows */
void page_site_forget(struct page_site *s);  /* empties the page cache and the store's fragments */
void page_site_forget_pages(struct page_site *s); /* empties the page cache */

struct page_answer {
  struct response response; /* its body points to `body`, because a finished page is valid until the next request only */
  struct arena *arena;
  struct buf body;
};

struct page_ask { /* options of a request; zero: a plain GET */
  const char *method, *if_none_match;
  size_t memory; /* limit of the request's arena in bytes; 0: large */
  bool no_defer;
};

struct page_answer page_get(struct page_site *s, const char *target);
struct page_answer page_ask(struct page_site *s, const char *target, const struct page_ask *ask);
void page_answer_free(struct page_answer *a);

/* ---- reading */

struct span page_header(const struct page_answer *a, const char *name); /* empty: not present */
bool page_has(struct span body, const char *text);
/* The text of the first element whose tag begins with `tag` ("<h1"), with white space collapsed. */
void page_seen(struct span body, const char *tag, char *out, size_t size);
/* The ids of the sections in <main>, in order, separated by blanks. */
void page_sections(struct span body, char *out, size_t size);
/* True: all elements are closed in order.  html: void elements need no end tag, and <script> has no markup. */
bool page_balanced(struct span body, bool html);
bool page_json(struct span body);

#endif
