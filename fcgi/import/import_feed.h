/* What a source answered, as entries.
 *
 * import_feed_read reads one document of a kind into entries in the arena.  XML is read element by element, so a document of
 * any size needs memory for one entry only.  Documents that declare entities are refused, and nothing is ever fetched for a
 * document.  Bytes that are not of the encoding that the document claims are read as Windows-1252.  Bytes of JSON that are
 * not UTF-8 become U+FFFD.
 *
 * atom and rss read Atom 0.3 and 1.0 and RSS 0.9 to 2.0 alike, because many projects mistake one for the other. */
#ifndef DIPTYCH_IMPORT_IMPORT_FEED_H
#define DIPTYCH_IMPORT_IMPORT_FEED_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* X(NAME, word in product_source.kind) */
#define IMPORT_KINDS(X)                                                                                                \
  X(ATOM, "atom")                                                                                                      \
  X(RSS, "rss")                                                                                                        \
  X(JSON_FEED, "json_feed")                                                                                            \
  X(GITHUB_RELEASES, "github_releases")                                                                                \
  X(ENDOFLIFE, "endoflife")

#define IMPORT_ENUM(name, word) IMPORT_##name,
enum import_kind { IMPORT_KINDS(IMPORT_ENUM) IMPORT_KIND_COUNT };
#undef IMPORT_ENUM

#define IMPORT_ENTRIES_MAX 1000 /* of one document; the rest is left out */

struct import_entry {
  struct span title;   /* plain; may be empty */
  struct span url;     /* absolute; may be empty */
  struct span tag;     /* the version as the source calls it; empty: only the title may have one */
  int64_t at_us;       /* CLOCK_NEVER: no date that can be read */
  bool prerelease;     /* the source says so */
};

struct import_document {
  enum import_kind kind;
  struct span bytes;
  const char *url;     /* that it was read from, after redirects */
  struct span charset; /* of the Content-Type; may be empty */
};

struct import_feed {
  struct arena *arena;
  struct import_entry *v;
  size_t n, cap;
  size_t left_out;  /* beyond IMPORT_ENTRIES_MAX */
  struct span fault; /* of a document that cannot be read: a sentence without a full stop */
};

/* False: f->fault says why, or the arena failed. */
MUST_USE bool import_feed_read(struct import_feed *f, struct arena *a, const struct import_document *d);

/* For the readers of import_xml.c and import_json.c. */
void import_feed_add(struct import_feed *f, const struct import_entry *e);
bool import_feed_fault(struct import_feed *f, const char *format, ...) __attribute__((format(printf, 2, 3))); /* returns false */
MUST_USE bool import_xml_read(struct import_feed *f, const struct import_document *d);
MUST_USE bool import_json_read(struct import_feed *f, const struct import_document *d);

/* The version in the address of a release, as GitHub, GitLab and Gitea write it: .../releases/tag/v3.9.0.  May be empty. */
struct span import_feed_tag_of(struct arena *a, struct span url);

#endif
