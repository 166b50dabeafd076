/* The due editorials of a product, newest first: the current one and the past ones.
 *
 * Facts and catalog hold each of them as one word, its brief, so that pages know without any backend which past
 * editorials exist and which predictions were graded:
 *
 *   bits 0-1   the state of the prediction
 *   bit 2      it has a prediction
 *   bits 8-    published_at in seconds, counted from EDITORIAL_EPOCH_S; 0: unknown
 *
 * A past editorial is addressed by the UTC day of its published_at.  Of several of one day, the first has the plain
 * date and later ones have "-2", "-3" and so on, so that a new editorial never changes the address of an older one. */
#ifndef DIPTYCH_MODEL_EDITORIALS_H
#define DIPTYCH_MODEL_EDITORIALS_H

#include "model/product.h"

#define EDITORIAL_EPOCH_S (-INT64_C(795365) * 86400) /* midnight of a day before the year 1 */
#define EDITORIAL_SECONDS_MOST (INT64_C(1) << 39)
#define EDITORIAL_DATE_MAX 24

enum { BRIEF_STATE = 3, BRIEF_PREDICTS = 4, BRIEF_SECONDS = 8 /* shift */ };

uint64_t editorial_brief(int64_t published_us, enum prediction_state state, bool predicts); /* CLOCK_NEVER: unknown */
bool editorial_brief_valid(uint64_t brief); /* has only values that editorial_brief makes */

static inline int64_t editorial_brief_seconds(uint64_t brief) /* 0: unknown; orders briefs by time */
{
  return (int64_t)(brief >> BRIEF_SECONDS);
}

/* published_at without its fraction of a second; CLOCK_NEVER: unknown. */
int64_t editorial_brief_us(uint64_t brief);

static inline enum prediction_state editorial_brief_state(uint64_t brief)
{
  return (enum prediction_state)(brief & BRIEF_STATE);
}

/* The ledger of predictions has the editorial: it predicts something and its date is known. */
static inline bool editorial_in_ledger(uint64_t brief)
{
  return (brief & BRIEF_PREDICTS) && editorial_brief_seconds(brief);
}

/* The number of past editorials. */
static inline uint32_t editorials_past(const struct facts *f)
{
  return f->n_editorials ? f->n_editorials - 1 : 0;
}

/* Writes the date that addresses the i-th editorial, "2026-03-01" or "2026-03-01-2", into out[EDITORIAL_DATE_MAX], and
 * returns its length; 0: its time is unknown. */
size_t editorial_date(const struct facts *f, uint32_t i, char *out);
/* The index of the editorial with this date; n_editorials: none, or another spelling. */
uint32_t editorial_find(const struct facts *f, struct span date);

#endif
