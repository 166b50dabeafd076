/* Days as readers see them, in the language of the site.  Results belong to the arena. */
#ifndef DIPTYCH_TEXT_DAY_TEXT_H
#define DIPTYCH_TEXT_DAY_TEXT_H

#include "base/arena.h"

struct span day_text_month(int month);                    /* 1 to 12: "August" */
struct span day_text_month_short(int month);              /* "Aug" */
struct span day_text_long(struct arena *a, int64_t us);   /* "22 August 2026" */
struct span day_text_short(struct arena *a, int64_t us);  /* "22 Aug 2026" */
struct span day_text_hour(struct arena *a, int64_t us);   /* "22 August 2026, 12:00 UTC" */
struct span day_text_minute(struct arena *a, int64_t us); /* "22 Aug 2026, 12:05 UTC" */
struct span day_text_of_month(struct arena *a, int month, struct span year); /* "August 2026" */

#endif
