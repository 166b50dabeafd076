/* A page on its way from a path to a view, in two steps:
 *
 *   plan   looks everything up in the catalog, decides the status, and names the fragments it wants.
 *          It touches no backend.  All it takes from the catalog goes through the page_* accessors
 *          below, which also feed `digest`: two plans with the same digest lead to the same page (but
 *          for labels of time), so a finished page is still right while its plan's digest is.
 *   build  turns gathered facts and fetched fragments into the page's view.  It never asks the catalog
 *          or a backend.  Every relative time goes through page_time, which keeps `next_change_us`.
 *
 * Plan may run several times for one request (the catalog moved): it starts from a cleared struct. */
#ifndef DIPTYCH_SITE_PAGE_H
#define DIPTYCH_SITE_PAGE_H

#include "catalog/catalog.h"
#include "http/request.h"
#include "http/target.h"
#include "site/view.h"
#include "store/store.h"

struct search_memo;
struct deferred;
struct site;

enum plan {
  PLAN_OK,
  PLAN_NOT_FOUND,
  PLAN_GONE,
  PLAN_BAD,      /* 400: `reason` says what is wrong with the request */
  PLAN_SEE_OTHER /* 303 to `location` */
};

/* What a page's product is known to be when planned. */
struct member {
  uint32_t ordinal;
  struct facts facts;
  int tenths;      /* velocity or SCORE_NONE */
  uint32_t rank;   /* in the list it was taken from, from 1; 0: none */
  size_t want;     /* index of its PROFILE or CARD want; SIZE_MAX: none */
};

struct page {
  const struct site *site;
  const struct request *rq;
  struct arena *arena;
  const struct target *target;
  struct catalog_pin pin;
  int64_t now_us; /* the site's clock */
  const struct facts *newer; /* that the catalog does not have yet (site/ahead.h) */
  size_t n_newer;
  struct search_memo **kept; /* the searches that earlier plans made (site/search_memo.h) */

  /* filled by plan */
  struct span canonical;  /* path without form suffix; query excluded */
  unsigned number;        /* ?page=, from 1 */
  struct span location;   /* PLAN_SEE_OTHER */
  struct span asked;      /* what of the query the plan took, "?q=kafka"; page_asked makes it */
  struct span reason;     /* PLAN_BAD */
  bool noindex;
  bool about;             /* the navigation leads to /about: the editors have such a page */
  bool once;              /* not worth keeping in the table (search) */
  struct want *wants;
  size_t n_wants, wants_cap;
  void *plan;             /* the page's own struct */
  uint64_t digest[2];     /* of all that page_digest was given */

  /* filled by build */
  const void *view;
  struct span body;       /* the finished body, when no template makes it */
  int64_t changed_us;     /* data part of Last-Modified; CLOCK_NEVER: unknown */
  int64_t label_us;       /* when the youngest label of time began */
  int64_t next_change_us; /* when the first label changes; CLOCK_FOREVER */
  struct deferred *deferred;    /* what to wait for, when build says LATER */
};

/* ---- for plan */

/* Index into wants, of the same want when there is one; SIZE_MAX: no memory. */
size_t page_want(struct page *p, struct want w);
size_t page_want_product(struct page *p, const struct member *m, enum fragment_kind kind, uint32_t number);

/* Published product by slug or alias.  NOT_FOUND: unknown or draft; GONE: archived. */
enum plan page_product(struct page *p, struct span slug, struct member *out);
bool page_member(struct page *p, uint32_t ordinal, struct member *out); /* published products */
void page_facts_newest(const struct page *p, struct facts *f); /* of what the catalog said and `newer` */
bool page_sector_id(struct page *p, uint64_t id, struct catalog_term *out);
bool page_theme_id(struct page *p, uint64_t id, struct catalog_term *out);
void page_about(struct page *p);
void page_digest(struct page *p, const void *bytes, size_t n); /* anything else that shows */
void page_digest_span(struct page *p, struct span s);
void page_digest_term(struct page *p, const struct catalog_term *t);

/* ---- for build */

const void *page_value(const struct page *p, size_t want);
/* Takes the facts that a fragment was read with, when they are newer than the planned ones. */
void page_facts_newer(struct member *m, const struct facts *read);
struct time_view *page_time(struct page *p, int64_t us); /* NULL for CLOCK_NEVER */
void page_changed(struct page *p, int64_t us);           /* data from this moment is shown */
void page_counted(struct page *p);                        /* what is shown moves with the full hour */
struct span page_hour(struct page *p, int64_t us);       /* "12:00 UTC" */
struct span page_absolute(struct page *p, struct span path); /* base_url + path */
void page_asked(struct page *p, const char *name); /* adds this parameter to `asked` when it is given */
struct span page_part(const struct page *p); /* "?page=2"; empty on the first page */
struct span page_query(const struct page *p); /* "?q=kafka&page=2": all of the query that means something */

#define PAGE_ASKED_NAMED 512 /* bytes of `asked`: more is not said again in headers, for which nginx has 16 KB */
bool page_links_representations(const struct page *p);

#endif
