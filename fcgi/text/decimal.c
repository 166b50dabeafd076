/* The marks are messages, so a catalogue decides them. */
#include "text/decimal.h"

#include "base/messages.h"

struct span decimal_mark(void)
{
  /* TRANSLATORS: the mark before decimals: 7.5 */
  return C_("decimals", ".");
}

struct span decimal_groups(void)
{
  /* TRANSLATORS: the mark between groups of three digits: 10,000 */
  return C_("groups of digits", ",");
}

struct span decimal_text(struct arena *a, struct span number)
{
  size_t at = span_find(number, '.');
  if (at == number.n || span_eq(decimal_mark(), SPAN(".")))
    return number;
  return ARENA_JOIN(a, span_head(number, at), decimal_mark(), span_from(number, at + 1));
}
