/* ?since=2026-06-01 of comparisons and trajectories: the page marks and counts what is new since that day, which begins at
 * 00:00 UTC and is included.  Such a page is not for search engines, and its canonical address is the plain one.
 *
 * Any other value is refused: another form, a day that does not exist, a day after the site's today.  The page then has
 * status 200, one fixed sentence and no marks.  Neither the page nor its links repeat the value.  The key of the page cache
 * has the day, or one word for all refused values, so invented values share one entry.
 *
 * site/build_since.h counts what is new. */
#ifndef DIPTYCH_SITE_SINCE_H
#define DIPTYCH_SITE_SINCE_H

#include "site/page.h"
#include "site/routes.h"

struct since_parameter since_read(const struct target *t, const struct route *r, int64_t now_us, struct arena *a);
/* A part of the page cache's key: "&since=2026-06-01", or "&since=" when the value is refused. */
struct span since_key(const struct since_parameter *s, struct arena *a);
/* The query in its canonical spelling: "since=2026-06-01" first, then all other parameters as they were.  false: it has this
 * spelling already, or names no day. */
bool since_query_respell(const struct since_parameter *s, const struct route *r, struct span in, struct arena *a,
                         struct span *query);

/* Plan, after the page has set p->noindex.  noindex, and the day is part of the page's address. */
void since_plan(struct page *p);

struct span since_iso(struct arena *a, int64_t us); /* "2026-06-01" */

/* Build. */
bool since_new(const struct page *p, int64_t us); /* the page marks what is from this time; CLOCK_NEVER: not */
struct span since_day(struct page *p);            /* "1 June 2026"; empty: no day */

#endif
