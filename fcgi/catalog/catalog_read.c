/* Reads products through a pin.  A writer may be running at the same time or may have died: the fixed part of a record
 * is copied before its lengths are used, every offset is checked, and every probe sequence is bounded. */
#include "catalog/catalog_layout.h"
#include "catalog/catalog_match.h"
#include "model/editorials.h"

static const struct catalog_snapshot *snapshot_of(const struct catalog_pin *pin)
{
  return pin->snapshot;
}

uint64_t catalog_hash(const void *p, size_t n)
{
  const unsigned char *s = p;
  uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ n;
  for (; n >= 8; n -= 8, s += 8) {
    uint64_t w;
    memcpy(&w, s, 8);
    h = (h ^ w) * UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 32;
  }
  uint64_t tail = 0;
  memcpy(&tail, s, n);
  return catalog_hash_id(h ^ tail);
}

/* The finalizer of MurmurHash3 (Austin Appleby, public domain). */
uint64_t catalog_hash_id(uint64_t id)
{
  id = (id ^ id >> 33) * UINT64_C(0xff51afd7ed558ccd);
  id = (id ^ id >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
  return id ^ id >> 33;
}

const void *catalog_table_read(const struct catalog_pin *pin, enum catalog_table t, size_t size, uint32_t *n)
{
  const struct catalog_table_ring *p = &snapshot_of(pin)->tables[t];
  uint32_t current = __atomic_load_n(&p->current, __ATOMIC_RELAXED) % CATALOG_RING;
  uint32_t at = __atomic_load_n(&p->slot[current].at, __ATOMIC_RELAXED);
  *n = __atomic_load_n(&p->n, __ATOMIC_RELAXED);
  const void *found = *n ? catalog_at(pin->catalog, pin->half, at, *n * size) : NULL;
  if (!found)
    *n = 0;
  return found;
}

const void *catalog_record_read(const struct catalog_pin *pin, uint32_t ordinal, struct catalog_record *head)
{
  uint32_t n;
  const uint32_t *records = catalog_table_read(pin, TABLE_RECORDS, sizeof *records, &n);
  if (ordinal >= n || ordinal >= pin->products)
    return NULL;
  uint32_t at = __atomic_load_n(&records[ordinal], __ATOMIC_ACQUIRE);
  const void *body = catalog_at(pin->catalog, pin->half, at, sizeof *head);
  if (!body)
    return NULL;
  memcpy(head, body, sizeof *head);
  return catalog_at(pin->catalog, pin->half, at, catalog_record_bytes(head));
}

/* A time that is not stored. */
static int64_t time_told(const struct catalog_record *head, const void *body, uint8_t which, int64_t absent)
{
  if (which == TIME_EDITORIAL && head->same & SAME_EDITORIAL && head->n_editorials)
    return editorial_brief_us(*catalog_record_editorials(head, body));
  if (which == TIME_RELEASE && head->same & SAME_RELEASE && head->times & TIME_ACTIVITY)
    return catalog_record_time(head, body, TIME_ACTIVITY, absent);
  if (which != TIME_CHANGED)
    return absent;
  int64_t editorial_us = catalog_record_time(head, body, TIME_EDITORIAL, CLOCK_NEVER);
  int64_t activity_us = catalog_record_time(head, body, TIME_ACTIVITY, CLOCK_NEVER);
  return editorial_us > activity_us ? editorial_us : activity_us;
}

int64_t catalog_record_time(const struct catalog_record *head, const void *body, uint8_t which, int64_t absent)
{
  if (!(head->times & which))
    return time_told(head, body, which, absent);
  const int64_t *times = (const int64_t *)((const char *)body + sizeof *head);
  return times[catalog_bits(head->times & (which - 1u))];
}

bool catalog_record_has_alias(const struct catalog_record *head, const void *body, struct span slug)
{
  struct span rest = catalog_record_aliases(head, body);
  while (rest.n) {
    size_t n = (unsigned char)rest.p[0];
    if (n + 1 > rest.n)
      return false;
    if (span_eq(span_of(rest.p + 1, n), slug))
      return true;
    rest = span_from(rest, n + 1);
  }
  return false;
}

/* A hash table of the snapshot with *mask + 1 entries; NULL: none. */
static const uint32_t *hash_read(const struct catalog_pin *pin, const uint32_t *at, const uint32_t *bits, uint32_t *mask)
{
  uint32_t b = __atomic_load_n(bits, __ATOMIC_RELAXED);
  if (b > 28)
    return NULL;
  *mask = (UINT32_C(1) << b) - 1;
  return catalog_at(pin->catalog, pin->half, __atomic_load_n(at, __ATOMIC_RELAXED), ((size_t)*mask + 1) * 4);
}

uint32_t catalog_find(const struct catalog_pin *pin, struct span slug, bool *alias)
{
  const struct catalog_snapshot *b = snapshot_of(pin);
  uint32_t mask, draft = CATALOG_NONE, old = CATALOG_NONE;
  const uint32_t *table = hash_read(pin, &b->slugs_at, &b->slugs_bits, &mask);
  uint64_t hash = catalog_hash(slug.p, slug.n);
  bool old_published = false;
  *alias = false;
  for (uint32_t i = 0; table && i <= mask; i++) {
    uint32_t entry = __atomic_load_n(&table[(hash + i) & mask], __ATOMIC_RELAXED);
    struct catalog_record head;
    if (entry == 0)
      break;
    if (entry >> 24 != hash >> 56)
      continue;
    uint32_t ordinal = (entry & 0xffffff) - 1;
    const void *body = catalog_record_read(pin, ordinal, &head);
    if (body && span_eq(catalog_record_slug(&head, body), slug)) {
      if (catalog_record_status(&head) != PRODUCT_DRAFT)
        return ordinal;
      draft = ordinal;
    } else if (body && old == CATALOG_NONE && catalog_record_has_alias(&head, body, slug)) {
      old = ordinal;
      old_published = catalog_record_status(&head) == PRODUCT_PUBLISHED;
    }
  }
  if (draft != CATALOG_NONE && !old_published)
    return draft;
  *alias = old != CATALOG_NONE;
  return old;
}

/* True: the folded name of the record has these words. */
static bool name_is(const struct catalog_record *head, const void *body, struct span words)
{
  char name[CATALOG_NAME_MAX];
  struct span fold = catalog_record_fold(head, body);
  return fold.n <= sizeof name && span_eq(span_of(name, match_normalize(fold, name)), words);
}

uint32_t catalog_find_name(const struct catalog_pin *pin, struct span folded)
{
  const struct catalog_snapshot *b = snapshot_of(pin);
  char words[CATALOG_NAME_MAX];
  uint32_t mask, found = CATALOG_NONE;
  const uint32_t *table = hash_read(pin, &b->slugs_at, &b->slugs_bits, &mask);
  size_t n = folded.n <= sizeof words ? match_normalize(folded, words) : 0;
  uint64_t hash = catalog_hash(words, n);
  for (uint32_t i = 0; n && table && i <= mask; i++) {
    uint32_t entry = __atomic_load_n(&table[(hash + i) & mask], __ATOMIC_RELAXED), ordinal = (entry & 0xffffff) - 1;
    struct catalog_record head;
    if (entry == 0)
      break;
    const void *body = entry >> 24 == hash >> 56 ? catalog_record_read(pin, ordinal, &head) : NULL;
    if (!body || ordinal == found || catalog_record_status(&head) != PRODUCT_PUBLISHED || !name_is(&head, body, span_of(words, n)))
      continue;
    if (found != CATALOG_NONE)
      return CATALOG_NONE;
    found = ordinal;
  }
  return found;
}

uint32_t catalog_find_id(const struct catalog_pin *pin, uint64_t id)
{
  const struct catalog_snapshot *b = snapshot_of(pin);
  uint32_t mask;
  const uint32_t *table = hash_read(pin, &b->ids_at, &b->ids_bits, &mask);
  uint64_t hash = catalog_hash_id(id);
  for (uint32_t i = 0; table && i <= mask; i++) {
    uint32_t entry = __atomic_load_n(&table[(hash + i) & mask], __ATOMIC_RELAXED);
    struct catalog_record head;
    if (entry == 0)
      break;
    if (entry >> 24 == hash >> 56 && catalog_record_read(pin, (entry & 0xffffff) - 1, &head) && head.id == id)
      return (entry & 0xffffff) - 1;
  }
  return CATALOG_NONE;
}

static const uint64_t *ids_read(const struct catalog_pin *pin, uint32_t at, uint32_t *n)
{
  const uint64_t *ids = *n ? catalog_at(pin->catalog, pin->half, at, *n * sizeof *ids) : NULL;
  if (!ids)
    *n = 0;
  return ids;
}

/* What catalog_facts reads behind the fixed part of a record, found in one pass: pages read the facts of many products. */
enum { AT_EDITORIAL, AT_ACTIVITY, AT_SPARK, AT_DUE, AT_EDITED, AT_RELEASE, AT_CHANGED, TIMES }; /* the bits TIME_* in their order */
_Static_assert(TIME_EDITORIAL == 1 << AT_EDITORIAL && TIME_ACTIVITY == 1 << AT_ACTIVITY && TIME_SPARK == 1 << AT_SPARK &&
                   TIME_DUE == 1 << AT_DUE && TIME_EDITED == 1 << AT_EDITED && TIME_RELEASE == 1 << AT_RELEASE &&
                   TIME_CHANGED == 1 << AT_CHANGED && TIMES_ALL == (1 << TIMES) - 1,
               "times are stored in the order of their bits");

struct record_parts {
  int64_t times[TIMES]; /* CLOCK_NEVER, and CLOCK_FOREVER for AT_DUE: not set */
  const uint64_t *picks;
  struct span slug;
};

/* As time_told. */
static inline void times_tell(const struct catalog_record *head, const uint64_t *editorials, int64_t *times)
{
  if (!(head->times & TIME_EDITORIAL) && head->same & SAME_EDITORIAL && head->n_editorials)
    times[AT_EDITORIAL] = editorial_brief_us(*editorials);
  if (!(head->times & TIME_RELEASE) && head->same & SAME_RELEASE)
    times[AT_RELEASE] = times[AT_ACTIVITY];
  if (!(head->times & TIME_CHANGED))
    times[AT_CHANGED] = times[AT_EDITORIAL] > times[AT_ACTIVITY] ? times[AT_EDITORIAL] : times[AT_ACTIVITY];
}

static inline struct record_parts record_parts_find(const struct catalog_record *head, const void *body)
{
  struct record_parts parts;
  const int64_t *time = (const int64_t *)((const char *)body + sizeof *head);
  for (unsigned i = 0; i < TIMES; i++)
    parts.times[i] = head->times >> i & 1 ? *time++ : i == AT_DUE ? CLOCK_FOREVER : CLOCK_NEVER;
  parts.picks = (const uint64_t *)time + catalog_record_pair_words(head);
  times_tell(head, parts.picks + head->n_picks, parts.times);
  const char *past = (const char *)(parts.picks + head->n_picks + head->n_editorials);
  parts.slug = span_of(past + SCORE_MONTHS * (size_t)head->past, head->slug_n);
  return parts;
}

bool catalog_facts(const struct catalog_pin *pin, uint32_t ordinal, struct facts *out)
{
  struct catalog_record r;
  const void *body = catalog_record_read(pin, ordinal, &r);
  memset(out, 0, sizeof *out);
  if (!body)
    return false;
  const struct record_parts parts = record_parts_find(&r, body);
  int64_t window_us = r.window_h * CLOCK_HOUR, due_us = parts.times[AT_DUE];
  out->id = r.id;
  out->version = (struct version){r.rev, r.hash, due_us};
  out->slug = parts.slug;
  out->name = span_of(parts.slug.p + r.slug_n, r.name_n);
  out->status = catalog_record_status(&r);
  out->lifecycle = (enum lifecycle)((r.flags & FLAG_LIFECYCLE) >> 2);
  out->n_sectors = r.n_sectors;
  out->n_themes = r.n_themes;
  out->picks = r.n_picks ? parts.picks : NULL;
  out->n_picks = r.n_picks;
  out->editorials = r.n_editorials ? parts.picks + r.n_picks : NULL;
  out->n_editorials = r.n_editorials;
  out->n90 = r.n90;
  out->s30 = r.s30;
  out->activities = r.activities;
  out->override_tenths = r.override_tenths;
  out->has_editorial = r.flags & FLAG_EDITORIAL;
  out->has_questions = r.flags & FLAG_QUESTIONS;
  out->texts = span_of(parts.slug.p + r.slug_n + r.name_n + r.fold_n + r.alias_bytes, r.texts_n);
  out->window_us = window_us > pin->window_us ? window_us : pin->window_us;
  out->editorial_us = parts.times[AT_EDITORIAL];
  out->activity_us = parts.times[AT_ACTIVITY];
  out->spark_us = parts.times[AT_SPARK];
  out->release_us = parts.times[AT_RELEASE];
  out->changed_us = parts.times[AT_CHANGED];
  out->edited_us = parts.times[AT_EDITED];
  out->next_due_us = due_us;
  out->sectors = ids_read(pin, r.sectors, &out->n_sectors);
  out->themes = ids_read(pin, r.themes, &out->n_themes);
  return true;
}

bool catalog_label_read(const struct catalog_pin *pin, uint32_t ordinal, struct catalog_label *out)
{
  struct catalog_record r;
  const void *body = catalog_record_read(pin, ordinal, &r);
  if (!body) {
    *out = (struct catalog_label){.id = 0};
    return false;
  }
  const struct record_parts parts = record_parts_find(&r, body);
  *out = (struct catalog_label){.id = r.id,
                                .version = {r.rev, r.hash, parts.times[AT_DUE]},
                                .status = catalog_record_status(&r),
                                .slug = parts.slug,
                                .name = span_of(parts.slug.p + r.slug_n, r.name_n),
                                .changed_us = parts.times[AT_CHANGED],
                                .edited_us = parts.times[AT_EDITED]};
  return true;
}

bool catalog_past(const struct catalog_pin *pin, uint32_t ordinal, uint16_t out[SCORE_MONTHS])
{
  struct catalog_record r;
  const void *body = catalog_record_read(pin, ordinal, &r);
  for (int i = 0; i < SCORE_MONTHS; i++)
    out[i] = body ? catalog_past_count(&r, catalog_record_past(&r, body), i) : 0;
  return body;
}

int catalog_score(const struct catalog_pin *pin, uint32_t ordinal)
{
  uint32_t n;
  const uint8_t *scores = catalog_table_read(pin, TABLE_SCORES, 1, &n);
  if (ordinal >= n || scores[ordinal] == CATALOG_NO_SCORE)
    return SCORE_NONE;
  return scores[ordinal];
}
