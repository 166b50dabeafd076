/* Builders that pages share: from facts, fragments and catalog terms to the shared views (view.h).
 * What they need of the catalog is planned_product while planning (gather_*, which feed the digest); what they
 * make while building lives in the request's arena.  A NULL result means that memory ran out; the
 * arena remembers that, so callers need not check each. */
#ifndef DIPTYCH_SITE_BUILD_H
#define DIPTYCH_SITE_BUILD_H

#include "model/sentences.h"
#include "site/planned_product.h"
#include "site/view.h"
#include "site/view_chart.h"

/* Published still, by the newest that is known?  A row read after the plan may say otherwise: NOT_FOUND,
 * or INVALID for a withdrawn one. */
enum err build_shown(const struct profile *f);

struct page_frame { /* what a page says of itself */
  struct span title, head_title, description, og_type; /* head_title empty: title and the site's name */
  struct link_view *crumbs;                            /* between the home page and this one */
  size_t n_crumbs;
  struct span crumb; /* this page's own; empty: its title */
  struct link_view *feeds; /* none: the site's */
  size_t n_feeds;
  bool representations; /* it has .json and .md */
};

struct page_view *build_frame(struct page *p, const struct page_frame *f);
/* The position word of the i-th product: "a" to "d", and its sign. */
struct span build_position(size_t i);
struct span build_sign(size_t i);
struct span build_path(struct page *p, const char *prefix, struct span slug);

/* A description of at most BUILD_CUT_CHARS characters, with an ellipsis where it was cut. */
#define BUILD_CUT_CHARS 280
struct span build_cut(struct page *p, struct span text);

struct body_view *build_body(struct page *p, struct body b, struct span source);
struct velocity_view *build_velocity(struct page *p, const struct planned_product *g, size_t position);
struct editorial_view *build_editorial(struct page *p, const struct profile *f, const struct source *s);
/* profile may be NULL (then only what the catalog knows); source may be NULL (no Markdown). */
void build_product(struct page *p, struct planned_product *g, const struct profile *f, const struct source *s, size_t position,
                   struct product_view *out);
void build_card(struct page *p, struct planned_product *g, const struct card *c, struct card_view *out);
/* Without its time: what holds no relative time must not change with one. */
void build_move(struct page *p, const struct activity *a, const struct facts *f, size_t position,
                struct activity_view *out);
void build_activity(struct page *p, const struct activity *a, const struct facts *f, size_t position,
                    struct activity_view *out);
struct chart_view *build_chart(struct page *p, const struct planned_product *g, const struct profile *const *f, size_t n);

/* "/compare/a-vs-b" of members in canonical order. */
struct span build_set_path(struct page *p, const struct span *slugs, size_t n);
/* The same for two slugs in any order. */
struct span build_pair_path(struct page *p, struct span a, struct span b);

#endif
