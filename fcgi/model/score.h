/* Velocity: how fast a product ships, compared with its sector.
 *
 *   cadence  = 10 * n90 / (n90 + m)          m: the larger of 1 and the sector's median n90
 *   velocity = cadence + (10 - cadence) * s30 / (s30 + 4)
 *
 * rounded half up to one decimal.  All arithmetic uses integers, so rounding is exact and the same on all machines.
 * The median is stored doubled, because it may end in .5.  Scores are in tenths: 50 means 5.0.  SCORE_NONE means "not
 * scored": the product never had an activity. */
#ifndef DIPTYCH_MODEL_SCORE_H
#define DIPTYCH_MODEL_SCORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define SCORE_NONE (-1)
#define SCORE_CADENCE_DAYS 90
#define SCORE_SPARK_DAYS 30
#define SCORE_MONTHS 12 /* past months with a score of their own (model/moves.h) */

/* X(NAME, label, from tenths, to tenths).  `from` is in the band; `to` is not, except in the last band. */
#define BAND_LIST(X)                                                                                                   \
  X(DORMANT, "dormant", 0, 10)                                                                                         \
  X(SLOW, "slow", 10, 30)                                                                                              \
  X(STEADY, "steady", 30, 50)                                                                                          \
  X(ACTIVE, "active", 50, 80)                                                                                          \
  X(SURGING, "surging", 80, 101)

#define BAND_ENUM(name, label, from, to) BAND_##name,
enum band { BAND_LIST(BAND_ENUM) BAND_COUNT };
#undef BAND_ENUM

/* median2: twice the median n90 of the sector; values below 2 count as 2, so m is at least 1. */
int score_tenths(uint32_t n90, uint32_t s30, uint32_t median2);
enum band score_band(int tenths); /* tenths >= 0 */
struct span band_name(enum band b);
/* Returns twice the median of counts[0..n); sorts counts.  0 for n = 0. */
uint32_t score_median2(uint32_t *counts, size_t n);
/* Writes "5.0" to out; returns the length (at most 4). */
size_t score_text(char out[8], int tenths);

#endif
