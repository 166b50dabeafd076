/* Fragments: what is memoised in memcached, per product and never per pair.
 *
 * A fragment holds only its own product's rows: Markdown already rendered, facts, activities with
 * absolute times.  Never a relative time, a score, a rank, another product's data, a sector's or
 * theme's name: those are filled in when a page is put together, from the catalog.
 *
 * Key:   kind[page] : id : rev : hash : rendering     (ids and revs in base 36, hashes in base 16)
 * Value: an envelope (cache/envelope.h) around the packed body (text/pack.h).
 * "rendering" is a hash over everything beside the rows that shapes a body: this format's number and
 * the Markdown limits.  A fragment is stored under the version that was READ with its rows. */
#ifndef DIPTYCH_STORE_FRAGMENT_H
#define DIPTYCH_STORE_FRAGMENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "config/config.h"
#include "model/product.h"

/* X(NAME, letter) */
#define FRAGMENT_LIST(X)                                                                                               \
  X(PROFILE, 'p')   /* facts, editorial as HTML, newest activities, the chart's moves */                               \
  X(CARD, 'c')      /* headline and newest sparks, for lists */                                                        \
  X(TIMELINE, 't')  /* one page of the full timeline */                                                                \
  X(QUESTIONS, 'q') /* the product's own questions */                                                                  \
  X(SOURCE, 'm')    /* the editorial as Markdown, for the .md and .json representations */                                       \
  X(PAIR, 'w')      /* an editor's words on a pair, and its questions */                                               \
  X(SITE, 's')      /* the site's questions */                                                                         \
  X(PAGE, 'g')      /* an editors' page */

#define FRAGMENT_ENUM(name, letter) FRAGMENT_##name,
enum fragment_kind { FRAGMENT_LIST(FRAGMENT_ENUM) FRAGMENT_COUNT };
#undef FRAGMENT_ENUM

#define FRAGMENT_FORMAT 3 /* of the packed bodies: raise it with any change of a field */
#define FRAGMENT_KEY_MAX 64
#define PROFILE_ACTIVITIES 6
#define CARD_SPARKS 10

/* A Markdown body as HTML.  refused: over a limit; html is empty and a notice stands in its place. */
struct body {
  struct span html;
  bool refused;
};

struct profile {
  struct facts facts;
  struct span website_url, repository_url, logo_url, license;
  struct span headline, author, summary; /* summary: plain text of the current state's beginning */
  struct body current, heading, prediction;
  int64_t published_us, updated_us; /* of the editorial; CLOCK_NEVER */
  const struct activity *activities; /* newest PROFILE_ACTIVITIES */
  size_t n_activities;
  const struct chart_move *moves; /* newest first */
  size_t n_moves;
};

struct card {
  struct facts facts;
  struct span headline;
  const struct activity *sparks; /* newest CARD_SPARKS */
  size_t n_sparks;
};

struct timeline {
  uint64_t total; /* activities of the product in all */
  const struct activity *activities;
  size_t n_activities;
};

struct answer {
  uint64_t id;
  struct span question, md;
  struct body body;
};

struct answers {
  const struct answer *v;
  size_t n;
};

struct source {
  struct span current_md, heading_md, prediction_md;
};

struct pair_text {
  bool has_text;
  struct body intro, verdict;
  struct span intro_md, verdict_md;
  struct answers answers;
};

struct page_text {
  struct span title, md;
  struct body body;
  int64_t updated_us;
};

/* Bodies that turned out to be too slow, by a hash of their bytes: each costs its CPU time once a process, and not
 * once for every form and every page, so that pages with many of them come to an end. */
#define FRAGMENT_SLOW 256
struct fragment_slow {
  uint64_t hashes[FRAGMENT_SLOW]; /* 0: none; the oldest is overwritten */
  unsigned next;
};

/* What rendering may take.  A body that its own limits refuse is refused for ever and the notice in its place may
 * be kept.  One that was refused because the page's time was over says nothing about the body: `cut` tells,
 * and what was made then must not be kept. */
struct fragment_maker {
  const struct config *config;
  struct fragment_slow *slow; /* NULL: nothing is remembered */
  int64_t deadline_us; /* monotonic; 0: none */
  bool cut;
};

/* Renders and packs; the caller owns `out`.  False: memory, also told by out->failed. */
bool fragment_pack_product(struct fragment_maker *m, enum fragment_kind kind, const struct product *p, struct buf *out);
bool fragment_pack_timeline(uint64_t total, const struct activity *v, size_t n, struct buf *out);
bool fragment_pack_pair(struct fragment_maker *m, const struct pair_source *w, uint64_t id, struct buf *out);
bool fragment_pack_site(struct fragment_maker *m, const struct question *v, size_t n, struct buf *out);
bool fragment_pack_page(struct fragment_maker *m, uint64_t id, struct span title, struct span body_md, int64_t updated_us,
                        struct buf *out);

/* The decoded struct of the kind (struct profile *, struct card *, ...), pointing into `body`;
 * NULL: the body is damaged, or memory. */
void *fragment_unpack(enum fragment_kind kind, struct span body, struct arena *a);

/* The product's facts in a value of this kind; NULL: it has none. */
const struct facts *fragment_facts(enum fragment_kind kind, const void *value);

/* rendering: from fragment_rendering.  version2: of the other product for pairs, else zero.
 * Returns the key's length. */
uint32_t fragment_rendering(const struct config *c);
size_t fragment_key(char out[FRAGMENT_KEY_MAX + 1], enum fragment_kind kind, uint32_t page, uint64_t id,
                    struct version v, uint32_t rendering);
/* One version of a pair out of both products' and their ids: for PAIR keys, under the smaller id. */
struct version fragment_pair_version(struct version a, struct version b, uint64_t other_id);

#endif
