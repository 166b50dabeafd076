/* The layout of the catalog in shared memory; private to this room.
 *
 *   region    = struct catalog (control words, version floors, the watcher's state), half 0, half 1
 *   half      = snapshots[CATALOG_SNAPSHOTS] | records, growing up -> ... <- tables, growing down | directory of the search
 *               index | stored versions
 *   record    = one product or term, written once, never changed, found by its offset
 *   snapshot  = one publication: the places of its tables.  A table (the ranking, for example) has a ring of
 *               slots.  A publication that changes the table writes the next slot; other publications share it.
 *
 * Offsets count 8-byte units from the start of the half, so a half can be copied to a file as it is.  The control
 * words are in `struct catalog`, outside of the halves:
 *   live      step of the current snapshot, and its half; stored last, in one store
 *   building  per half: the step that is being written.  It overwrites slots that the snapshots of step
 *             building - ring and earlier use: a pin is valid while step + ring > building
 *   first     per half: the first step since the half was emptied: pins of earlier steps are not valid
 * All snapshots of a half share the slug and id tables, which only gain entries (one atomic store each), and the search
 * index, which only gains bits.  A reader checks each entry against the record in its own snapshot, so a surplus entry does
 * no harm.
 *
 * A reader trusts nothing: every offset and length goes through catalog_at, and every loop is bounded. */
#ifndef DIPTYCH_CATALOG_CATALOG_LAYOUT_H
#define DIPTYCH_CATALOG_CATALOG_LAYOUT_H

#include <stdatomic.h>

#include "catalog/catalog.h"
#include "catalog/catalog_writer.h"

#define CATALOG_SNAPSHOTS 64
#define CATALOG_RING 4                /* slots of a table; 2 from CATALOG_LARGE products on */
#define CATALOG_LARGE 100000
#define CATALOG_RECENT 64
#define CATALOG_WRITTEN 16
#define CATALOG_ORDINALS_MAX ((UINT32_C(1) << 24) - 2)
#define CATALOG_NO_SCORE 255
#define CATALOG_NAME_MAX 1024 /* bytes of a name, and of a folded one */
#define CATALOG_INDEX_CHUNK 1024 /* products (catalog/catalog_index.h) */
#define CATALOG_PUBLICATION_MOST (UINT64_C(1) << 62)
#define CATALOG_FLOOR_SETS 2048
#define CATALOG_FLOOR_WAYS 4

enum catalog_table {
  TABLE_RECORDS,  /* uint32_t by ordinal: offset of the record, 0: removed */
  TABLE_SCORES,   /* uint8_t by ordinal: tenths or CATALOG_NO_SCORE */
  TABLE_BY_SLUG,  /* uint32_t: ordinals of published products */
  TABLE_BY_NAME,  /* uint32_t: the same ordinals by name */
  TABLE_RANKING,  /* uint32_t: the same ordinals by rank */
  TABLE_BY_MOVES, /* uint32_t: the same by n90, then by rank */
  TABLE_BY_LATEST, /* uint32_t: the same by the time of the latest release, then by rank */
  TABLE_LISTS,    /* uint32_t: the rankings of all sectors, then of all themes */
  TABLE_SECTORS,  /* struct catalog_entry, then two permutations: by id, by slug */
  TABLE_THEMES,
  TABLE_PAGES,
  TABLE_ATTRIBUTES,
  TABLE_PAIRS,    /* struct catalog_pair_ids, sorted */
  TABLE_PAST,     /* for each sector in index order: SCORE_MONTHS times uint32_t, median2 of past months, oldest first */
  TABLE_LEDGER,   /* uint32_t: predictions, newest first; see catalog_ledger_entry */
  TABLE_POSITION, /* struct catalog_position without its unused gaps */
  TABLE_COUNT
};

enum catalog_newest { NEWEST_ACTIVITIES, NEWEST_SPARKS, NEWEST_RELEASES, NEWEST_EDITORIALS, NEWEST_COUNT };

struct catalog_pair_ids {
  uint64_t low, high;
};

struct catalog_slot {
  uint32_t at, units; /* offset and capacity */
};

struct catalog_table_ring {
  struct catalog_slot slot[CATALOG_RING];
  uint32_t current, n; /* n: items; for sectors, themes, pages and attributes: entries */
};

struct catalog_snapshot {
  uint64_t step, publication;
  int64_t window_us;
  struct version site;
  int64_t site_edited_us, public_us;
  uint32_t products; /* number of ordinals in use */
  uint32_t heap_top, tables_low; /* where the next writer continues */
  uint32_t slugs_at, slugs_bits; /* hash tables of uint32_t */
  uint32_t ids_at, ids_bits;
  uint32_t n_newest[NEWEST_COUNT], newest[NEWEST_COUNT][CATALOG_RECENT];
  uint32_t came_true, failed; /* graded predictions in the ledger */
  uint32_t n_written;
  struct catalog_pair_ids written[CATALOG_WRITTEN]; /* pairs with a text of the editors, the newest text first */
  struct catalog_table_ring tables[TABLE_COUNT];
};

struct catalog_entry { /* a sector, theme, page or attribute in index order */
  uint32_t record;
  uint32_t list, n_list; /* its range in TABLE_LISTS */
  uint32_t median2, firsts; /* as in struct catalog_term */
};

/* One product.  After it come the times that are stored (in the order of TIME_*), pair ids (ascending), with FLAG_PAIR_TEXTS the
 * id of each pair's text (0: none), ids of picks, briefs of its editorials, the SCORE_MONTHS counts of past months (`past`
 * bytes each; 0: all are 0, 1: all are below 256), slug, name, folded name (absent when it equals the slug except for
 * separators), aliases (each a length byte and its bytes), texts (struct facts). */
struct catalog_record {
  uint64_t id, rev, hash;
  uint8_t n_sectors, n_themes; /* rankings read only from here on */
  uint8_t flags;
  int8_t override_tenths;
  uint32_t sectors, themes; /* offsets of shared lists of ids */
  uint32_t n90, activities;
  uint16_t s30, n_pairs;
  uint16_t texts_n;
  uint8_t past : 2, same : 6, n_editorials;
  uint8_t times, slug_n;
  uint16_t name_n;
  int32_t window_h; /* hours since 1970 */
  uint16_t fold_n : 12, n_picks : 4;
  uint16_t alias_bytes;
};
_Static_assert(sizeof(struct catalog_record) == 64, "a product's fixed part is 64 bytes");
#define CATALOG_RECORD_HOT 24 /* offset of the fields that rankings read */

enum { TIME_EDITORIAL = 1, TIME_ACTIVITY = 2, TIME_SPARK = 4, TIME_DUE = 8, TIME_EDITED = 16, TIME_RELEASE = 32,
       TIME_CHANGED = 64, TIMES_ALL = 127 };
/* Times that another field of the record tells.  changed_us is stored only when it is not the later of editorial and activity. */
enum { SAME_EDITORIAL = 1, /* as the first brief */
       SAME_RELEASE = 2,   /* as the latest activity */
       SAMES_ALL = 3 };
enum { FLAG_STATUS = 3, FLAG_LIFECYCLE = 12, FLAG_EDITORIAL = 16, FLAG_QUESTIONS = 32, FLAG_FOLD_IS_SLUG = 64,
       FLAG_PAIR_TEXTS = 128 };

struct catalog_term_record { /* a sector, theme, page or attribute; after it: slug and name */
  uint64_t id, rev, hash;
  int64_t number; /* sort, or changed_us of a page */
  int64_t edited_us;
  uint32_t name_n;
  uint16_t slug_n;
  uint16_t status;
};

struct catalog_floor { /* an entry is valid only when its check word matches */
  _Atomic uint64_t id, rev, hash, check;
  _Atomic int64_t due_us, at_us; /* due_us of the version; real time of the raise */
};

struct catalog_stored_version {
  _Atomic uint64_t rev, hash;
  _Atomic uint32_t replaced_s; /* real time when a newer version became known; 0: none, or unknown */
};

struct catalog_control {
  _Atomic uint64_t building;
  _Atomic uint64_t first;  /* the half was emptied before this step: earlier pins are not valid */
  _Atomic int64_t retired_us; /* monotonic: when the other half became live; 0: not yet */
  _Atomic uint32_t ring;
  _Atomic uint32_t clean;  /* its memory was returned to the system */
};

struct catalog {
  size_t bytes, half_bytes;
  int64_t grace_us;
  uint32_t max_ordinals;
  _Atomic uint64_t live; /* step << 1 | half; 0: nothing published */
  struct catalog_control control[2];
  _Atomic int64_t confirmed_us;
  _Atomic uint64_t floor_count; /* number of raises */
  _Atomic uint64_t state_seq;
  struct catalog_state state[2];
  struct catalog_floor floors[CATALOG_FLOOR_SETS][CATALOG_FLOOR_WAYS];
  _Atomic uint32_t moved[CATALOG_MOVED]; /* ordinals, as a ring */
  _Atomic uint32_t moved_next;           /* counts all */
};

#define CATALOG_HEADER ((sizeof(struct catalog) + 65535) / 65536 * 65536)

static inline char *catalog_half(const struct catalog *c, unsigned half)
{
  return (char *)(uintptr_t)c + CATALOG_HEADER + (half & 1) * c->half_bytes;
}

static inline struct catalog_stored_version *catalog_stored_array(const struct catalog *c, const void *half)
{
  size_t bytes = (size_t)c->max_ordinals * sizeof(struct catalog_stored_version);
  return (struct catalog_stored_version *)((char *)(uintptr_t)half + c->half_bytes - bytes);
}

/* Offsets of the chunks of the search index; 0: none. */
static inline uint32_t *catalog_index_directory(const struct catalog *c, const void *half)
{
  size_t bytes = ((size_t)c->max_ordinals / CATALOG_INDEX_CHUNK + 1) * sizeof(uint32_t);
  return (uint32_t *)(uintptr_t)((char *)catalog_stored_array(c, half) - (bytes + 63) / 64 * 64);
}

/* Bytes [at*8, at*8 + bytes) of a half; NULL when they do not all lie in it, and for offset 0. */
static inline const void *catalog_at(const struct catalog *c, const void *half, uint32_t at, size_t bytes)
{
  size_t from = (size_t)at * 8;
  if (at == 0 || from > c->half_bytes || bytes > c->half_bytes - from)
    return NULL;
  return (const char *)half + from;
}

static inline unsigned catalog_bits(unsigned v) /* bits that are set; v is at most 127 */
{
  unsigned high = v >> 4;
  v &= 15;
  v -= v >> 1 & 5;
  return (v & 3) + (v >> 2) + (high & 1) + (high >> 1 & 1) + (high >> 2);
}

_Static_assert(CATALOG_NAME_MAX < 1 << 12 && PRODUCT_PICKS_MAX < 1 << 4 && PRODUCT_EDITORIALS_MAX < 1 << 8,
               "a product's lengths fit their fields");

static inline uint32_t catalog_record_pair_words(const struct catalog_record *r)
{
  return r->flags & FLAG_PAIR_TEXTS ? 2u * r->n_pairs : r->n_pairs;
}

static inline size_t catalog_record_bytes(const struct catalog_record *r)
{
  size_t words = catalog_bits(r->times & TIMES_ALL) + (size_t)catalog_record_pair_words(r) + r->n_picks + r->n_editorials;
  size_t n = sizeof *r + 8 * words + SCORE_MONTHS * (size_t)r->past + r->slug_n + r->name_n + r->fold_n + r->alias_bytes +
             r->texts_n;
  return (n + 7) & ~(size_t)7;
}

static inline const uint64_t *catalog_record_pairs(const struct catalog_record *head, const void *body)
{
  return (const uint64_t *)((const char *)body + sizeof *head + 8 * (size_t)catalog_bits(head->times & TIMES_ALL));
}

static inline const uint64_t *catalog_record_picks(const struct catalog_record *head, const void *body)
{
  return catalog_record_pairs(head, body) + catalog_record_pair_words(head);
}

static inline const uint64_t *catalog_record_editorials(const struct catalog_record *head, const void *body)
{
  return catalog_record_picks(head, body) + head->n_picks;
}

static inline const unsigned char *catalog_record_past(const struct catalog_record *head, const void *body)
{
  return (const unsigned char *)(catalog_record_editorials(head, body) + head->n_editorials);
}

/* The count of a past month, 0 to SCORE_MONTHS - 1. */
static inline uint16_t catalog_past_count(const struct catalog_record *head, const unsigned char *past, int month)
{
  uint16_t count;
  if (head->past < 2)
    return head->past ? past[month] : 0;
  memcpy(&count, past + 2 * month, sizeof count);
  return count;
}

static inline struct span catalog_record_slug(const struct catalog_record *head, const void *body)
{
  return span_of((const char *)catalog_record_past(head, body) + SCORE_MONTHS * (size_t)head->past, head->slug_n);
}

static inline struct span catalog_record_name(const struct catalog_record *head, const void *body)
{
  struct span slug = catalog_record_slug(head, body);
  return span_of(slug.p + slug.n, head->name_n);
}

static inline struct span catalog_record_fold(const struct catalog_record *head, const void *body)
{
  struct span name = catalog_record_name(head, body);
  return head->flags & FLAG_FOLD_IS_SLUG ? catalog_record_slug(head, body) : span_of(name.p + name.n, head->fold_n);
}

static inline struct span catalog_record_aliases(const struct catalog_record *head, const void *body)
{
  struct span name = catalog_record_name(head, body);
  return span_of(name.p + name.n + head->fold_n, head->alias_bytes);
}

static inline struct span catalog_record_texts(const struct catalog_record *head, const void *body)
{
  struct span aliases = catalog_record_aliases(head, body);
  return span_of(aliases.p + aliases.n, head->texts_n);
}

/* Removes the first alias from *rest and returns it; empty: there is none. */
static inline struct span catalog_record_alias_take(struct span *rest)
{
  size_t n = rest->n ? (unsigned char)rest->p[0] : 0;
  struct span alias = n && n < rest->n ? span_of(rest->p + 1, n) : span_of(rest->p, 0);
  *rest = alias.n ? span_from(*rest, n + 1) : span_of(rest->p, 0);
  return alias;
}

static inline enum product_status catalog_record_status(const struct catalog_record *r)
{
  return (enum product_status)(r->flags & FLAG_STATUS);
}

static inline uint32_t catalog_ledger_entry(uint32_t index, uint32_t ordinal)
{
  return index << 24 | ordinal;
}

/* One optional time, or `absent`. */
int64_t catalog_record_time(const struct catalog_record *head, const void *body, uint8_t which, int64_t absent);
bool catalog_record_has_alias(const struct catalog_record *head, const void *body, struct span slug);
/* The checked record of an ordinal in the pin's snapshot: copies its fixed part to *head, returns the record. */
const void *catalog_record_read(const struct catalog_pin *pin, uint32_t ordinal, struct catalog_record *head);
/* A table of the pin's snapshot with *n items of `size` bytes, checked to lie in the half. */
const void *catalog_table_read(const struct catalog_pin *pin, enum catalog_table t, size_t size, uint32_t *n);

/* The attribute in a term's record; its spans point into the record.  false: damaged, or no memory. */
bool catalog_attribute_read(const struct catalog_term *t, enum product_status status, struct arena *arena,
                            struct attribute *out);
/* The key of CATALOG_BY_MOVES or CATALOG_BY_LATEST, the least first (catalog_rank_orders.c). */
uint64_t catalog_order_key(enum catalog_order order, const struct catalog_record *head, const void *body);

uint64_t catalog_hash(const void *p, size_t n);
uint64_t catalog_hash_id(uint64_t id);

/* Entries of the shared hash tables: 8 bits of the hash, then ordinal + 1.  0: free. */
static inline uint32_t catalog_hash_entry(uint64_t hash, uint32_t ordinal)
{
  return (uint32_t)(hash >> 56) << 24 | (ordinal + 1);
}

#endif
