#include "site/part_memo.h"

#include <sodium.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/random.h>
#include <xxhash.h>

#include "base/lru.h"
#include "base/must.h"
#include "site/page_request.h"
#include "site/product_links.h"

#define USUAL_BYTES 1024
#define ALLOCATION_BYTES 32 /* what malloc adds */

/* One allocation: the struct, the copy of the view, the blocks and the linked names.  The texts of the blocks have another one,
 * because they are rendered later. */
struct entry {
  struct lru_entry at;
  uint64_t key[PART_KEY_WORDS];
  int64_t changed_us, label_us, next_change_us; /* what building the part added to its page */
  struct span linked;
  uint64_t linked_digest;
  struct entry *used, *dead; /* the next ones in the lists of the memo */
  bool is_used, is_dead;
  bool changed; /* a text of a block was kept */
  struct block_room *room; /* of the texts; NULL: none was kept before the current page */
  struct block_draw *blocks;
  size_t n_blocks, own_bytes; /* own_bytes: without the room */
  alignas(max_align_t) char view[];
};

struct part_memo {
  struct lru *lru;
  struct entry *dead; /* no longer valid, but pages may point into them */
  struct entry *used; /* by the current page, which may render texts of their blocks */
  unsigned char secret[crypto_shorthash_siphashx24_KEYBYTES];
};

struct part_memo *part_memo_new(size_t max_bytes)
{
  struct part_memo *m = calloc(1, sizeof *m);
  bool random = m && getrandom(m->secret, sizeof m->secret, 0) == sizeof m->secret;
  if (random && (m->lru = lru_new(max_bytes, 0, USUAL_BYTES)))
    return m;
  free(m);
  return NULL;
}

static struct entry *entry_of(struct lru_entry *e)
{
  return e ? LRU_OWNER(e, struct entry, at) : NULL;
}

static void entry_free(struct entry *e)
{
  for (size_t i = 0; i < e->n_blocks; i++)
    block_draw_clear(&e->blocks[i]);
  free(e->room);
  free(e);
}

static void dead_free(struct part_memo *m)
{
  for (struct entry *e; (e = m->dead);) {
    m->dead = e->dead;
    entry_free(e);
  }
}

void part_memo_free(struct part_memo **m)
{
  if (!*m)
    return;
  dead_free(*m);
  for (struct entry *e; (e = entry_of(lru_pop((*m)->lru)));)
    entry_free(e);
  lru_free(&(*m)->lru);
  free(*m);
  *m = NULL;
}

/* Puts the texts of its blocks side by side: a page reads dozens of short ones.  Without memory they stay where they are. */
static void entry_pack(struct part_memo *m, struct entry *e)
{
  size_t bytes = block_draws_bytes(e->blocks, e->n_blocks);
  struct block_room *room = malloc(bytes);
  if (room) {
    block_draws_pack(e->blocks, e->n_blocks, room);
    free(e->room);
    e->room = room;
    e->changed = false;
  }
  lru_resize(m->lru, &e->at, e->own_bytes + bytes + ALLOCATION_BYTES);
}

static void used_tidy(struct part_memo *m)
{
  for (struct entry *e; (e = m->used);) {
    m->used = e->used;
    e->is_used = false;
    if (e->changed && !e->is_dead)
      entry_pack(m, e);
  }
}

void part_memo_tidy(struct part_memo *m)
{
  used_tidy(m);
  dead_free(m);
  for (struct entry *e; (e = entry_of(lru_over(m->lru)));)
    entry_free(e);
}

size_t part_memo_bytes(const struct part_memo *m)
{
  return lru_bytes(m->lru);
}

/* ---- keys */

enum { WORD_KIND, WORD_DIGEST, WORD_REV = WORD_DIGEST + 2, WORD_HASH, WORD_SINCE, WORD_WINDOW, WORD_ADDED };
_Static_assert(WORD_ADDED + 2 == PART_KEY_WORDS, "a key has two words for what is added");

/* Kind, place, what ?since= said, and the length of what was added. */
static uint64_t kind_word(enum part_kind kind, size_t place, uint64_t since_state, uint64_t added)
{
  return (uint64_t)kind | (uint64_t)place << 8 | since_state << 24 | added << 32;
}

void part_key_add(const struct page *p, struct part_key *k, struct span s)
{
  MUST(k->words[WORD_KIND] >> 32 == 0, "a key got two additions");
  MUST(s.n < UINT32_MAX, "an addition to a key is shorter than a request");
  k->words[WORD_KIND] |= (uint64_t)s.n << 32;
  if (s.n && s.n <= 2 * sizeof *k->words)
    memcpy(&k->words[WORD_ADDED], s.p, s.n);
  else if (s.n && p->site->parts)
    crypto_shorthash_siphashx24((unsigned char *)&k->words[WORD_ADDED], (const unsigned char *)s.p, s.n, p->site->parts->secret);
}

struct part_key part_key_of(const struct page *p, enum part_kind kind, const struct planned_product *g, const struct facts *read,
                            size_t place)
{
  const struct want *w = g->member.want < p->n_wants ? &p->wants[g->member.want] : NULL;
  struct version v = read ? read->version : (struct version){0};
  return (struct part_key){.none = !read || !w || w->err != ERR_OK || w->incomplete,
                           .words = {kind_word(kind, place, p->since.state, 0), g->digest[0], g->digest[1], v.rev, v.hash,
                                     (uint64_t)p->since.us, (uint64_t)p->pin.window_us}};
}

struct part_key part_key_window(const struct page *p, enum part_kind kind, size_t place)
{
  return (struct part_key){.words = {kind_word(kind, place, 0, 0), [WORD_WINDOW] = (uint64_t)p->pin.window_us}};
}

/* ---- parts */

/* Representations show other fields.  A preview has a catalog of its own, whose versions mean other content.  A page that was
 * read ahead of the catalog shows new facts under the old slug: no version names this. */
static struct part_memo *memo_of(const struct page *p, const struct part_key *key)
{
  return p->preview || p->n_newer || p->target->form != FORM_HTML || key->none ? NULL : p->site->parts;
}

static bool is_current(struct page *p, const struct entry *e)
{
  return e->label_us <= p->now_us && p->now_us < e->next_change_us &&
         (!e->linked.n || product_links_digest(p, e->linked) == e->linked_digest);
}

static void page_add(struct page *p, int64_t changed_us, int64_t label_us, int64_t next_change_us, struct span linked)
{
  page_changed_at(p, changed_us);
  p->label_us = label_us > p->label_us ? label_us : p->label_us;
  p->next_change_us = next_change_us < p->next_change_us ? next_change_us : p->next_change_us;
  if (linked.n)
    p->linked = ARENA_JOIN(p->arena, p->linked, linked);
}

#define CACHE_LINE 64

static void prefetch(const void *p, size_t n)
{
  for (size_t i = 0; i < n; i += CACHE_LINE)
    __builtin_prefetch((const char *)p + i, 0, 2);
}

/* The memo is larger than a processor's own cache.  The texts are copied when the page is rendered, after all of its parts were
 * found: until then they can come near. */
static void use(struct part_memo *m, struct entry *e)
{
  if (e->is_used)
    return;
  if (e->room) {
    prefetch(e->blocks, e->n_blocks * sizeof *e->blocks);
    prefetch(e->room, e->room->n);
  }
  e->is_used = true;
  e->used = m->used;
  m->used = e;
}

void *part_begin(struct page *p, const struct part_key *key, struct page_part *out)
{
  struct part_memo *m = memo_of(p, key);
  struct span k = span_of((const char *)key->words, sizeof key->words);
  struct entry *e = m ? entry_of(lru_get(m->lru, k, XXH3_64bits(k.p, k.n))) : NULL;
  *out = (struct page_part){.memo = m};
  if (!m)
    return NULL;
  if (e && is_current(p, e)) {
    use(m, e);
    page_add(p, e->changed_us, e->label_us, e->next_change_us, e->linked);
    out->kept = true;
    return e->view;
  }
  if (e) {
    lru_take(m->lru, &e->at);
    e->is_dead = true;
    e->dead = m->dead;
    m->dead = e;
  }
  out->key = *key;
  out->changed_us = p->changed_us;
  out->label_us = p->label_us;
  out->next_change_us = p->next_change_us;
  out->linked = p->linked;
  out->uncacheable = p->uncacheable;
  p->changed_us = p->label_us = CLOCK_NEVER;
  p->next_change_us = CLOCK_FOREVER;
  p->linked = SPAN("");
  p->uncacheable = false;
  return NULL;
}

static size_t aligned(size_t n)
{
  return (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

static struct entry *entry_new(struct page *p, const struct page_part *part, const struct shape *shape, const void *view,
                               size_t blocks)
{
  size_t bytes = aligned(shape_copy_bytes(shape, view)), block_bytes = blocks * sizeof(struct block_draw);
  size_t all = sizeof(struct entry) + bytes + block_bytes + p->linked.n;
  struct entry *e = malloc(all);
  if (!e)
    return NULL;
  *e = (struct entry){.changed_us = p->changed_us,
                      .label_us = p->label_us,
                      .next_change_us = p->next_change_us,
                      .linked_digest = p->linked.n ? product_links_digest(p, p->linked) : 0,
                      .n_blocks = blocks,
                      .own_bytes = all + ALLOCATION_BYTES};
  shape_copy(shape, view, e->view);
  e->blocks = (struct block_draw *)(void *)(e->view + bytes);
  for (size_t i = 0; i < blocks; i++)
    e->blocks[i] = (struct block_draw){.changed = &e->changed};
  memcpy(e->key, part->key.words, sizeof e->key);
  e->at.key = span_of((const char *)e->key, sizeof e->key);
  e->at.hash = XXH3_64bits(e->key, sizeof e->key);
  e->at.bytes = e->own_bytes;
  if (p->linked.n)
    e->linked = span_of(memcpy(e->view + bytes + block_bytes, p->linked.p, p->linked.n), p->linked.n);
  return e;
}

void *part_end(struct page *p, struct page_part *part, const struct shape *shape, void *view, size_t blocks)
{
  struct part_memo *m = part->memo;
  struct entry *e = NULL;
  if (!m)
    return view;
  bool whole = view && !p->uncacheable && !arena_failed(p->arena);
  if (whole && (e = entry_new(p, part, shape, view, blocks))) {
    lru_put(m->lru, &e->at);
    use(m, e);
  }
  int64_t changed_us = p->changed_us, label_us = p->label_us, next_change_us = p->next_change_us;
  struct span linked = p->linked;
  p->changed_us = part->changed_us;
  p->label_us = part->label_us;
  p->next_change_us = part->next_change_us;
  p->linked = part->linked;
  p->uncacheable = p->uncacheable || part->uncacheable;
  page_add(p, changed_us, label_us, next_change_us, linked);
  part->kept = e != NULL;
  return e ? e->view : view;
}

struct block_draw *part_block(const struct page_part *part, const void *view, size_t i)
{
  if (!part->kept)
    return NULL;
  struct entry *e = (struct entry *)(void *)((char *)view - offsetof(struct entry, view));
  return &e->blocks[i];
}
