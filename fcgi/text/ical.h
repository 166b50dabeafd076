/* Content lines of iCalendar (RFC 5545 section 3.1): each ends with CR LF and is folded, so that no line has more than
 * ICAL_LINE bytes before its CR LF.  A fold never splits a UTF-8 character.  The functions append to `out`; the only
 * error is out->failed.  Text is valid UTF-8 (utf8.h). */
#ifndef DIPTYCH_TEXT_ICAL_H
#define DIPTYCH_TEXT_ICAL_H

#include <stdint.h>

#include "base/buf.h"

#define ICAL_LINE 75

/* "NAME:VALUE" as it is; `name` may have parameters ("DTSTART;VALUE=DATE").  For values that are no TEXT: a URI, a
 * date.  Control characters in the value are left out. */
void ical_line(struct buf *out, const char *name, struct span value);
/* A value of type TEXT (section 3.3.11): escapes backslashes, semicolons, commas and line feeds. */
void ical_text(struct buf *out, const char *name, struct span value);
/* A DATE (section 3.3.4), the UTC day of us, and a DATE-TIME in UTC (section 3.3.5). */
void ical_date(struct buf *out, const char *name, int64_t us);
void ical_time(struct buf *out, const char *name, int64_t us);

#endif
