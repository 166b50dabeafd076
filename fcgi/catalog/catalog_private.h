/* The writer's own side: what it keeps in private memory beside the shared region.  All of it can be
 * derived from the live snapshot (catalog_takeover), so a new writer takes over where a dead one stopped.
 *
 * Mirrors (records, scores, by_slug) hold the next snapshot's content; a publication copies what changed
 * into the next slots of the shared tables. */
#ifndef DIPTYCH_CATALOG_CATALOG_PRIVATE_H
#define DIPTYCH_CATALOG_CATALOG_PRIVATE_H

#include "base/buf.h"
#include "base/must.h"
#include "catalog/catalog_layout.h"

enum catalog_kind { KIND_SECTOR, KIND_THEME, KIND_PAGE, KIND_COUNT };

struct catalog_vector { /* of uint32_t */
  uint32_t *at;
  size_t n, cap;
};

struct catalog_staged {
  uint32_t ordinal, old; /* old: offset of the record that is live, 0: none */
};

struct catalog_median { /* how many products with this first sector have which n90 */
  uint64_t sector;
  struct catalog_count {
    uint32_t n90, products;
  } *counts;
  size_t n, cap;
  uint32_t median2;
};

struct catalog_pair_row {
  struct catalog_pair_ids ids;
  uint32_t owner; /* ordinal of the product that told of it */
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
  unsigned half;
  char *base;        /* of that half; NULL: none begun */
  bool switched;     /* the half is not the live one: the next publication writes everything */
  bool broken;       /* memory ran out half-way: only closing is left, the live snapshot is untouched */
  uint64_t step;     /* of the live snapshot */
  struct catalog_snapshot next;
  struct catalog_placed placed[TABLE_COUNT]; /* as published */

  uint32_t *records; /* mirrors, by ordinal */
  uint8_t *scores, *marks;
  uint32_t *by_slug;
  uint32_t n_by_slug, cap; /* cap: ordinals that the mirrors hold */

  struct catalog_staged *staged;
  size_t n_staged, cap_staged;
  bool full;   /* a full load: what it does not name goes */
  bool forget; /* versions that are raised or stored are of a history that is no more */

  struct catalog_vector changed;                      /* ordinals since the last publication */
  struct catalog_vector slot_changed[CATALOG_RING];   /* ... since each slot of TABLE_RECORDS was written */
  bool slot_stale[CATALOG_RING];
  bool dirty, dirty_rank, dirty_order, dirty_recent, dirty_pairs, dirty_kind[KIND_COUNT];
  struct catalog_staged *reranked; /* whose place in a ranking may have changed, with the record before */
  size_t n_reranked, cap_reranked;
  bool rank_all, recent_all; /* too much changed, or a median did: all is made anew */

  struct catalog_term_row *terms[KIND_COUNT]; /* by id */
  size_t n_terms[KIND_COUNT], cap_terms[KIND_COUNT];
  struct catalog_median *medians; /* by sector id */
  size_t n_medians, cap_medians;
  struct catalog_pair_row *pairs;
  size_t n_pairs, cap_pairs;
  struct catalog_due *due; /* a heap, least first; entries may be outdated */
  size_t n_due, cap_due;
  struct catalog_interned *interned; /* hash table */
  size_t n_interned, cap_interned;
  uint32_t *by_id; /* ordinals, for the sweep */
  size_t n_by_id, cap_by_id;
  uint32_t covered; /* ordinals below are in by_id */
  size_t slugs_used, ids_used, live_bytes;
  struct buf scratch;
  struct arena *arena; /* of one put */
  struct catalog_follow follow;
  bool follow_known;
  uint64_t saved_step;        /* that the file holds */
  int saver;                  /* process that writes the file; 0: none */
  uint64_t saver_step;
  int64_t saver_began_us, saver_rest_us; /* monotonic; no other one before saver_rest_us */
};

enum { MARK_STAGED = 1, MARK_SEEN = 2, MARK_MOVED = 4 /* leaves its place */ };

/* ---- catalog_heap.c: memory of the half */
uint32_t catalog_heap_start(void);
bool catalog_half_begin(struct catalog_writer *w) MUST_USE; /* the half that is not live; false: its readers have grace */
void catalog_half_clean(struct catalog_writer *w); /* gives the left half's memory back once nobody reads it */
void *catalog_heap_take(struct catalog_writer *w, size_t bytes, uint32_t *at);  /* NULL: full */
void *catalog_table_take(struct catalog_writer *w, size_t bytes, uint32_t *at); /* NULL: full */
void *catalog_table_next(struct catalog_writer *w, enum catalog_table t, uint32_t n, size_t bytes, bool *fresh);
bool catalog_grow(void **array, size_t *cap, size_t need, size_t size) MUST_USE; /* private arrays; false: no memory */
bool catalog_vector_put(struct catalog_vector *v, uint32_t value) MUST_USE;

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
enum err catalog_hash_put(struct catalog_writer *w, uint32_t ordinal) MUST_USE; /* id, slug and aliases of its record */
enum err catalog_hash_all(struct catalog_writer *w) MUST_USE; /* both tables anew, from the mirrors */
uint32_t catalog_ordinal_of(const struct catalog_writer *w, uint64_t id); /* staged ones too */
bool catalog_intern(struct catalog_writer *w, const uint64_t *ids, uint32_t n, uint32_t *at) MUST_USE;
void catalog_intern_forget(struct catalog_writer *w); /* before another half's lists come */
bool catalog_intern_known(struct catalog_writer *w, uint32_t at, uint32_t n) MUST_USE; /* false: no memory */

/* ---- catalog_record.c: building records */
enum err catalog_record_build(struct catalog_writer *w, const struct facts *f, const struct span *aliases,
                              size_t n_aliases, const uint64_t *pair_ids, size_t n_pairs) MUST_USE;

/* ---- catalog_derived.c: what is derived from records */
bool catalog_derive(struct catalog_writer *w) MUST_USE; /* everything, from the mirrors; false: no memory */
bool catalog_absorb(struct catalog_writer *w) MUST_USE; /* staged changes into mirrors and derived data */
bool catalog_due_put(struct catalog_writer *w, uint32_t ordinal) MUST_USE;
struct catalog_median *catalog_median_of(struct catalog_writer *w, uint64_t sector); /* NULL: none */

/* ---- catalog_takeover.c */
/* The mirrors from the live snapshot, then all that is derived.  INVALID: no writer made that snapshot. */
enum err catalog_takeover(struct catalog_writer *w) MUST_USE;

/* ---- catalog_sound.c: mirrors and heap, and the follower's place, are what a writer makes */
bool catalog_sound(const struct catalog_writer *w) MUST_USE;
bool catalog_terms_sound(const struct catalog_writer *w, enum catalog_kind k) MUST_USE; /* but for their order */
bool catalog_time_sound(int64_t us) MUST_USE;
/* Each product is found by its id, so none has that of another. */
bool catalog_ids_sound(const struct catalog_writer *w) MUST_USE;

/* ---- catalog_order.c, _rank.c, _patch.c, _recent.c, _entries.c: the tables of the next snapshot */
bool catalog_order_patch(struct catalog_writer *w, bool moved, const struct catalog_vector *added) MUST_USE;
enum err catalog_rank_write(struct catalog_writer *w) MUST_USE; /* scores, rankings, sectors and themes */
enum err catalog_scores_write(struct catalog_writer *w) MUST_USE;
uint8_t catalog_score_make(struct catalog_writer *w, const struct catalog_record *r); /* r NULL: none */
bool catalog_rank_few(const struct catalog_writer *w) MUST_USE; /* few enough changes for catalog_rank_patch */
enum err catalog_rank_patch(struct catalog_writer *w) MUST_USE;
void catalog_recent_write(struct catalog_writer *w, bool all);
enum err catalog_entries_write(struct catalog_writer *w, enum catalog_kind kind, const uint32_t *ends, uint32_t start) MUST_USE;

/* ---- catalog_save.c */
bool catalog_saver_end(struct catalog_writer *w, bool wait) MUST_USE; /* false: it still writes */

/* ---- catalog_version.c */
void catalog_versions_forget(struct catalog *c, const void *half, uint32_t products); /* raised and stored ones */

/* ---- catalog_terms.c */
size_t catalog_term_row_find(const struct catalog_writer *w, enum catalog_kind k, uint64_t id, bool *found);

/* ---- catalog_compact.c */
enum err catalog_half_switch(struct catalog_writer *w) MUST_USE; /* LIMIT: the other half is not free yet */

/* ---- catalog_writer.c */
bool catalog_writer_reset(struct catalog_writer *w) MUST_USE; /* forgets what is staged, takes over the live snapshot again */
bool catalog_mirrors_grow(struct catalog_writer *w, uint32_t ordinals) MUST_USE;
bool catalog_stage(struct catalog_writer *w, uint32_t ordinal, uint32_t at) MUST_USE;

#endif
