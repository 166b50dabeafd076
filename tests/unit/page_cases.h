/* What the page tests expect of each page type, and the list of all representations of all pages.
 *
 * The list comes from PAGES_LIST: a page without a `struct page_case` does not link, so each page is tested. */
#ifndef DIPTYCH_TESTS_PAGE_CASES_H
#define DIPTYCH_TESTS_PAGE_CASES_H

#include "page_fixture.h"
#include "site/pages.h"
#include "site/routes.h"

struct page_case {
  const char *segment;     /* replaces {} or {/} in the pattern, from the first to the last */
  const char *canonical;   /* path of the page that stands for it in search engines; NULL: its own */
  const char *query;       /* "?q=kafka"; NULL: none */
  const char *title, *h1;  /* text of the HTML elements, with entities */
  const char *sections;    /* ids of the HTML sections */
  const char *shown[6];    /* text in every representation */
  const char *machine_title; /* of Atom and SVG */
  const char *others[3];   /* segments that redirect to `segment` */
  const char *unknown, *withdrawn, *draft; /* segments; NULL: the page has none */
  bool noindex;            /* search engines leave it out */
  bool asks;               /* the page has wants */
  bool drawn;              /* the page is a picture; its segment comes from the product's page */
  bool fresh;              /* built for each request, not cached */
  const char *kafka;       /* text that changes when the product Apache Kafka is renamed; NULL: none */
};

#define PAGE_CASES_DECLARE(name, ...) extern const struct page_case page_case_##name;
PAGES_LIST(PAGE_CASES_DECLARE)
#undef PAGE_CASES_DECLARE

struct page_form { /* a page in one of its representations */
  const char *name, *pattern, *content_type;
  const struct page_case *expect;
  unsigned forms; /* flags of the route */
  enum form form;
};

#define PAGE_FORMS_MAX 128
extern struct page_form page_forms[PAGE_FORMS_MAX];
size_t page_forms_list(void); /* fills the list and returns its length */
bool page_form_first(size_t i); /* the first form of its route */

#define PAGE_TARGET 512
/* "/compare/kafka-vs-nats.json?..."; segment NULL: that of the case. */
const char *page_target(struct page_site *s, const struct page_form *f, const char *segment, char out[PAGE_TARGET]);
/* The same without the suffix and the query. */
const char *page_stem(struct page_site *s, const struct page_form *f, char out[PAGE_TARGET]);
/* The path that the page names as canonical. */
const char *page_canonical(struct page_site *s, const struct page_form *f, char out[PAGE_TARGET]);

/* Runs each test for each representation of each page, or only for the first one, under names like
 * "compare.json: what it promises".  *state is the struct page_form.  Returns the number of failed tests. */
struct page_promise {
  const char *name;
  void (*test)(void **state);
  bool once; /* only for the first representation of a page */
};
int page_promises_run(const char *group, const struct page_promise *v, size_t n);

/* Asserts that the response is the complete page. */
void page_assert_whole(struct page_site *s, const struct page_form *f, const struct page_answer *a);
/* Asserts that the response is a complete error page, in the representation that was requested. */
void page_assert_error(const struct page_form *f, const struct page_answer *a, int status);

#endif
