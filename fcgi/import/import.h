/* `diptych import`: asks the sources of products for new releases and adds them as activities.
 *
 *   rows  -> which sources are asked            import_rows.h
 *   fetch -> their answers, over HTTP           import_fetch.h
 *   feed  -> the entries of an answer           import_feed.h
 *   choose -> which of them are new releases    import_choose.h
 *   rows  -> one INSERT a release, one note a source
 *
 * The import is a program of its own, diptych-import, which `diptych import` starts.  So the libraries that read what strangers
 * write are not in any process of the pool. */
#ifndef DIPTYCH_IMPORT_IMPORT_H
#define DIPTYCH_IMPORT_IMPORT_H

#include <stdio.h>

#include "base/err.h"
#include "config/config.h"

struct import_options {
  const char *product; /* its slug; NULL: all.  The sources of one product are asked also while they would be waited for */
  bool dry;            /* nothing is written */
  bool draft;          /* new activities are drafts */
  bool allow_private;  /* addresses */
};

enum { IMPORT_DONE = 0, IMPORT_FAILED = 1, IMPORT_USAGE = 2, IMPORT_SOURCES_FAILED = 3 };

/* Writes one line for each source to out, and why nothing can be done to why.  Returns the exit status: IMPORT_FAILED when the
 * database failed or the product does not exist, IMPORT_SOURCES_FAILED when a source could not be read. */
MUST_USE int import_run(const struct config *c, const struct import_options *o, FILE *out, FILE *why);

#endif
