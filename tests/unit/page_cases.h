/* What the tests of pages expect of each page type, and the list of all forms of all pages.
 *
 * The list comes from PAGES_LIST: a page without a `struct page_case` does not link, so no page goes untested.
 * A page that needs another setting than the usual one has a word of its own here. */
#ifndef DIPTYCH_TESTS_PAGE_CASES_H
#define DIPTYCH_TESTS_PAGE_CASES_H

#include "page_fixture.h"
#include "site/pages.h"
#include "site/routes.h"

struct page_case {
  const char *word;        /* what stands for {} in the pattern */
  const char *query;       /* "?q=kafka"; NULL: none */
  const char *title, *h1;  /* as a reader of HTML sees them, entities as they are written */
  const char *sections;    /* of HTML: their ids */
  const char *shown[6];    /* in every form */
  const char *machine_title;        /* of Atom and SVG */
  const char *others[3];   /* words of other spellings, which lead to `word` */
  const char *unknown, *withdrawn, *draft; /* words; NULL: the page has none */
  bool asks;               /* it wants fragments */
  bool drawn;              /* it wants a picture; its word is found on the product's page */
  bool fresh;              /* made anew for each request */
  const char *kafka;       /* what of it changes when the product Apache Kafka is renamed; NULL: nothing */
};

#define PAGE_CASES_DECLARE(name, ...) extern const struct page_case page_case_##name;
PAGES_LIST(PAGE_CASES_DECLARE)
#undef PAGE_CASES_DECLARE

struct page_form { /* a page in one of its forms */
  const char *name, *pattern, *content_type;
  const struct page_case *expect;
  unsigned forms; /* of the route, with its other flags */
  enum form form;
};

#define PAGE_FORMS_MAX 128
extern struct page_form page_forms[PAGE_FORMS_MAX];
size_t page_forms_list(void); /* fills the list; returns how many there are */
bool page_form_first(size_t i); /* the first form of its route */

#define PAGE_TARGET 512
/* "/compare/kafka-vs-nats.json?..."; word NULL: the case's own. */
const char *page_target(struct page_site *s, const struct page_form *f, const char *word, char out[PAGE_TARGET]);
/* The same without the form's suffix and the query. */
const char *page_stem(struct page_site *s, const struct page_form *f, char out[PAGE_TARGET]);

/* Runs each test for each form of each page (or only for the first form), under names as "compare.json: what it
 * promises".  A test finds its form in *state.  Returns how many failed. */
struct page_promise {
  const char *name;
  void (*test)(void **state);
  bool once; /* for a page, not for each of its forms */
};
int page_promises_run(const char *group, const struct page_promise *v, size_t n);

/* The answer is the whole page, and nothing else. */
void page_assert_whole(struct page_site *s, const struct page_form *f, const struct page_answer *a);
/* The answer is a whole error, in the form that was asked for. */
void page_assert_error(const struct page_form *f, const struct page_answer *a, int status);

#endif
