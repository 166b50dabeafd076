/* Versions as projects write them in tags and titles.
 *
 * A version is numbers with dots ("3.9.0", "24.04", "17") and perhaps a tail ("9.9p1", "2.0.0-rc1", "21.0.1+12").  Tags
 * write it as "v3.9.0", "curl-8_10_1", "@scope/name@3.9.0" or "REL_17_1".  A title counts as a release only when the
 * version follows the name of the product or a word such as "release", because posts mention versions of other things.
 *
 * Two spellings of one version have the same key: "3.9", "v3.9.0" and "3.9.0.Final". */
#ifndef DIPTYCH_IMPORT_IMPORT_VERSION_H
#define DIPTYCH_IMPORT_IMPORT_VERSION_H

#include "base/arena.h"
#include "base/err.h"

#define IMPORT_VERSION_NUMBERS 6
#define IMPORT_VERSION_TEXT 80   /* characters of `text`; a tag is UTF-8 */
#define IMPORT_VERSION_KEY 160   /* bytes of a key, the end included */

struct import_version {
  struct span text; /* "3.9.0-rc1", in the arena */
  struct span tail; /* of text: "-rc1" */
  uint64_t numbers[IMPORT_VERSION_NUMBERS];
  unsigned n;
  bool prerelease; /* the tail says so, or in a title another word */
};

/* False: the tag has no number. */
MUST_USE bool import_version_of_tag(struct arena *a, struct span tag, struct import_version *out);

struct import_product_names {
  struct span name, slug;
};
/* False: the title does not say that this version was released. */
MUST_USE bool import_version_of_title(struct arena *a, struct span title, const struct import_product_names *of,
                                      struct import_version *out);

/* "3.9", with a tail that counts "9.9-p1".  Returns its length. */
size_t import_version_key(char out[IMPORT_VERSION_KEY], const struct import_version *v);

/* The class of an activity: spark for a major version, improvement for a minor one, trivial for a patch.  A year is no major
 * version (2026.1), nor is the only number of versions that have just one (`rolling`: all versions of the source do). */
const char *import_version_class(const struct import_version *v, bool rolling);

#endif
