/* The model of a product.
 *
 * The catalog stores `struct facts` of every product, and a fragment repeats the facts of its product.  Facts are small
 * and enough for lists, cards, rankings and links.  The database takes all counts in the same snapshot as the version.
 * Spans and arrays belong to the source of the facts: a request's arena, or the catalog's immutable memory. */
#ifndef DIPTYCH_MODEL_PRODUCT_H
#define DIPTYCH_MODEL_PRODUCT_H

#include <stdint.h>

#include "base/clock.h"
#include "base/span.h"
#include "text/body_format.h"

/* A version is identified by rev, the number of the product's change log entries, and by hash, which covers every row that
 * a page would show.  Versions are ordered by rev, then by due_us, the time at which the next version begins without an
 * edit: an editorial that falls due changes the page but not the rows. */
struct version {
  uint64_t rev, hash;
  int64_t due_us; /* next_due_us of the facts; 0: unknown, or not a version of a product */
};

static inline bool version_eq(struct version a, struct version b)
{
  return a.rev == b.rev && a.hash == b.hash;
}

static inline bool version_newer(struct version a, struct version b)
{
  return a.rev != b.rev ? a.rev > b.rev : a.due_us > b.due_us;
}

enum product_status { PRODUCT_DRAFT, PRODUCT_PUBLISHED, PRODUCT_ARCHIVED }; /* an unknown status is read as draft */
enum lifecycle { LIFECYCLE_ACTIVE, LIFECYCLE_MAINTENANCE, LIFECYCLE_DISCONTINUED }; /* an unknown lifecycle is read as active */
enum activity_kind { ACTIVITY_RELEASE, ACTIVITY_POST, ACTIVITY_EVENT };
enum activity_class { CLASS_TRIVIAL, CLASS_IMPROVEMENT, CLASS_SPARK };
enum prediction_state { PREDICTION_OPEN, PREDICTION_CAME_TRUE, PREDICTION_FAILED }; /* an unknown state is read as open */

#define PRODUCT_SECTORS_MAX 16 /* further sectors, by sort, are left out */
#define PRODUCT_THEMES_MAX 32
#define PRODUCT_PICKS_MAX 12 /* further picks, by sort, are left out */
#define PRODUCT_VALUES_MAX 64 /* further values, by id of the attribute, are left out */
#define PRODUCT_VALUE_CHARS 500 /* of a value or a note; the rest is left out and an ellipsis added */
#define PRODUCT_SOURCE_CHARS 2048 /* a longer source is left out */
#define PRODUCT_EDITORIALS_MAX 255 /* older ones are left out */

/* A pair that the editors wrote a comparison about. */
struct written_pair {
  uint64_t other_id, text_id; /* text_id: of the comparison's row; a newer row has a higher one */
};

struct facts {
  uint64_t id;
  struct version version;
  struct span slug, name;
  enum product_status status;
  enum lifecycle lifecycle;
  const uint64_t *sectors; /* sector ids, ordered by sort then id; the first is the product's own sector */
  const uint64_t *themes;  /* theme ids, in the same order */
  const struct written_pair *written; /* for the writer of the catalog only; NULL elsewhere */
  const uint64_t *picks;   /* ids of the products that the editors name as alternatives, by sort then row id */
  const uint64_t *editorials; /* the due editorials in brief (model/editorials.h), newest first; the first is the current one */
  uint32_t n_sectors, n_themes, n_picks, n_written, n_editorials;
  const uint16_t *past;    /* n90 at the ends of the SCORE_MONTHS months before (model/moves.h), oldest first, at most
                              65,535; NULL: all 0, or not read.  Only a reading of rows for the catalog sets it;
                              catalog_past reads it back */
  uint32_t n90;            /* published releases and posts in the 90 days up to window_us */
  uint32_t s30;            /* published sparks in the 30 days up to window_us */
  uint32_t activities;     /* all published and due activities; 0: not scored */
  int override_tenths;     /* velocity_override * 10, rounded half up, 0 to 100; -1: none */
  bool has_editorial;
  bool has_questions;      /* there are published FAQ rows of the product alone, not of a pair */
  struct span texts;       /* for the search (model/texts.h); only in the catalog's facts and those for it */
  int64_t window_us;       /* the full hour at which n90 and s30 end */
  int64_t editorial_us;    /* last editorial update; CLOCK_NEVER without editorial */
  int64_t activity_us;     /* newest due activity; CLOCK_NEVER: none */
  int64_t spark_us;        /* newest due spark; CLOCK_NEVER: none */
  int64_t release_us;      /* newest due release with a version; CLOCK_NEVER: none */
  int64_t changed_us;      /* lastmod: the latest of row update, editorial update, newest activity */
  int64_t edited_us;       /* last change that the catalog saw, for Last-Modified, also of rows without
                              a time of their own; CLOCK_NEVER: none.  In facts that are newer than the
                              catalog's: when they were read */
  int64_t next_due_us;     /* when the product changes next without an edit (an editorial or activity
                              falls due); CLOCK_FOREVER: never */
};

struct activity {
  uint64_t id;
  enum activity_kind kind;
  enum activity_class class;
  struct span title, url, version;
  int64_t occurred_us;
};

/* Activities that bodies name by "[^activity:7]": published and due, by id, without duplicates. */
struct cited {
  const struct activity *v;
  size_t n;
};

/* How the editors graded the prediction of an editorial. */
struct grade {
  enum prediction_state state;
  struct span note;                /* one plain line; may be empty */
  const struct activity *evidence; /* published and due, of the same product; NULL: none */
};

struct editorial {
  uint64_t id;
  struct span headline, current_md, heading_md, prediction_md, author;
  enum body_format format; /* of the three bodies */
  int64_t published_us, updated_us; /* CLOCK_NEVER: unknown */
  struct grade grade;
};

#define PREDICTION_BYTES 4000 /* of the prediction of a past editorial that are read for lists */

struct question {
  uint64_t id;
  struct span question, answer_md;
  enum body_format format; /* of the answer */
};

/* An alternative that the editors name, with their sentence why. */
struct editors_pick {
  uint64_t other_id;
  struct span reason;
};

/* What a product has of an attribute (model/attribute.h). */
struct recorded_value {
  uint64_t attribute_id;
  struct span value; /* one line, not empty; read by the kind of the attribute */
  struct span note, source_url;
  int64_t checked_us; /* the day, 00:00 UTC; CLOCK_NEVER: unknown */
};

/* The pair text and the questions about a pair, with the id of the other product. */
struct pair_source {
  uint64_t other_id;
  bool has_text;
  uint64_t text_id; /* 0: there is no text */
  struct span intro_md, verdict_md;
  enum body_format format; /* of both */
  const struct question *questions;
  size_t n_questions;
};

#define TIMELINE_PAGE 50 /* activities on a page of the timeline, and in the profile */

/* All rows of a product, read in one snapshot. */
struct product {
  struct facts facts;
  struct span website_url, repository_url, logo_url, license;
  struct span summary; /* one plain line: what the product is; empty: none */
  const struct editorial *editorial; /* the current one; NULL: there is none, or it is not due yet */
  const struct editorial *editorials; /* facts.n_editorials of them; of past ones current_md and heading_md are empty, and
                                         prediction_md has at most PREDICTION_BYTES characters */
  const uint64_t *editorial_ids;      /* facts.n_editorials of them */
  const struct activity *activities; /* the newest TIMELINE_PAGE due activities: occurred_us descending, id ascending */
  size_t n_activities;
  int64_t newer_us, older_us; /* of the activities next to them; CLOCK_NEVER: there is none */
  const struct activity *sparks; /* the newest 10 due sparks, in the same order */
  size_t n_sparks;
  const struct activity *latest_release; /* due, with a version; ties: lowest id; NULL: none */
  const struct activity *first_release;  /* the earliest on record, likewise */
  const struct moves_count *moves; /* all due activities from moves_from on (model/moves.h), newest slot first */
  size_t n_moves;
  const struct question *questions; /* of the product alone, by sort then id */
  size_t n_questions;
  const struct editors_pick *picks; /* facts.n_picks of them, with the ids of facts.picks */
  const struct recorded_value *values; /* by attribute id, one each */
  size_t n_values;
  const struct pair_source *pairs; /* pairs with a published text or published questions */
  size_t n_pairs;
  struct cited cited; /* by any body of the reading; activities of this product alone */
  const struct span *aliases;
  size_t n_aliases;
};

#endif
