/* Each search looks at a line at a time, and no further than MOST bytes before a bracket, so it takes linear time. */
#include "markdown/markdown_misread.h"

#define MOST 500     /* bytes of the text of a link, and of its address */
#define FENCE_LEAST 3
#define INDENT_MOST 3 /* blanks before a fence; with more of them it is a line of code */

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool has_letter(struct span s)
{
  for (size_t i = 0; i < s.n; i++)
    if (is_letter(s.p[i]))
      return true;
  return false;
}

static bool begins_address(struct span s)
{
  return span_starts(s, SPAN("http://")) || span_starts(s, SPAN("https://")) || span_starts(s, SPAN("mailto:")) ||
         span_starts(s, SPAN("www.")) || (span_starts(s, SPAN("/")) && s.n > 1 && is_letter(s.p[1]));
}

/* Up to the end of the line. */
static struct span line_from(struct span text, size_t at)
{
  struct span s = span_head(span_from(text, at), MOST);
  return span_head(s, span_find(s, '\n'));
}

/* The place of the bracket that opens before s[at], on the same line; at: there is none. */
static size_t bracket_before(struct span s, size_t at, char bracket)
{
  for (size_t i = at; i && at - i < MOST && s.p[i - 1] != '\n'; i--)
    if (s.p[i - 1] == bracket)
      return i - 1;
  return at;
}

static struct span from_to(struct span s, size_t from, size_t to)
{
  return span_head(span_from(s, from), to - from);
}

/* "[text](https://x.example" at "](" */
static struct span unclosed(struct span text, size_t at)
{
  struct span address = line_from(text, at + 2);
  size_t begin = bracket_before(text, at, '[');
  if (begin == at || !begins_address(address) || span_find(address, ')') < address.n)
    return SPAN("");
  return from_to(text, begin, at + 2 + address.n);
}

/* "(https://x.example)[text]" at ")[" */
static struct span reversed(struct span text, size_t at)
{
  struct span words = line_from(text, at + 2);
  size_t begin = bracket_before(text, at, '('), end = span_find(words, ']');
  struct span address = from_to(text, begin + 1, at);
  if (begin == at || !begins_address(address) || span_find(address, ' ') < address.n || end == words.n ||
      !has_letter(span_head(words, end)))
    return SPAN("");
  return from_to(text, begin, at + 2 + end + 1);
}

struct span markdown_misread_link(struct span text)
{
  for (size_t i = 1; i + 2 < text.n; i++) {
    struct span found = text.p[i] == ']' && text.p[i + 1] == '('   ? unclosed(text, i)
                        : text.p[i] == ')' && text.p[i + 1] == '[' ? reversed(text, i)
                                                                   : SPAN("");
    if (found.n)
      return found;
  }
  return SPAN("");
}

/* Behind a letter, a digit or a bracket it is code: "map[string][]byte". */
static bool begins_word(struct span text, size_t at)
{
  return !at || !(is_letter(text.p[at - 1]) || (text.p[at - 1] >= '0' && text.p[at - 1] <= '9') || strchr("])[\\", text.p[at - 1]));
}

struct span markdown_misread_reference(struct span text)
{
  for (size_t i = 1; i + 2 < text.n; i++) {
    if (text.p[i] != ']' || text.p[i + 1] != '[')
      continue;
    size_t begin = bracket_before(text, i, '['), picture = begin && text.p[begin - 1] == '!';
    struct span ref = line_from(text, i + 2), words = from_to(text, begin + (begin < i), i);
    size_t end = span_find(ref, ']');
    if (begin < i && end < ref.n && span_find(span_head(ref, end), '[') == end && ref.p[0] != '^' && words.n && words.p[0] != '^' &&
        has_letter(words) && begins_word(text, begin - picture))
      return from_to(text, begin - picture, i + 2 + end + 1);
  }
  return SPAN("");
}

bool markdown_misread_heading(struct span text)
{
  struct span line = span_head(text, span_find(text, '\n'));
  size_t n = 0;
  while (n < line.n && line.p[n] == '#')
    n++;
  if (!n || n > 6 || n == line.n || !is_letter(line.p[n]))
    return false;
  return n > 1 || (!(line.p[n] >= 'a' && line.p[n] <= 'z') && span_find_span(line, SPAN(" #")) == line.n);
}

bool markdown_misread_heading_at(struct span source, int line)
{
  struct span s = source;
  for (int at = 1; source.p && at <= line; at++)
    s = span_split(&source, '\n');
  while (s.n && strchr(" \t>-+*.)0123456789", s.p[0]))
    s = span_from(s, 1);
  return markdown_misread_heading(s);
}

/* ---- fences */

/* How many of these marks the line begins with; 0: it is no fence. */
static size_t fence(struct span line, char *mark, struct span *rest)
{
  size_t lead = 0, n = 0;
  while (lead < line.n && line.p[lead] == ' ')
    lead++;
  struct span s = span_from(line, lead);
  *mark = s.n ? s.p[0] : 0;
  while ((*mark == '`' || *mark == '~') && n < s.n && s.p[n] == *mark)
    n++;
  *rest = span_from(s, n);
  return lead <= INDENT_MOST && n >= FENCE_LEAST ? n : 0;
}

bool markdown_misread_fence(struct span source, int line)
{
  char open = 0, mark;
  size_t wide = 0, n;
  struct span after;
  for (int at = 1; source.p; at++) {
    struct span s = span_split(&source, '\n');
    n = at >= line ? fence(s, &mark, &after) : 0;
    if (at == line && !(open = n ? mark : 0))
      return false;
    if (at == line)
      wide = n;
    else if (n >= wide && n && mark == open && !span_trim(after).n)
      return false;
  }
  return open != 0;
}
