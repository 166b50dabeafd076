/* Builders that pages share.  They fill the shared views (view.h) from planned products and fragments.  Build only.
 * Results belong to the request's arena.  A NULL result means that memory ran out, unless the function says
 * otherwise.  The arena remembers the failure, so callers need not check each result. */
#ifndef DIPTYCH_SITE_BUILD_H
#define DIPTYCH_SITE_BUILD_H

#include "model/sentences.h"
#include "site/planned_product.h"
#include "site/view.h"
#include "site/view_chart.h"

/* ERR_OK when the fragment says that the product is published.  The fragment may be newer than the plan:
 * ERR_NOT_FOUND for a removed or draft product, ERR_INVALID for an archived one. */
enum err build_check_published(const struct profile *f);

struct image;

struct page_frame { /* the page's part of its frame */
  struct span title, head_title, description, og_type; /* head_title empty: title and site name */
  struct link_view *crumbs;                            /* breadcrumb between the home page and this page */
  size_t n_crumbs;
  struct span crumb; /* breadcrumb of this page; empty: its title */
  struct link_view *feeds; /* none: the site's feed */
  size_t n_feeds;
  struct span follow, calendar_href; /* page_view; empty follow: "Follow", when the page has a feed of its own */
  bool representations; /* the page has .json and .md */
  const struct image *picture; /* for links to the page; NULL: one of its title and description, if it may be indexed */
};

struct page_view *build_frame(struct page *p, const struct page_frame *f);
/* The position of the i-th product, "a" to "d", and its sign. */
struct span build_position(size_t i);
struct span build_sign(size_t i);
struct span build_path(struct page *p, const char *prefix, struct span slug);

/* Cuts a description to BUILD_CUT_CHARS characters and adds an ellipsis. */
#define BUILD_CUT_CHARS 280
struct span build_cut(struct page *p, struct span text);

/* Accepts http and https addresses with a host; returns an empty span for others.  The address is normalized here,
 * because the representations do not escape addresses and all forms of a page must name the same one. */
struct span build_web_url(struct page *p, struct span url);
/* "https://github.com/apache/kafka/" -> "github.com/apache/kafka".  Made from the address as the editors wrote it,
 * because readers see it.  What is no address is returned as it is. */
struct span build_url_display(struct page *p, struct span accepted, struct span written);

struct body_view *build_body(struct page *p, struct body b, struct span source);
struct span build_tenths(struct page *p, int tenths);        /* "5.0" */
struct span build_median(struct page *p, uint32_t median2);  /* "12" or "12.5" */
struct velocity_view *build_velocity(struct page *p, const struct planned_product *g, size_t position);
struct grade_view *build_grade(struct page *p, const struct facts *f, const struct grade *g);
struct editorial_view *build_editorial(struct page *p, const struct profile *f, const struct source *s);
/* f may be NULL: only the facts of the catalog are shown.  s may be NULL: no Markdown source. */
void build_product(struct page *p, struct planned_product *g, const struct profile *f, const struct source *s, size_t position,
                   struct product_view *out);
struct release_view *build_release(struct page *p, const struct activity *release); /* NULL: also for none */
void build_card(struct page *p, struct planned_product *g, const struct card *c, struct card_view *out);
/* An activity without its time, for pages that show no relative time and must not expire with one. */
void build_move(struct page *p, const struct activity *a, const struct facts *f, size_t position,
                struct activity_view *out);
void build_activity(struct page *p, const struct activity *a, const struct facts *f, size_t position,
                    struct activity_view *out);
struct velocity_history_view;
/* For products whose plan called planned_product_past.  NULL: none of them was scored at the end of any month. */
struct velocity_history_view *build_velocity_history(struct page *p, const struct planned_product *g,
                                                     const struct profile *const *f, size_t n);
/* The moves of the last 12 calendar months of a card (build_months.c). */
void build_months(struct page *p, const struct months *m, struct card_view *out);
struct span build_months_shown(struct page *p); /* "September 2025 to August 2026" */
struct chart_view *build_chart(struct page *p, const struct planned_product *g, const struct profile *const *f, size_t n);

/* "/compare/a-vs-b" of members in canonical order. */
struct span build_set_path(struct page *p, const struct span *slugs, size_t n);
/* The same for two slugs in any order. */
struct span build_pair_path(struct page *p, struct span a, struct span b);

#endif
