/* The writer's private memory.  All of it can be derived from the live snapshot (catalog_takeover), so a new writer
 * continues where a dead one stopped.
 *
 * Mirrors (records, scores, by_slug, by_name) hold the content of the next snapshot.  A publication copies changed parts into
 * the next slots of the shared tables. */
#ifndef DIPTYCH_CATALOG_CATALOG_PRIVATE_H
#define DIPTYCH_CATALOG_CATALOG_PRIVATE_H

#include "base/buf.h"
#include "base/must.h"
#include "catalog/catalog_layout.h"

enum catalog_kind { KIND_SECTOR, KIND_THEME, KIND_PAGE, KIND_ATTRIBUTE, KIND_COUNT };

struct catalog_vector { /* of uint32_t */
  uint32_t *at;
  size_t n, cap;
};

struct catalog_staged {
  uint32_t ordinal, old; /* old: offset of the live record, 0: none */
};

struct catalog_distribution { /* how many products have which n90, ascending */
  struct catalog_count {
    uint32_t n90, products;
  } *counts;
  size_t n, cap;
  uint32_t median2, products; /* found by catalog_medians_find; products: with those that no count names */
};

struct catalog_median { /* of the products with this first sector */
  uint64_t sector;
  struct catalog_distribution now, past[SCORE_MONTHS];
  uint32_t quiet; /* products whose counts of all past months are 0; `past` is without them */
  bool changed_now, changed_past; /* the medians must be found again */
};

struct catalog_pair_row {
  struct catalog_pair_ids ids;
  uint64_t text; /* id of the editors' text; 0: none */
  uint32_t owner; /* ordinal of the product whose record lists the pair */
};

struct catalog_keyed { /* for catalog_radix_sort */
  uint64_t key;
  uint32_t value, state;
};

struct catalog_ledger_row {
  int64_t seconds; /* of the brief: published_at */
  uint32_t entry, state;
};

struct catalog_due {
  int64_t at_us;
  uint32_t ordinal;
};

struct catalog_interned {
  uint32_t at, n;
};

struct catalog_term_row {
  uint32_t record;
  bool seen;
};

struct catalog_writer {
  struct catalog *c;
  void (*alive)(void *arg); /* NULL: nobody asks */
  void *alive_arg;
  unsigned half;
  char *base;        /* of that half; NULL: nothing is written yet */
  bool switched;     /* the half is not the live one: the next publication writes everything */
  bool broken;       /* memory ran out in mid-change: the writer can only be closed; the live snapshot is untouched */
  uint64_t step;     /* of the live snapshot */
  struct catalog_snapshot next;
  struct catalog_table_ring published[TABLE_COUNT]; /* the rings of the live snapshot */

  uint32_t *records; /* mirrors, by ordinal */
  uint8_t *scores, *marks;
  uint32_t *by_slug, *by_name;
  uint32_t n_by_slug, cap; /* of both lists; cap: ordinals that the mirrors hold */

  struct catalog_staged *staged;
  size_t n_staged, cap_staged;
  bool full;   /* a full load: the next publication removes what was not put since it began */
  bool forget; /* floors and stored versions belong to a history that was undone by a restore */

  struct catalog_vector changed;                      /* ordinals since the last publication */
  struct catalog_vector slot_changed[CATALOG_RING];   /* ordinals since each slot of TABLE_RECORDS was written */
  bool slot_stale[CATALOG_RING];                      /* the slot must be written whole */
  bool dirty, dirty_rank, dirty_order, dirty_recent, dirty_pairs, dirty_past, dirty_ledger, dirty_kind[KIND_COUNT];
  struct catalog_staged *reranked; /* products whose rank may have changed, with their old records */
  size_t n_reranked, cap_reranked;
  bool rank_all, recent_all; /* the lists must be rebuilt */

  struct catalog_term_row *terms[KIND_COUNT]; /* by id */
  size_t n_terms[KIND_COUNT], cap_terms[KIND_COUNT];
  struct catalog_median *medians; /* by sector id */
  size_t n_medians, cap_medians;
  struct catalog_pair_row *pairs;
  size_t n_pairs, cap_pairs;
  struct catalog_ledger_row *ledger; /* newest first */
  size_t n_ledger, cap_ledger;
  struct catalog_vector ledger_moved; /* products whose predictions must be dropped and merged in again */
  struct catalog_due *due; /* a binary heap, earliest first; entries may be outdated */
  size_t n_due, cap_due;
  struct catalog_interned *interned; /* hash table */
  size_t n_interned, cap_interned;
  uint32_t *by_id; /* ordinals by product id, for the sweep */
  size_t n_by_id, cap_by_id;
  uint32_t covered; /* ordinals below this one are in by_id */
  size_t slugs_used, ids_used, live_bytes;
  struct buf scratch;
  struct arena *arena; /* of one put */
  struct catalog_position position;
  bool position_known;
  uint64_t saved_step;        /* step that the state file holds */
  int saver;                  /* process that writes the file; 0: none */
  char saver_path[4096];
  uint64_t saver_step;
  bool save_refused; /* the file could not be written when that was tried last */
  int64_t saver_began_us, saver_not_before_us; /* monotonic */
};

#define CATALOG_ALIVE 65536 /* products between two calls of alive */

static inline void catalog_alive(const struct catalog_writer *w)
{
  if (w->alive)
    w->alive(w->alive_arg);
}

/* Of the i-th product of a loop. */
static inline void catalog_alive_at(const struct catalog_writer *w, size_t i)
{
  if (i % CATALOG_ALIVE == 0)
    catalog_alive(w);
}

enum {
  MARK_STAGED = 1,
  MARK_SEEN = 2,
  MARK_MOVED = 4,   /* must leave its place in a list */
  MARK_SURPLUS = 8, /* the index has bits of earlier texts of the product */
  MARK_LEDGER = 16  /* must leave its places in the ledger */
};

/* ---- catalog_heap.c: memory of the half */
uint32_t catalog_heap_start(void);
MUST_USE bool catalog_half_begin(struct catalog_writer *w); /* the half that is not live; false: it still has readers */
void catalog_half_clean(struct catalog_writer *w); /* returns the memory of the other half once its readers had their grace */
void *catalog_heap_alloc(struct catalog_writer *w, size_t bytes, uint32_t *at);  /* NULL: full */
void *catalog_table_alloc(struct catalog_writer *w, size_t bytes, uint32_t *at); /* NULL: full */
void catalog_table_drop(const struct catalog_writer *w, uint32_t at, size_t bytes); /* returns its memory to the system */
void *catalog_table_next(struct catalog_writer *w, enum catalog_table t, uint32_t n, size_t bytes, bool *fresh);
MUST_USE bool catalog_grow(void **array, size_t *cap, size_t need, size_t size); /* private arrays; false: no memory */
MUST_USE bool catalog_vector_put(struct catalog_vector *v, uint32_t value);

static inline const struct catalog_record *catalog_record_of(const struct catalog_writer *w, uint32_t at)
{
  return at ? (const struct catalog_record *)(w->base + (size_t)at * 8) : NULL;
}

static inline const struct catalog_term_record *catalog_term_of(const struct catalog_writer *w, uint32_t at)
{
  return (const struct catalog_term_record *)(w->base + (size_t)at * 8);
}

static inline struct span catalog_term_slug(const struct catalog_term_record *t)
{
  return span_of((const char *)(t + 1), t->slug_n);
}

static inline struct span catalog_term_name(const struct catalog_term_record *t)
{
  return span_of((const char *)(t + 1) + t->slug_n, t->name_n);
}

static inline const uint64_t *catalog_ids_of(const struct catalog_writer *w, uint32_t at)
{
  return (const uint64_t *)(w->base + (size_t)at * 8);
}

static inline int32_t catalog_window_hours(int64_t us)
{
  int64_t h = us / CLOCK_HOUR;
  return h > INT32_MAX ? INT32_MAX : h < 0 ? 0 : (int32_t)h;
}

/* ---- catalog_hash.c: the shared hash tables and the shared lists of ids */
MUST_USE enum err catalog_hash_put(struct catalog_writer *w, uint32_t ordinal); /* id, slug and aliases of its record */
MUST_USE enum err catalog_hash_all(struct catalog_writer *w); /* rebuilds both tables from the mirrors; INVALID: two have one id */
uint32_t catalog_ordinal_of(const struct catalog_writer *w, uint64_t id); /* also of staged products */
MUST_USE bool catalog_intern(struct catalog_writer *w, const uint64_t *ids, uint32_t n, uint32_t *at);
void catalog_intern_forget(struct catalog_writer *w); /* before the writer moves to another half */
MUST_USE bool catalog_intern_known(struct catalog_writer *w, uint32_t at, uint32_t n); /* false: no memory */

/* ---- catalog_index_write.c: the search index */
MUST_USE enum err catalog_index_put(struct catalog_writer *w, uint32_t ordinal); /* of its record; NO_MEMORY, LIMIT or OK */
struct catalog_index_chunk;
struct catalog_index_chunk *catalog_index_chunk_make(struct catalog_writer *w, uint32_t ordinal); /* or finds it; NULL: no room */
MUST_USE enum err catalog_index_repair(struct catalog_writer *w); /* after a takeover: makes missing chunks again */
/* The bits of one chunk, for the state file: columns of INDEX_COLUMN_WORDS, the first `words` of each are in use. */
struct catalog_index_part {
  uint64_t *columns;
  size_t n, words;
};
/* make: they will be written; false: there is no room. */
MUST_USE bool catalog_index_part_find(struct catalog_writer *w, uint32_t from, bool make, struct catalog_index_part *out);
/* Computes the bits of some products again.  They differ when another build, with another hash, wrote them. */
MUST_USE bool catalog_index_valid(struct catalog_writer *w);

/* ---- catalog_index_move.c: map: ordinals in the half `from` to those in the writer's, which ascend; CATALOG_NONE: left behind */
MUST_USE enum err catalog_index_move(struct catalog_writer *w, const char *from, const uint32_t *map, uint32_t products);

/* ---- catalog_record.c: building records */
void catalog_past_put(struct buf *b, struct catalog_record *r, const uint16_t *counts);
void catalog_record_finish(struct buf *b, const struct catalog_record *r); /* b holds what follows a space for *r */
MUST_USE enum err catalog_record_build(struct catalog_writer *w, const struct facts *f, const struct span *aliases,
                                       size_t n_aliases, const uint64_t *pair_ids, size_t n_pairs);

/* ---- catalog_derived.c: what is derived from records */
MUST_USE bool catalog_derive(struct catalog_writer *w); /* rebuilds everything from the mirrors; false: no memory */
MUST_USE bool catalog_absorb(struct catalog_writer *w); /* applies staged changes; false: no memory */
MUST_USE bool catalog_due_put(struct catalog_writer *w, uint32_t ordinal);

/* ---- catalog_median.c: medians of sectors, now and in past months */
struct catalog_median *catalog_median_of(struct catalog_writer *w, uint64_t sector); /* NULL: none */
/* Counts a product with its old and its new record; each may be NULL.  false: no memory. */
MUST_USE bool catalog_median_move(struct catalog_writer *w, const struct catalog_record *from, const struct catalog_record *to);
void catalog_medians_find(struct catalog_writer *w); /* sets dirty flags for medians that changed */
void catalog_medians_free(struct catalog_writer *w);
MUST_USE enum err catalog_past_write(struct catalog_writer *w); /* after the table of sectors */

/* ---- catalog_radix.c: sorts by keys, ascending, and keeps the order of equal ones; returns `items` or `space` */
struct catalog_keyed *catalog_radix_sort(struct catalog_keyed *items, struct catalog_keyed *space, size_t n);

/* ---- catalog_ledger.c */
MUST_USE bool catalog_ledger_derive(struct catalog_writer *w); /* rebuilds it from the mirrors; false: no memory */
/* Notes a changed product; a and b: its old and its new record, or NULL. */
MUST_USE bool catalog_ledger_note(struct catalog_writer *w, uint32_t ordinal, const struct catalog_record *a,
                                  const struct catalog_record *b);
MUST_USE bool catalog_ledger_patch(struct catalog_writer *w); /* applies what was noted */
MUST_USE enum err catalog_ledger_write(struct catalog_writer *w);

/* ---- catalog_takeover.c */
/* Copies the mirrors from the live snapshot and derives the rest.  INVALID: the snapshot is damaged. */
MUST_USE enum err catalog_takeover(struct catalog_writer *w);

/* ---- catalog_valid.c: checks of mirrors, heap and log position after a takeover or a load */
MUST_USE bool catalog_valid(const struct catalog_writer *w);
MUST_USE bool catalog_terms_valid(const struct catalog_writer *w, enum catalog_kind k); /* without their order */
MUST_USE bool catalog_time_valid(int64_t us);
/* Each product is found by its id: no two have the same. */
MUST_USE bool catalog_ids_valid(const struct catalog_writer *w);

/* ---- catalog_order.c, _rank.c, _patch.c, _recent.c, _entries.c: the tables of the next snapshot */
MUST_USE bool catalog_order_patch(struct catalog_writer *w, bool moved, const struct catalog_vector *added);
MUST_USE enum err catalog_rank_write(struct catalog_writer *w); /* scores, rankings, sectors and themes */
MUST_USE enum err catalog_scores_write(struct catalog_writer *w);
uint8_t catalog_score_make(struct catalog_writer *w, const struct catalog_record *r); /* r may be NULL */
int catalog_slug_cmp(const struct catalog_writer *w, uint32_t a, uint32_t b);
int catalog_name_cmp(const struct catalog_writer *w, uint32_t a, uint32_t b);
/* The first 16 bytes of a text as numbers, which are in the order of the text; UINT64_MAX: the product is not published. */
struct catalog_text_key {
  uint64_t high, low;
};
struct catalog_text_key *catalog_slug_keys(const struct catalog_writer *w); /* by ordinal; free(); NULL: no memory */
struct catalog_text_key *catalog_name_keys(const struct catalog_writer *w);
MUST_USE bool catalog_rank_few(const struct catalog_writer *w); /* few enough changes for catalog_rank_patch */
MUST_USE enum err catalog_rank_patch(struct catalog_writer *w);
/* When the newest activity, spark, release or editorial of a product was; CLOCK_NEVER: there is none. */
int64_t catalog_newest_time(const struct catalog_record *r, enum catalog_newest which);
void catalog_recent_write(struct catalog_writer *w, bool all);
MUST_USE enum err catalog_entries_write(struct catalog_writer *w, enum catalog_kind kind, const uint32_t *ends, uint32_t start);

/* ---- catalog_save.c */
MUST_USE bool catalog_saver_reap(struct catalog_writer *w, bool wait); /* false: the child is still writing */

/* ---- catalog_version.c */
/* The catalog's version will be `to`, and was `from`: notes the time, if `from` is the stored version, and the product. */
void catalog_stored_replace(struct catalog *c, const void *half, uint32_t ordinal, struct version from, struct version to);
void catalog_versions_forget(struct catalog *c, const void *half, uint32_t products); /* clears floors and stored versions */

/* ---- catalog_terms.c */
size_t catalog_term_row_find(const struct catalog_writer *w, enum catalog_kind k, uint64_t id, bool *found);
/* Stages a sector, theme, page or attribute; the fixed part is copied, its lengths are set here. */
MUST_USE enum err catalog_term_put(struct catalog_writer *w, enum catalog_kind k, struct catalog_term_record r,
                                   struct span slug, struct span name);
void catalog_term_remove(struct catalog_writer *w, enum catalog_kind k, uint64_t id);

/* ---- catalog_attributes.c */
MUST_USE bool catalog_attribute_valid(struct span packed); /* the body of an attribute's record */

/* ---- catalog_compact.c: moving to the other half */
MUST_USE enum err catalog_half_switch(struct catalog_writer *w); /* LIMIT: the other half is not free yet */

/* ---- catalog_mirrors.c */
MUST_USE bool catalog_mirrors_grow(struct catalog_writer *w, uint32_t ordinals);
MUST_USE bool catalog_stage(struct catalog_writer *w, uint32_t ordinal, uint32_t at); /* at 0: removed */

/* ---- catalog_writer.c */
MUST_USE bool catalog_writer_reset(struct catalog_writer *w); /* drops staged changes, takes over the live snapshot again */

#endif
