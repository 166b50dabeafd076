/* How many rows the site_* views have.  The watcher compares the counts with those of the catalog that it believes, to
 * find out whether a reading loses a part of the site. */
#ifndef DIPTYCH_ROWS_ROWS_CENSUS_H
#define DIPTYCH_ROWS_ROWS_CENSUS_H

#include "db/db.h"

/* X(name, what operators call it, the number and its table).  The newest number of the change log is no count, because a purge
 * takes entries away and never the newest. */
#define ROWS_CENSUS_LIST(X)                                                                                            \
  X(PRODUCTS, "products", "COUNT(*) FROM site_product WHERE status = 'published'")                                     \
  X(SECTORS, "sectors", "COUNT(*) FROM site_sector")                                                                   \
  X(THEMES, "themes", "COUNT(*) FROM site_theme")                                                                      \
  X(PAGES, "pages", "COUNT(*) FROM site_page WHERE status = 'published'")                                              \
  X(EDITORIALS, "editorials", "COUNT(*) FROM site_editorial WHERE status = 'published'")                               \
  X(ACTIVITIES, "activities", "COUNT(*) FROM site_activity WHERE status = 'published'")                                \
  X(QUESTIONS, "questions", "COUNT(*) FROM site_faq WHERE status = 'published'")                                       \
  X(COMPARISONS, "comparisons", "COUNT(*) FROM site_comparison WHERE status = 'published'")                            \
  X(PICKS, "alternatives", "COUNT(*) FROM site_alternative WHERE status = 'published'")                                \
  X(ATTRIBUTES, "attributes", "COUNT(*) FROM site_attribute WHERE status = 'published'")                               \
  X(ATTRIBUTE_SECTORS, "sectors of attributes", "COUNT(*) FROM site_attribute_sector")                                 \
  X(FACTS, "facts", "COUNT(*) FROM site_fact")                                                                         \
  X(PRODUCT_SECTORS, "sectors of products", "COUNT(*) FROM site_product_sector")                                       \
  X(PRODUCT_THEMES, "themes of products", "COUNT(*) FROM site_product_theme")                                          \
  X(ALIASES, "old slugs", "COUNT(*) FROM site_product_alias")                                                          \
  X(CHANGES, "change-log entries", "COALESCE(MAX(seq), 0) FROM change_log")

#define ROWS_CENSUS_ROW(name, words, number) CENSUS_##name,
enum rows_census_part { ROWS_CENSUS_LIST(ROWS_CENSUS_ROW) ROWS_CENSUS_PARTS };
#undef ROWS_CENSUS_ROW

struct rows_census {
  uint64_t n[ROWS_CENSUS_PARTS];
};

/* Counting a table of millions of rows takes seconds, so each count is a statement with a time limit of its own, and the
 * caller decides between two of them whether to go on. */
struct rows_census_wait {
  int64_t (*deadline_us)(void);  /* of the next statement */
  bool (*stopping)(void *context); /* true: give up with UNAVAILABLE */
  void *context;
};

/* All counts are of one snapshot. */
MUST_USE enum err rows_census_read(struct db *db, const struct rows_census_wait *wait, struct rows_census *out);

const char *rows_census_words(enum rows_census_part part);

#endif
