#include "model/since_sentence.h"

#include "base/messages.h"

#define COUNT(a, one, many, n) SAY((a), PLURAL(one, many, (n)), arena_uint((a), (n), 1))

/* The noun is left out after a product that has the same one: "Apache Kafka 3 releases and posts, NATS 9". */
static bool noun_repeats(const struct since_counts *c, size_t i)
{
  return i > 0 && c->members[i].moves > 1 && c->members[i - 1].moves > 1 && !c->members[i - 1].events;
}

static struct span member_part(struct arena *a, const struct since_counts *c, size_t i)
{
  const struct since_member *m = &c->members[i];
  struct span moves = noun_repeats(c, i) ? arena_uint(a, m->moves, 1)
                                         : COUNT(a, "%1$s release or post", "%1$s releases and posts", m->moves);
  struct span events = COUNT(a, "%1$s event", "%1$s events", m->events);
  if (!m->moves)
    return ARENA_JOIN(a, m->name, SPAN(" "), m->events ? events : _("no release or post"));
  return ARENA_JOIN(a, m->name, SPAN(" "), m->events ? SAY(a, _("%1$s and %2$s"), moves, events) : moves);
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
  struct span added = COUNT(a, "%1$s editorial is new", "%1$s editorials are new", c->editorials);
  struct span updated = COUNT(a, "%1$s editorial was updated", "%1$s editorials were updated", c->updated);
  if (!c->updated)
    return c->editorials ? added : _("no editorial is new");
  return c->editorials ? ARENA_JOIN(a, added, SPAN("; "), updated) : updated;
}

static struct span facts_part(struct arena *a, const struct since_counts *c)
{
  if (!c->has_facts)
    return SPAN("");
  return ARENA_JOIN(a, SPAN("; "), c->facts ? COUNT(a, "%1$s fact was checked", "%1$s facts were checked", c->facts)
                                            : _("no fact was checked"));
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
  struct span day = c->counted_from.n ? SAY(a, _("%1$s (moves counted from %2$s)"), c->day, c->counted_from) : c->day;
  if (nothing_new(c))
    return SAY(a, _("Nothing is new since %1$s."), day);
  /* TRANSLATORS: the day, the moves of each product, the editorials, and after a semicolon the facts */
  return SAY(a, _("Since %1$s: %2$s; %3$s%4$s."), day, members_part(a, c), editorials_part(a, c), facts_part(a, c));
}
