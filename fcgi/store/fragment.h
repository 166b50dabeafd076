/* Fragments: the values in memcached, from which pages are built.
 *
 * A fragment of a product holds only the product's own rows: facts, rendered Markdown, activities with absolute times.
 * It holds no relative time, score or rank, no data of another product and no name of a sector or theme.  Pages take
 * those from the catalog.
 *
 * Key:   kind[page] : id : rev : hash : rendering     (ids and revs in base 36, hashes in base 16)
 * Value: an envelope (cache/envelope.h) around the packed body (text/pack.h).
 * "rendering" is a hash of everything else that determines a body: the sources that make it (FRAGMENT_SOURCES, which the build
 * computes), the version of libcmark, the Markdown limits, as_of, base_url and body_format.
 * A fragment is stored under the version that was read together with its rows. */
#ifndef DIPTYCH_STORE_FRAGMENT_H
#define DIPTYCH_STORE_FRAGMENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/metrics.h"
#include "config/config.h"
#include "model/months.h"
#include "model/product.h"
#include "text/word_diff.h"

/* X(NAME, letter) */
#define FRAGMENT_LIST(X)                                                                                               \
  X(PROFILE, 'p')   /* facts, editorial as HTML, newest activities, releases, counts by the hour, picks, values */     \
  X(CARD, 'c')      /* summary, headline, latest release, moves by month, for lists */                                 \
  X(NEWS, 'n')      /* releases of a week, and the beginning of the editorial, for the home page */                    \
  X(SPARKS, 'k')    /* newest sparks, for the home page */                                                             \
  X(TIMELINE, 't')  /* one page of the full timeline */                                                                \
  X(QUESTIONS, 'q') /* the product's own questions */                                                                  \
  X(SOURCE, 'm')    /* the editorial as Markdown, for the .md and .json representations and calendars */                \
  X(PREDICTIONS, 'e') /* all due editorials in brief: headlines, predictions as plain text, grades */                  \
  X(PAST, 'h')      /* one past editorial, and what the next one changed */                                            \
  X(PAIR, 'w')      /* the pair text of two products, and the pair's questions */                                      \
  X(SITE, 's')      /* the site's questions */                                                                         \
  X(PAGE, 'g')      /* a static page */

#define FRAGMENT_ENUM(name, letter) FRAGMENT_##name,
enum fragment_kind { FRAGMENT_LIST(FRAGMENT_ENUM) FRAGMENT_COUNT };
#undef FRAGMENT_ENUM

#define FRAGMENT_KEY_MAX 64
#define PREDICTION_CHARS 600
#define PROFILE_ACTIVITIES 6

/* A Markdown body as HTML.  refused: it is over a limit; html is empty, and the page shows a notice in its place. */
struct body {
  struct span html;
  bool refused;
};

struct profile {
  struct facts facts;
  struct span website_url, repository_url, logo_url, license;
  struct span summary; /* what the product is, in one line by the editors */
  struct span headline, author, excerpt; /* excerpt: the beginning of `current` as plain text */
  struct body current, heading, prediction;
  struct grade grade;
  int64_t published_us, updated_us; /* of the editorial; CLOCK_NEVER */
  const struct editors_pick *picks; /* facts.n_picks of them */
  const struct activity *activities; /* newest PROFILE_ACTIVITIES */
  size_t n_activities;
  const struct activity *latest_release, *first_release; /* with a version; NULL: none */
  const struct recorded_value *values; /* by attribute id */
  size_t n_values;
  const struct moves_count *moves; /* newest slot first */
  size_t n_moves;
};

struct card {
  struct facts facts;
  struct span summary, headline;
  const struct activity *latest_release; /* with a version; NULL: none */
  struct months months;
};

#define NEWS_RELEASES 12
#define NEWS_RELEASES_US (8 * CLOCK_DAY) /* before the newest one; the home page shows those of 7 days */
#define NEWS_EXCERPT_CHARS 320

struct news {
  struct facts facts;
  struct span headline, author, excerpt; /* excerpt: the beginning of the current state as plain text */
  int64_t published_us, updated_us; /* of the editorial; CLOCK_NEVER */
  const struct activity *releases; /* NEWS_RELEASES with a version at most, within NEWS_RELEASES_US, newest first */
  size_t n_releases;
};

#define SPARKS_MAX 10

struct sparks {
  const struct activity *v; /* newest SPARKS_MAX */
  size_t n;
};

struct timeline {
  uint64_t total; /* activities of the product, on all pages */
  int64_t newer_us, older_us; /* of the activities next to those of this page; CLOCK_NEVER: none */
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
  uint64_t editorial_id; /* 0: there is no editorial */
  struct span current_md, heading_md, prediction_md;
  struct span prediction; /* as plain text of at most PREDICTION_CHARS characters, for calendars */
};

/* A due editorial as lists show it. */
struct prediction {
  int64_t published_us, updated_us;
  struct span headline, author;
  struct span text; /* of the prediction: plain text, at most PREDICTION_CHARS characters; empty: none that can be shown */
  struct grade grade;
};

struct predictions {
  const struct prediction *v; /* in the order of facts.editorials */
  size_t n;
};

/* What the next editorial changed in a text of a past one. */
struct change {
  bool refused; /* a text is over a limit, so the two were not compared */
  struct word_diff diff;
};

enum { CHANGE_HEADLINE, CHANGE_CURRENT, CHANGE_HEADING, CHANGE_PREDICTION, CHANGES };

struct past {
  int64_t published_us, updated_us, next_published_us;
  struct span headline, author;
  struct body current, heading, prediction;
  struct source source;
  struct grade grade;
  struct change changes[CHANGES];
};

struct pair_text {
  bool has_text;
  struct body intro, verdict;
  struct span intro_md, verdict_md;
  struct span excerpt; /* the beginning of the intro as plain text */
  struct answers answers;
};

struct page_text {
  struct span title, md;
  struct body body;
  int64_t updated_us;
};

/* Bodies that exceeded markdown_cpu, by a hash of their bytes.  Each process spends the CPU time of such a body once,
 * not once per representation and page; otherwise a page with many of them would always time out. */
#define FRAGMENT_SLOW 256
struct fragment_slow {
  uint64_t hashes[FRAGMENT_SLOW]; /* 0: none; the oldest is overwritten */
  unsigned next;
};

/* The limits of rendering.  A body over its own limits is always refused, so the fragment with the notice may be
 * stored.  A body that is refused because of the deadline may render next time: `incomplete` is set, and the fragment
 * must not be stored. */
struct fragment_renderer {
  const struct config *config;
  struct metrics *metrics;     /* counts refused bodies; NULL: nobody does */
  struct fragment_slow *slow; /* NULL: slow bodies are not remembered */
  int64_t deadline_us; /* monotonic; 0: none */
  bool incomplete;
  bool ahead; /* no response shows the text: that a body had no time is not reported */
  struct cited cited[2]; /* what "[^activity:7]" may name: of the product, and of the other one of a pair */
  struct arena *arena; /* for the day of an activity that a body names */
};

/* Render and pack; the caller owns `out`.  False: no memory, and out->failed is set.  fragment_pack_product sets r->cited; before
 * fragment_pack_past and fragment_pack_pair, the caller does. */
bool fragment_pack_product(struct fragment_renderer *r, enum fragment_kind kind, const struct product *p, struct buf *out);
bool fragment_pack_timeline(const struct timeline *t, struct buf *out);
bool fragment_pack_past(struct fragment_renderer *r, const struct editorial *past, const struct editorial *next, struct buf *out);
bool fragment_pack_pair(struct fragment_renderer *r, const struct pair_source *w, uint64_t id, struct buf *out);
bool fragment_pack_site(struct fragment_renderer *r, const struct question *v, size_t n, struct buf *out);
struct page_source {
  struct span title, md;
  enum body_format format;
  int64_t updated_us;
};
bool fragment_pack_page(struct fragment_renderer *r, uint64_t id, const struct page_source *p, struct buf *out);

/* The decoded struct of the kind (struct profile *, struct card *, ...), in the arena; its spans point into `body`.
 * NULL: the body is damaged, or no memory. */
void *fragment_unpack(enum fragment_kind kind, struct span body, struct arena *a);

/* The product's facts in a value of this kind; NULL: the kind has none. */
const struct facts *fragment_facts(enum fragment_kind kind, const void *value);

/* True: the fragment is one of several of its kind and product, told apart by `page`, and is made when it is wanted, not
 * together with the others of the product. */
static inline bool fragment_made_alone(enum fragment_kind kind, uint32_t page)
{
  return kind == FRAGMENT_PAST || (kind == FRAGMENT_TIMELINE && page > 1);
}

/* Writes the key and returns its length.  `rendering` comes from fragment_rendering.  PAIR: `v` comes from
 * fragment_pair_version, and `id` is the smaller id. */
uint32_t fragment_rendering(const struct config *c);
size_t fragment_key(char out[FRAGMENT_KEY_MAX + 1], enum fragment_kind kind, uint32_t page, uint64_t id,
                    struct version v, uint32_t rendering);
/* The version of a pair, from the versions of both products and the larger id. */
struct version fragment_pair_version(struct version a, struct version b, uint64_t other_id);

#endif
