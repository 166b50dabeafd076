/* Reads products through a pin.  A writer may be running at the same time or may have died: the fixed part of a record
 * is copied before its lengths are used, every offset is checked, and every probe sequence is bounded. */
#include "catalog/catalog_layout.h"
#include "catalog/catalog_match.h"

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

int64_t catalog_record_time(const struct catalog_record *head, const void *body, uint8_t which, int64_t absent)
{
  if (!(head->times & which))
    return absent;
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
  uint32_t mask, found = CATALOG_NONE;
  const uint32_t *table = hash_read(pin, &b->slugs_at, &b->slugs_bits, &mask);
  uint64_t hash = catalog_hash(slug.p, slug.n);
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
      *alias = false;
      return ordinal;
    }
    if (body && found == CATALOG_NONE && catalog_record_has_alias(&head, body, slug)) {
      found = ordinal;
      *alias = true;
    }
  }
  return found;
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

bool catalog_facts(const struct catalog_pin *pin, uint32_t ordinal, struct facts *out)
{
  struct catalog_record r;
  const void *body = catalog_record_read(pin, ordinal, &r);
  if (!body) {
    *out = (struct facts){0};
    return false;
  }
  int64_t window_us = r.window_h * CLOCK_HOUR, due_us = catalog_record_time(&r, body, TIME_DUE, CLOCK_FOREVER);
  *out = (struct facts){
      .id = r.id,
      .version = {r.rev, r.hash, due_us},
      .slug = catalog_record_slug(&r, body),
      .name = catalog_record_name(&r, body),
      .status = catalog_record_status(&r),
      .lifecycle = (enum lifecycle)((r.flags & FLAG_LIFECYCLE) >> 2),
      .n_sectors = r.n_sectors,
      .n_themes = r.n_themes,
      .picks = r.n_picks ? catalog_record_picks(&r, body) : NULL,
      .n_picks = r.n_picks,
      .editorials = r.n_editorials ? catalog_record_editorials(&r, body) : NULL,
      .n_editorials = r.n_editorials,
      .n90 = r.n90,
      .s30 = r.s30,
      .activities = r.activities,
      .override_tenths = r.override_tenths,
      .has_editorial = r.flags & FLAG_EDITORIAL,
      .has_questions = r.flags & FLAG_QUESTIONS,
      .texts = catalog_record_texts(&r, body),
      .window_us = window_us > pin->window_us ? window_us : pin->window_us,
      .editorial_us = catalog_record_time(&r, body, TIME_EDITORIAL, CLOCK_NEVER),
      .activity_us = catalog_record_time(&r, body, TIME_ACTIVITY, CLOCK_NEVER),
      .spark_us = catalog_record_time(&r, body, TIME_SPARK, CLOCK_NEVER),
      .release_us = catalog_record_time(&r, body, TIME_RELEASE, CLOCK_NEVER),
      .changed_us = r.changed_us,
      .edited_us = catalog_record_time(&r, body, TIME_EDITED, CLOCK_NEVER),
      .next_due_us = due_us,
  };
  out->sectors = ids_read(pin, r.sectors, &out->n_sectors);
  out->themes = ids_read(pin, r.themes, &out->n_themes);
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
