/* The dates of HTTP, RFC 9110 section 5.6.7. */
#ifndef DIPTYCH_HTTP_DATE_H
#define DIPTYCH_HTTP_DATE_H

#include "base/clock.h"

/* IMF-fixdate into out[CLOCK_ISO_MAX]: "Sat, 22 Aug 2026 12:00:00 GMT". */
void date_write(char *out, int64_t us);

/* Reads the three forms that a recipient must accept: IMF-fixdate, RFC 850 (its year of two digits lies at
 * most 50 years after now_us) and asctime.  False when malformed, with *us = CLOCK_NEVER. */
bool date_read(struct span s, int64_t now_us, int64_t *us);

#endif
