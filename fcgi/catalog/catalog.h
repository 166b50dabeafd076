/* The catalog: the facts of all products in shared memory.  The watcher writes it; workers read it without locks
 * and without SQL.
 *
 * Memory: the master maps one region before it forks (catalog_create).  The region has two halves, and one of them
 * is live.  A half holds an append-only heap of immutable records and a ring of snapshots.  A snapshot is one
 * publication: the record, the score and the rank of every product.  A publication fills the next snapshot of the
 * ring and then stores one atomic word, so readers see all of it or none.  When a half is full or mostly garbage,
 * the writer copies the live records into the other half, which then becomes live.  A watcher that dies at any
 * step leaves the last publication untouched.
 *
 * Reading: catalog_pin_current pins the current publication.  Spans and arrays that are read through the pin point
 * into shared memory and stay readable for CATALOG_GRACE_S seconds.  Snapshot data may be overwritten after a few
 * publications: read everything that a page needs, then call catalog_pin_valid.  When it returns false, pin and
 * read again.  No read is out of bounds, whatever the writer does.
 *
 * Products have ordinals (uint32_t), which are valid within one pin.  CATALOG_NONE means "not found". */
#ifndef DIPTYCH_CATALOG_CATALOG_H
#define DIPTYCH_CATALOG_CATALOG_H

#include "base/arena.h"
#include "base/err.h"
#include "model/attribute.h"
#include "model/product.h"
#include "model/score.h"
#include "model/term.h"

#define CATALOG_NONE UINT32_MAX
#define CATALOG_GRACE_S 60

struct catalog;

struct catalog_pin {
  const struct catalog *catalog;
  const void *half, *snapshot;
  uint64_t publication; /* grows with every change; equal: nothing changed in between */
  uint32_t products;    /* ordinals are 0 .. products-1; some may be removed (catalog_facts returns false) */
  int64_t window_us;    /* end of the score windows in this publication */
  uint64_t step;        /* private to the catalog */
};

/* ---- for the master */
struct catalog *catalog_create(size_t bytes); /* NULL: no memory.  bytes 0: a quarter of memory, at most 16 GiB */
void catalog_destroy(struct catalog **c);

/* ---- for workers */
bool catalog_pin_current(const struct catalog *c, struct catalog_pin *pin); /* false: nothing is published yet */
bool catalog_pin_valid(const struct catalog_pin *pin); /* false: data read through the pin may be overwritten */
uint64_t catalog_publication(const struct catalog *c); /* of the current snapshot; 0: none */

/* By slug, then by alias (*alias = true: the product has another slug now).  The slug of a draft gives way to an alias of a
 * published product: its old address leads to it until the draft is published. */
uint32_t catalog_find(const struct catalog_pin *pin, struct span slug, bool *alias);
uint32_t catalog_find_id(const struct catalog_pin *pin, uint64_t id);
bool catalog_facts(const struct catalog_pin *pin, uint32_t ordinal, struct facts *out);
/* The few facts that long lists of names need. */
struct catalog_label {
  uint64_t id;
  struct version version;
  enum product_status status;
  struct span slug, name;
  int64_t changed_us, edited_us; /* edited_us: CLOCK_NEVER */
};
bool catalog_label_read(const struct catalog_pin *pin, uint32_t ordinal, struct catalog_label *out);
/* Tenths, or SCORE_NONE for products that have no score or are not published.  An override replaces the score, also a
 * missing one. */
int catalog_score(const struct catalog_pin *pin, uint32_t ordinal);
/* facts.past of a product, as of the months before the pin's window.  false: there is no such product. */
bool catalog_past(const struct catalog_pin *pin, uint32_t ordinal, uint16_t out[SCORE_MONTHS]);

/* Rankings hold published products only, by score descending, then by slug; products without a score come last. */
struct catalog_list {
  const uint32_t *ordinals;
  uint32_t n;
};
struct catalog_list catalog_ranking(const struct catalog_pin *pin);
struct catalog_list catalog_by_slug(const struct catalog_pin *pin); /* published, canonical order */
struct catalog_list catalog_recent(const struct catalog_pin *pin);  /* newest activity first, at most 64 */
struct catalog_list catalog_recent_sparks(const struct catalog_pin *pin); /* newest spark first, at most 64 */
struct catalog_list catalog_recent_releases(const struct catalog_pin *pin); /* newest release first, at most 64 */
struct catalog_list catalog_recent_editorials(const struct catalog_pin *pin); /* newest editorial first, at most 64 */

/* Orders of lists.  BY_VELOCITY is the ranking.  Products that are equal by moves (n90, most first) or by their latest
 * release (newest first, none last) stand in the order of the ranking.  BY_NAME compares folded names, in which everything
 * that is neither a letter nor a digit is a blank and does not count at the beginning; then slugs. */
enum catalog_order { CATALOG_BY_VELOCITY, CATALOG_BY_MOVES, CATALOG_BY_LATEST, CATALOG_BY_NAME };
#define CATALOG_ORDERS 4
struct catalog_list catalog_ordered(const struct catalog_pin *pin, enum catalog_order order); /* all published products */
/* The first letter of a product's name in that order: a to z; 0: a digit, or none; 0x7f: another
 * character. */
char catalog_initial(const struct catalog_pin *pin, uint32_t ordinal);

struct catalog_range {
  uint32_t from, most;
};

struct catalog_term { /* a sector or a theme */
  uint64_t id;
  struct version version;
  struct span slug, name;
  int64_t sort;
  int64_t edited_us;           /* as in struct facts */
  uint32_t median2;            /* sectors: twice the median n90 of the products whose first sector it is */
  uint32_t firsts;             /* sectors: the number of those products */
  struct catalog_list ranking; /* of its products */
};
uint32_t catalog_sectors(const struct catalog_pin *pin); /* their number; index order: sort, then name, then id */
bool catalog_sector(const struct catalog_pin *pin, uint32_t index, struct catalog_term *out);
bool catalog_sector_id(const struct catalog_pin *pin, uint64_t id, struct catalog_term *out);
/* Twice the medians n90 of the products whose first sector it is, as median2, at the ends of the SCORE_MONTHS months before
 * the pin's window, oldest first.  false, and all 0: there is no such sector. */
bool catalog_sector_past(const struct catalog_pin *pin, uint64_t id, uint32_t out[SCORE_MONTHS]);
bool catalog_sector_slug(const struct catalog_pin *pin, struct span slug, struct catalog_term *out);
uint32_t catalog_themes(const struct catalog_pin *pin); /* their number; index order: slug */
bool catalog_theme(const struct catalog_pin *pin, uint32_t index, struct catalog_term *out);
bool catalog_theme_id(const struct catalog_pin *pin, uint64_t id, struct catalog_term *out);
bool catalog_theme_slug(const struct catalog_pin *pin, struct span slug, struct catalog_term *out);

/* Writes the items [from, from + most) of the term's products in another order to `out`, and returns their number.  Its cost
 * is far below that of sorting them (catalog/catalog_select.c).  0: also when memory ran out. */
uint32_t catalog_term_ordered(const struct catalog_pin *pin, const struct catalog_term *t, bool theme,
                              enum catalog_order order, struct catalog_range range, struct arena *arena, uint32_t *out);

uint32_t catalog_pages(const struct catalog_pin *pin);
bool catalog_page_at(const struct catalog_pin *pin, uint32_t index, struct page_head *out);
bool catalog_page_slug(const struct catalog_pin *pin, struct span slug, struct page_head *out);

uint32_t catalog_attributes(const struct catalog_pin *pin); /* their number; index order: sort, then slug */
/* The array of sectors is the arena's.  Drafts and archived attributes are in the catalog, too. */
bool catalog_attribute(const struct catalog_pin *pin, uint32_t index, struct arena *arena, struct attribute *out);

struct version catalog_site_version(const struct catalog_pin *pin); /* of the site's own FAQ */
int64_t catalog_site_edited(const struct catalog_pin *pin);         /* as in struct facts */

/* When a product, sector, theme or page last came or went, or a product another sector or theme: pages that had it no longer
 * have a row that tells.  CLOCK_NEVER: not since the state was read from nothing. */
int64_t catalog_public_changed(const struct catalog_pin *pin);

/* True: the pair (ids in any order) has an editor's text or questions. */
bool catalog_pair(const struct catalog_pin *pin, uint64_t id, uint64_t other_id);
uint32_t catalog_pairs(const struct catalog_pin *pin);
bool catalog_pair_at(const struct catalog_pin *pin, uint32_t index, uint64_t *id, uint64_t *other_id);
/* The pairs with the newest texts of the editors, the newest first; at most 16.  A product may be unpublished. */
bool catalog_written_at(const struct catalog_pin *pin, uint32_t index, uint64_t *id, uint64_t *other_id);

/* The ledger: the predictions of all published products, newest first. */
struct catalog_list catalog_ledger(const struct catalog_pin *pin); /* of entries */
uint32_t catalog_ledger_came_true(const struct catalog_pin *pin);  /* how many of them the editors graded so */
uint32_t catalog_ledger_failed(const struct catalog_pin *pin);

static inline uint32_t catalog_ledger_ordinal(uint32_t entry) /* of the product */
{
  return entry & 0xffffff;
}

static inline uint32_t catalog_ledger_index(uint32_t entry) /* in facts.editorials */
{
  return entry >> 24;
}

/* The one published product with this folded name (text/utf8.h); separators count as one each.  CATALOG_NONE: there is
 * none, or there are several. */
uint32_t catalog_find_name(const struct catalog_pin *pin, struct span folded);

/* Searches published products.  The caller folds the needle.  Writes at most max results to out, best first, equal ones by
 * rank, and returns their number.  When very many products have the words in their texts, those with the best ranks are
 * taken. */
struct catalog_match {
  uint32_t ordinal;
  uint32_t cost; /* enum match_cost (catalog/catalog_match.h) */
};
enum catalog_searched {
  SEARCH_NAMES, /* slugs, names and aliases */
  SEARCH_ALL,   /* names, then summaries and facts */
  SEARCH_NEAR   /* names with one error, or if there are none, with two */
};
size_t catalog_search(const struct catalog_pin *pin, enum catalog_searched what, struct span needle, struct arena *arena,
                      struct catalog_match *out, size_t max);
/* Names of sectors or themes: ordinal is the index for catalog_sector or catalog_theme.  near: with few errors. */
struct catalog_terms_search {
  bool themes, near;
  struct span needle;
};
size_t catalog_search_terms(const struct catalog_pin *pin, const struct catalog_terms_search *search, struct arena *arena,
                            struct catalog_match *out, size_t max);

/* ---- version floors: a worker that read a newer version than the catalog's raises the floor, and no worker of this
 * machine shows an older version from then on.  catalog_newest_version returns the newer of the record's version
 * and the floor. */
void catalog_floor_raise(const struct catalog_pin *pin, uint32_t ordinal, struct version v);
struct version catalog_newest_version(const struct catalog_pin *pin, uint32_t ordinal);
/* The same for an editors' page, and (id 0) for the site's questions.  known: the catalog's version. */
void catalog_floor_raise_page(const struct catalog *c, uint64_t id, struct version known, struct version v);
struct version catalog_newest_page_version(const struct catalog *c, uint64_t id, struct version known);
/* Grows with each raise: a plan made at another count may not know a newer version. */
uint64_t catalog_floor_count(const struct catalog *c);

/* The last version of a product that is known to be in the cache, for use while the database is away. */
void catalog_stored_set(const struct catalog_pin *pin, uint32_t ordinal, struct version v);
struct version catalog_last_stored(const struct catalog_pin *pin, uint32_t ordinal); /* rev 0: none */
/* Real time at which the catalog had a newer version than the last stored one.  CLOCK_NEVER: there is none, or this is unknown,
 * as after a start. */
int64_t catalog_stored_replaced_us(const struct catalog_pin *pin, uint32_t ordinal);

/* Published products with a newer version than the last stored one, the latest change first; at most n of the last CATALOG_MOVED
 * changes, each product once.  Returns their number. */
#define CATALOG_MOVED 64
struct catalog_moved {
  uint64_t id;
  struct version version; /* the newest */
};
size_t catalog_moved_find(const struct catalog_pin *pin, struct catalog_moved *out, size_t n);

/* ---- the watcher's state, for status, readiness and staleness */
struct catalog_state {
  bool ready;              /* caught up with a reachable database since this master started */
  bool database_up;        /* the last poll succeeded */
  bool reading_fails;      /* the server refuses a statement that pages need; `trouble` says which */
  bool doubted;            /* what the database says now is not believed; `trouble` says why */
  bool from_file;          /* published from the state file, not yet confirmed by the database */
  bool replica;            /* the database is configured as a replica, or is a Galera node */
  bool galera;             /* it is a node of a Galera cluster */
  int64_t lag_us;          /* behind its primary or its cluster; -1: unknown */
  int64_t confirmed_us;    /* real time at which the catalog was last known to be current */
  uint64_t cursor, gaps;   /* change log: last applied number, count of missing numbers */
  uint64_t behind;         /* log entries not yet applied */
  uint64_t log_age_s;      /* age of the oldest change-log entry that a purge would take one day; 0: none */
  int64_t sweep_us;        /* real time of the last complete sweep; CLOCK_NEVER: none yet */
  uint64_t sweep_found;    /* differences without a change-log entry */
  char incarnation[64];
  char primary[264];       /* with mysql_hosts: the server that takes writes; empty: none */
  char trouble[384];       /* empty, or one sentence for operators */
};
void catalog_state_get(const struct catalog *c, struct catalog_state *out);
MUST_USE bool catalog_confirmed_within(const struct catalog_state *state, int64_t us); /* until now */

#endif
