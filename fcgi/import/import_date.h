/* Dates as feeds write them.
 *
 * RSS asks for RFC 822, Atom and JSON Feed for RFC 3339.  Feeds have these with missing seconds, years of two digits, full
 * names of months, names of zones, other orders of the words, ISO 8601 without separators, and seconds since 1970.  A date
 * whose day and month cannot be told apart (05/04/2026) is none.  A time without a zone is UTC. */
#ifndef DIPTYCH_IMPORT_IMPORT_DATE_H
#define DIPTYCH_IMPORT_IMPORT_DATE_H

#include "base/clock.h"
#include "base/err.h"

/* False: no date of the years 1970 to 2199 can be read, and *us is CLOCK_NEVER. */
MUST_USE bool import_date_read(struct span text, int64_t *us);

#endif
