#include "model/since_sentence.h"

static struct span count_of(struct arena *a, uint32_t n, const char *one, const char *many)
{
  return n == 1 ? span_z(one) : ARENA_JOIN(a, arena_uint(a, n, 1), SPAN(" "), span_z(many));
}

/* The noun is left out after a product that has the same one: "Apache Kafka 3 releases and posts, NATS 9". */
static bool noun_repeats(const struct since_counts *c, size_t i)
{
  return i > 0 && c->members[i].moves > 1 && c->members[i - 1].moves > 1 && !c->members[i - 1].events;
}

static struct span member_part(struct arena *a, const struct since_counts *c, size_t i)
{
  const struct since_member *m = &c->members[i];
  struct span moves = noun_repeats(c, i) ? arena_uint(a, m->moves, 1)
                                         : count_of(a, m->moves, "1 release or post", "releases and posts");
  struct span events = count_of(a, m->events, "1 event", "events");
  if (!m->moves)
    return ARENA_JOIN(a, m->name, SPAN(" "), m->events ? events : SPAN("no release or post"));
  return ARENA_JOIN(a, m->name, SPAN(" "), moves, m->events ? SPAN(" and ") : SPAN(""), m->events ? events : SPAN(""));
}

static struct span members_part(struct arena *a, const struct since_counts *c)
{
  struct span out = SPAN("");
  for (size_t i = 0; i < c->n; i++)
    out = i ? ARENA_JOIN(a, out, SPAN(", "), member_part(a, c, i)) : member_part(a, c, i);
  return out;
}

static struct span editorials_part(struct arena *a, const struct since_counts *c)
{
  struct span added = count_of(a, c->editorials, "1 editorial is new", "editorials are new");
  struct span updated = count_of(a, c->updated, "1 editorial was updated", "editorials were updated");
  if (!c->updated)
    return c->editorials ? added : SPAN("no editorial is new");
  return c->editorials ? ARENA_JOIN(a, added, SPAN("; "), updated) : updated;
}

static struct span facts_part(struct arena *a, const struct since_counts *c)
{
  if (!c->has_facts)
    return SPAN("");
  return ARENA_JOIN(a, SPAN("; "), c->facts ? count_of(a, c->facts, "1 fact was checked", "facts were checked")
                                            : SPAN("no fact was checked"));
}

static bool nothing_new(const struct since_counts *c)
{
  uint64_t sum = (uint64_t)c->editorials + c->updated + c->facts;
  for (size_t i = 0; i < c->n; i++)
    sum += (uint64_t)c->members[i].moves + c->members[i].events;
  return sum == 0;
}

struct span since_sentence(struct arena *a, const struct since_counts *c)
{
  struct span from = c->counted_from.n ? ARENA_JOIN(a, SPAN(" (moves counted from "), c->counted_from, SPAN(")")) : SPAN("");
  if (nothing_new(c))
    return ARENA_JOIN(a, SPAN("Nothing is new since "), c->day, from, SPAN("."));
  return ARENA_JOIN(a, SPAN("Since "), c->day, from, SPAN(": "), members_part(a, c), SPAN("; "), editorials_part(a, c),
                    facts_part(a, c), SPAN("."));
}
