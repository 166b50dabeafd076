#include "site/link_words.h"

#define LONGEST 16 /* bytes of the longest text below */

static bool is_generic(struct span text)
{
  static const char *const texts[] = {"click here", "click this", "go",   "here",      "information",
                                      "learn more", "more",       "more info", "more information", "right here",
                                      "read more",  "see more",   "start", "this",      "link"};
  char lower[LONGEST];
  text = span_trim(text);
  if (text.n > LONGEST)
    return false;
  for (size_t i = 0; i < text.n; i++)
    lower[i] = (char)(text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] + ('a' - 'A') : text.p[i]);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (span_eq(span_of(lower, text.n), span_z(texts[i])))
      return true;
  return false;
}

struct kind_draw *link_words(struct page *p, struct span text, const char *words)
{
  struct kind_draw *v = is_generic(text) ? ARENA_NEW(p->arena, struct kind_draw) : NULL;
  if (v)
    v->words = message_of(words);
  return v;
}

struct link_view link_words_product(struct page *p, struct span name, struct span href)
{
  return (struct link_view){name, href, link_words(p, name, N_("trajectory"))};
}
