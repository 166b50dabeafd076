/* A whole site in memory, for tests of pages: a small set of rows, a catalog and a store that are filled from
 * them, the project's own templates.  Everything between a request's target and its answer is the real thing;
 * only what would come from the database, from memcached and from the process that draws pictures is made here.
 *
 *   page_fixture.c        opening the site, asking it, publishing edits of the rows
 *   page_fixture_rows.c   the rows
 *   page_fixture_store.c  the store, which counts what it is asked for and fails on demand
 *   page_fixture_read.c   reading answers: headers, titles, ids, well-formedness
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
#include "site/site.h"
#include "store/store.h"

#define PAGE_NOW_US INT64_C(1755864000000000) /* 2025-08-22T12:00:00Z */
#define PAGE_BASE_URL "https://compare.example.org"
#define PAGE_ACTIVITIES 64
#define PAGE_TEXT(literal) {literal, sizeof(literal) - 1} /* a span, where SPAN is no constant */

/* ---- rows */

enum { PAGE_KAFKA = 1, PAGE_NATS, PAGE_PULSAR, PAGE_RABBIT, PAGE_BARE, PAGE_OLD, PAGE_SECRET, PAGE_PRODUCTS = 7 };

struct page_product { /* a product, and what its spans and arrays point to */
  struct product product;
  struct activity all[PAGE_ACTIVITIES]; /* newest first; product.activities are the first of them */
  size_t n_all;
  struct activity sparks[10];
  struct chart_move moves[PAGE_ACTIVITIES];
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
  struct version site_version;
  const struct question *questions;
  size_t n_questions;
};

struct page_rows *page_rows_new(void);
struct page_product *page_rows_product(struct page_rows *r, uint64_t id); /* NULL: none */
extern const struct term page_sectors[3], page_themes[2];

/* ---- store and pictures */

enum page_fault {
  PAGE_FAULT_NONE,
  PAGE_FAULT_CACHE,     /* memcached is away: everything is read from the rows */
  PAGE_FAULT_DATABASE,  /* the database is away: what was kept is answered, the newest version of it */
  PAGE_FAULT_BOTH,
  PAGE_FAULT_NO_MEMORY, /* of the store, in the middle of a fetch */
};

struct page_kept { /* a fragment in the memory that stands for memcached */
  char key[FRAGMENT_KEY_MAX + 1];
  struct want named;
  struct buf body;
};

#define PAGE_KEPT 256

struct page_store {
  struct store base;
  const struct config *config;
  struct page_rows *rows;
  enum page_fault fault;
  size_t break_at;       /* the want with this index, of all that are asked for, fails ... */
  enum err break_with;   /* ... so; OK: none does */
  unsigned fetches, fills, hits;
  size_t wants;          /* asked for, in all fetches */
  bool twice;            /* one fetch asked for the same fragment twice */
  struct page_kept kept[PAGE_KEPT];
  size_t n_kept;
};

void page_store_open(struct page_store *s, const struct config *c, struct page_rows *r);
void page_store_count(struct page_store *s); /* counts anew */
void page_store_forget(struct page_store *s); /* and keeps nothing any longer */

struct page_images {
  struct image_source base;
  enum err answer; /* OK, LATER or UNAVAILABLE */
  struct deferred deferred;
  unsigned asked;
};

#define PAGE_PNG "\x89PNG\r\n\x1a\n(a picture)"

/* ---- site */

struct page_site {
  struct config config;
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
void page_site_publish(struct page_site *s); /* the rows as they are now */
void page_site_forget(struct page_site *s);  /* finished pages and kept fragments */
void page_site_forget_pages(struct page_site *s);

struct page_answer {
  struct response response; /* its body is a copy: that of a finished page lives until the next request */
  struct arena *arena;
  struct buf body;
};

struct page_ask { /* what a request may differ in; zero: a plain GET */
  const char *method, *if_none_match;
  size_t memory; /* bytes that the request may take; 0: enough */
  bool impatient;
};

struct page_answer page_get(struct page_site *s, const char *target);
struct page_answer page_ask(struct page_site *s, const char *target, const struct page_ask *ask);
void page_answer_free(struct page_answer *a);

/* ---- reading */

struct span page_header(const struct page_answer *a, const char *name); /* empty: there is none */
bool page_has(struct span body, const char *text);
/* What a reader sees of the first element whose tag begins so ("<h1"): its text, blanks made one. */
void page_seen(struct span body, const char *tag, char *out, size_t size);
/* The ids of the sections in <main>, in order, with a blank between them. */
void page_sections(struct span body, char *out, size_t size);
/* Each element is closed in its turn.  html: elements without an end are known, and <script> has no markup. */
bool page_balanced(struct span body, bool html);
bool page_json(struct span body);

#endif
