/* The parts of fragments that are about editorials besides the current one.  Private to the store. */
#ifndef DIPTYCH_STORE_FRAGMENT_PAST_H
#define DIPTYCH_STORE_FRAGMENT_PAST_H

#include "store/fragment.h"
#include "text/pack.h"

void fragment_activity_pack(struct buf *b, const struct activity *a);
void fragment_activity_unpack(struct unpack *u, struct activity *a);

void fragment_grade_pack(struct buf *b, const struct grade *g);
struct grade fragment_grade_unpack(struct unpack *u, struct arena *a);

void fragment_predictions_pack(struct fragment_renderer *r, const struct product *p, struct buf *b);
void *fragment_predictions_unpack(struct unpack *u, struct arena *a);
void *fragment_past_unpack(struct unpack *u, struct arena *a);

#endif
