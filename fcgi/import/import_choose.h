/* What of a document is new.
 *
 * A release is known by its version, whatever the ids, titles and addresses of a feed do, and whichever of the sources of a
 * product names it.  An entry without a version is a post: it is known by its address, unless the document gives one address to
 * several entries, and by its title together with its day.  The activities that editors wrote count as known as well.
 *
 * Keys, as in import_release.release_key:
 *   v:3.9             version (import_version.h)
 *   n:<16 hex digits> hash of the name of a release without a number
 *   u:<16 hex digits> hash of the address without scheme, fragment, "www." and parameters of campaigns
 *   t:<16 hex digits> hash of the folded title and the day */
#ifndef DIPTYCH_IMPORT_IMPORT_CHOOSE_H
#define DIPTYCH_IMPORT_IMPORT_CHOOSE_H

#include "import/import_feed.h"
#include "import/import_version.h"

struct import_keys {
  struct arena *arena;
  struct span *v;
  size_t n, cap;
};

void import_keys_add(struct import_keys *k, struct span key); /* the bytes must live as long as the arena */
MUST_USE bool import_keys_has(const struct import_keys *k, struct span key);

/* Adds the keys of an activity.  Empty spans: the column is NULL. */
struct import_activity {
  struct span version, title, url;
  int64_t at_us;
  bool release;
};
void import_keys_add_activity(struct import_keys *k, const struct import_activity *a);

struct import_release {
  struct span key, other_key; /* other_key: of the title of a post; empty: none */
  struct span title, url, version; /* the last two may be empty */
  const char *kind, *class;
  int64_t at_us; /* CLOCK_NEVER: it is only remembered */
};

struct import_choice {
  struct import_release *v; /* the oldest first */
  size_t n;
  size_t known, prereleases, undated, future, left_out;
};

struct import_context {
  enum import_kind kind;
  struct import_product_names product;
  int64_t now_us;
  bool first; /* the source was never read before */
};

/* What to add, in the arena of the feed.  Keys of chosen releases are added to known.  An entry without a date is as old as
 * this run, unless the source is read for the first time: then it is only remembered. */
void import_choose(const struct import_feed *f, const struct import_context *c, struct import_keys *known,
                   struct import_choice *out);

#endif
