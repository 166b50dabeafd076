/* The upper part of the home page: the newest editorials, the newest texts on pairs, the releases of the last 7 days. */
#ifndef DIPTYCH_SITE_HOME_NEWS_H
#define DIPTYCH_SITE_HOME_NEWS_H

#include "site/build.h"
#include "site/view_home.h"

#define NEWS_STORIES 5
#define NEWS_COMPARISONS 4
#define NEWS_SHIPPED 40 /* products */

struct home_pair {
  struct member a, b; /* canonical order */
  size_t want;
};

struct home_news {
  struct member stories[NEWS_STORIES], shipped[NEWS_SHIPPED];
  struct home_pair pairs[NEWS_COMPARISONS];
  size_t n_stories, n_shipped, n_pairs;
  bool more; /* more products than `shipped` released within the days */
};

void home_news_plan(struct page *p, struct home_news *out);
void home_news_build(struct page *p, struct home_news *h, struct home_view *v);

#endif
