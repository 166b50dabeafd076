/* The dates of HTTP, RFC 9110 section 5.6.7. */
#ifndef DIPTYCH_HTTP_DATE_H
#define DIPTYCH_HTTP_DATE_H

#include "base/clock.h"

/* IMF-fixdate into out[CLOCK_ISO_MAX]: "Sat, 22 Aug 2026 12:00:00 GMT". */
void date_write(char *out, int64_t us);

/* Reads the three formats that a recipient must accept: IMF-fixdate, RFC 850 (a year of two digits is at most 50
 * years after now_us) and asctime.  False: malformed, and *us is CLOCK_NEVER. */
bool date_read(struct span s, int64_t now_us, int64_t *us);

#endif
