/* Packs and unpacks what several kinds of fragments have: activities and grades of predictions. */
#include "store/fragment_past.h"

void fragment_activity_pack(struct buf *b, const struct activity *a)
{
  pack_uint(b, a->id);
  pack_uint(b, (uint64_t)a->kind << 4 | a->class);
  pack_span(b, a->title);
  pack_span(b, a->url);
  pack_span(b, a->version);
  pack_fixed(b, (uint64_t)a->occurred_us);
}

void fragment_activity_unpack(struct unpack *u, struct activity *a)
{
  a->id = unpack_uint(u);
  uint64_t classes = unpack_uint(u);
  a->kind = (enum activity_kind)(classes >> 4 & 3);
  a->class = (enum activity_class)(classes & 3);
  a->title = unpack_span(u);
  a->url = unpack_span(u);
  a->version = unpack_span(u);
  a->occurred_us = (int64_t)unpack_fixed(u);
}

void fragment_grade_pack(struct buf *b, const struct grade *g)
{
  pack_uint(b, g->state);
  pack_span(b, g->note);
  pack_uint(b, g->evidence != NULL);
  if (g->evidence)
    fragment_activity_pack(b, g->evidence);
}

struct grade fragment_grade_unpack(struct unpack *u, struct arena *a)
{
  struct grade g = {.state = (enum prediction_state)unpack_uint(u), .note = unpack_span(u)};
  struct activity *evidence = unpack_uint(u) ? ARENA_NEW(a, struct activity) : NULL;
  if (evidence)
    fragment_activity_unpack(u, evidence);
  g.evidence = evidence;
  u->failed = u->failed || g.state > PREDICTION_FAILED;
  return g;
}
