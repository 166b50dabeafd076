/* A page is made in two steps:
 *
 *   plan   looks everything up in the catalog, decides the status and names the fragments that the page needs.
 *          It calls no backend.  It reads the catalog only through the page_* functions below, which also feed
 *          `digest`.  Two plans with the same digest lead to the same page, except for relative times; a page in
 *          the page cache is therefore valid while the digest of its plan stays the same.
 *   build  fills the page's view from the plan and the fetched fragments.  It reads neither the catalog nor a
 *          backend.  Every relative time goes through page_time, which maintains `next_change_us`.
 *
 * A request may be planned several times, when the catalog changes meanwhile.  Each plan starts from a new
 * struct page. */
#ifndef DIPTYCH_SITE_PAGE_H
#define DIPTYCH_SITE_PAGE_H

#include "base/messages.h"
#include "catalog/catalog.h"
#include "http/request.h"
#include "http/target.h"
#include "model/monogram.h"
#include "model/months.h"
#include "site/view.h"
#include "store/store.h"
#include "text/day_text.h"
#include "text/decimal.h"

struct route;
struct search_memo;
struct deferred;
struct preview_view;
struct site;

enum plan {
  PLAN_OK,
  PLAN_NOT_FOUND,
  PLAN_GONE,
  PLAN_BAD,      /* 400: `reason` says what is wrong with the request */
  PLAN_SEE_OTHER /* 303 to `location` */
};

/* A published product, as the plan read it from the catalog. */
struct member {
  uint32_t ordinal;
  struct facts facts;
  int tenths;      /* velocity or SCORE_NONE */
  uint32_t rank;   /* in the list it was taken from, from 1; 0: none */
  size_t want;     /* index of its PROFILE or CARD want; SIZE_MAX: none */
};

/* ?since= (site/since.h) */
struct since_parameter {
  enum { SINCE_NONE, SINCE_DAY, SINCE_REFUSED } state;
  int64_t us; /* SINCE_DAY: the midnight at which the day begins */
};

struct page {
  const struct site *site;
  const struct request *rq;
  struct arena *arena;
  const struct target *target;
  struct catalog_pin pin;
  int64_t now_us; /* the site's clock: the real time, or `as_of` of the configuration */
  const struct facts *newer; /* facts that are newer than the catalog's (site/newer_facts.h) */
  size_t n_newer;
  struct since_parameter since; /* the page marks what is new since this day */
  const struct route *(*route_find)(const struct target *t, struct span *param); /* for the plan of another page */
  struct preview_view *preview; /* the banner of a preview; NULL: a public page */
  struct search_memo **searches; /* results of the searches of earlier plans (site/search_memo.h) */

  /* filled by plan */
  struct span canonical;  /* path without form suffix and query */
  struct span preferred;  /* path of the page that stands for this one in search engines; empty: this one */
  unsigned page_number;   /* ?page=, from 1 */
  enum catalog_order order, usual_order; /* ?sort= and the order of the plain address (site/sort.h) */
  struct span location;   /* PLAN_SEE_OTHER; also set by a build that finds another spelling of the address */
  struct span parameters; /* the other query parameters that the page uses, "?q=kafka" (page_parameter_add) */
  struct link_view *links; /* PLAN_NOT_FOUND: where to go instead */
  size_t n_links;
  struct span reason;     /* PLAN_BAD, PLAN_NOT_FOUND: what the error page says; empty: its usual text */
  bool noindex;
  bool has_about;         /* the site has a published page /about; the navigation links to it */
  bool uncacheable;       /* the page is not put into the page cache (search) */
  struct want *wants;
  size_t n_wants, wants_cap;
  void *plan;             /* the plan of this kind of page; its type is private to page_*.c */
  uint64_t digest[2];     /* of everything that page_digest was given */

  /* filled by build */
  const void *view;
  struct monograms monograms; /* of the products that the page shows */
  struct span month_ids[MONTHS_SHOWN], month_first; /* of the small charts (build_months.c); p NULL: none yet */
  int64_t day;            /* since 1970, of day_text: the last day that page_day_short wrote.  Lists show a day many times */
  struct span day_text;   /* p NULL: none yet */
  struct span body;       /* the finished body, when no template makes it */
  struct span linked;     /* names of products that its texts link to, a line each (product_links.h) */
  struct span picture, picture_path; /* for links to the page (image_link.h); empty: none */
  int64_t changed_us;     /* newest change of the shown data, for Last-Modified; CLOCK_NEVER: unknown */
  int64_t label_us;       /* the start of the newest relative time on the page */
  int64_t next_change_us; /* when the first label of a relative time changes; CLOCK_FOREVER: never */
  struct deferred *deferred;    /* what the request waits for, when build returns ERR_DEFERRED */
};

/* ---- for plan */

/* Adds a fragment to fetch, or finds the same want; returns its index in `wants`, SIZE_MAX when memory ran out. */
size_t page_want(struct page *p, struct want w);
size_t page_want_product(struct page *p, const struct member *m, enum fragment_kind kind, uint32_t number);

/* Finds a published product by slug or alias.  NOT_FOUND: unknown or draft; GONE: archived. */
enum plan page_product(struct page *p, struct span slug, struct member *out);
bool page_member(struct page *p, uint32_t ordinal, struct member *out); /* false: not published */
/* Slug and name of the first products of a list, published ones only.  Returns their number, `most` at the most. */
size_t page_labels(struct page *p, struct catalog_list list, size_t most, struct catalog_label *out);
void page_facts_refresh(const struct page *p, struct facts *f); /* replaces f by facts of `newer`, if they are newer */
bool page_sector_id(struct page *p, uint64_t id, struct catalog_term *out);
void page_sector_past(struct page *p, uint64_t id, uint32_t out[SCORE_MONTHS]); /* catalog_sector_past */
bool page_theme_id(struct page *p, uint64_t id, struct catalog_term *out);
void page_about_find(struct page *p); /* sets has_about */
void page_digest(struct page *p, const void *bytes, size_t n); /* adds anything else that the page shows */
void page_digest_span(struct page *p, struct span s);
void page_digest_member(struct page *p, const struct member *m);
void page_digest_term(struct page *p, const struct catalog_term *t);

/* ---- for build */

/* Only the HTML has what stands in its head: JSON-LD, the picture for links. */
static inline bool page_is_html(const struct page *p)
{
  return p->target->form == FORM_HTML;
}

const void *page_value(const struct page *p, size_t want); /* NULL: the fragment was not fetched */
/* Replaces the planned facts by those of a fragment, if the fragment's are newer. */
void page_member_refresh(struct member *m, const struct facts *read);
struct time_view *page_time(struct page *p, int64_t us); /* NULL for CLOCK_NEVER */
void page_changed_at(struct page *p, int64_t us);        /* the page shows data that changed at this time */
void page_changes_hourly(struct page *p);                 /* the page shows counts whose window ends at the full hour */
struct span page_day(struct page *p, int64_t us);        /* "22 August 2026" */
struct span page_day_short(struct page *p, int64_t us);  /* "22 Aug 2026" */
struct span page_hour(struct page *p, int64_t us);       /* "22 August 2026, 12:00 UTC" */
struct span page_absolute(struct page *p, struct span path); /* base_url + path */
void page_parameter_add(struct page *p, const char *name); /* adds this query parameter to `parameters`, if given */
struct span page_number_query(const struct page *p); /* "?page=2"; empty on the first page */
struct span page_canonical_query(const struct page *p); /* of the canonical link: the page number, unless sorted */
struct span page_query(const struct page *p); /* "?q=kafka&page=2": `parameters` and the page number */

/* Bytes of `parameters` up to which headers and pages link to the representations.  A longer query could make the
 * Link header exceed the 16 KB that nginx accepts. */
#define PAGE_PARAMETERS_LINKED_MAX 512
bool page_links_representations(const struct page *p);

#endif
