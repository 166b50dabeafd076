#include "model/monogram.h"

#include <strings.h>

#include "text/utf8.h"

#define FIRST_ROOM 16

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* The next letter of the name from *at on, and moves *at behind it; empty: there is none.  *inside: the character before
 * it was a letter too. */
static struct span letter_next(struct span name, size_t *at, bool *inside)
{
  *inside = *at > 0 && is_letter(name.p[*at - 1]);
  while (*at < name.n) {
    struct span one = utf8_cluster(span_from(name, *at));
    *at += one.n;
    if (is_letter(one.p[0]) && (one.n == 1 || !utf8_is_blank(one)))
      return one;
    *inside = false;
  }
  return SPAN("");
}

static struct span upper(struct arena *a, struct span s)
{
  struct span out = arena_copy(a, s);
  for (size_t i = 0; i < out.n; i++)
    if (out.p[i] >= 'a' && out.p[i] <= 'z')
      ((char *)out.p)[i] -= 'a' - 'A'; /* the arena's copy */
  return out;
}

struct span monogram_of(struct arena *a, struct span name)
{
  size_t at = 0;
  bool inside;
  struct span first = letter_next(name, &at, &inside), second = SPAN("");
  if (!first.n)
    return SPAN("?");
  for (struct span one; (one = letter_next(name, &at, &inside)).n;)
    if (!inside)
      return upper(a, ARENA_JOIN(a, first, one));
    else if (!second.n)
      second = one;
  return ARENA_JOIN(a, upper(a, first), second);
}

/* The first letter of each monogram is upper case. */
static bool is_taken(const struct monograms *set, struct span letters)
{
  for (size_t i = 0; i < set->n; i++)
    if (letters.n && set->v[i].letters.n == letters.n && set->v[i].letters.p[0] == letters.p[0] &&
        strncasecmp(set->v[i].letters.p, letters.p, letters.n) == 0)
      return true;
  return false;
}

/* The first letter of the name with a later letter or a number that makes it unlike the others. */
static struct span another(struct arena *a, const struct monograms *set, struct span name)
{
  size_t at = 0;
  bool inside;
  struct span first = upper(a, letter_next(name, &at, &inside));
  for (struct span one; (one = letter_next(name, &at, &inside)).n;) {
    struct span letters = ARENA_JOIN(a, first, one);
    if (!is_taken(set, letters))
      return letters;
  }
  first = first.n ? first : SPAN("?");
  for (unsigned number = 2; number <= set->n + 1; number++) {
    struct span letters = ARENA_JOIN(a, first, arena_uint(a, number, 1));
    if (!is_taken(set, letters))
      return letters;
  }
  return ARENA_JOIN(a, first, arena_uint(a, set->n + 2, 1));
}

static bool room(struct arena *a, struct monograms *set)
{
  if (set->n < set->cap)
    return true;
  size_t cap = set->cap ? 2 * set->cap : FIRST_ROOM;
  struct monogram *more = ARENA_ARRAY(a, cap, struct monogram);
  if (!more)
    return false;
  if (set->n)
    memcpy(more, set->v, set->n * sizeof *more);
  set->v = more;
  set->cap = cap;
  return true;
}

struct span monogram_take(struct arena *a, struct monograms *set, uint64_t id, struct span name)
{
  for (size_t i = 0; i < set->n; i++)
    if (set->v[i].id == id)
      return set->v[i].letters;
  struct span letters = monogram_of(a, name);
  if (is_taken(set, letters))
    letters = another(a, set, name);
  if (room(a, set))
    set->v[set->n++] = (struct monogram){id, letters};
  return letters;
}
