/* Bare addresses, as GitHub's specification and its implementation read them ("Autolinks (extension)"): www.host,
 * http://host and https://host with what follows, and mail addresses.  Each is found in time linear in its length. */
#include <strings.h>

#include "markdown/markdown_parse.h"
#include "text/utf8.h"

#define DOMAIN_MOST 253 /* bytes (RFC 1035 section 2.3.4) */

static bool is_alpha(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
  return is_alpha(c) || (c >= '0' && c <= '9');
}

static bool is_space(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_one_of(char c, const char *set)
{
  return c && strchr(set, c);
}

static bool is_host_char(struct span s)
{
  uint32_t c;
  if (s.n && (unsigned char)s.p[0] < 0x80)
    return is_alnum(s.p[0]);
  return s.n && utf8_next(s, &c) && !utf8_unseen(c) && !(c >= 0x2010 && c <= 0x205E) && !(c >= 0x3000 && c <= 0x3003);
}

/* The end of a host; `from`: it is none.  Its last two parts have no underscore. */
static size_t host_end(struct span text, size_t from, bool dotted)
{
  size_t dots = 0, underscores = 0, before = 0, i = from;
  for (; i < text.n; i++) {
    if (i - from > DOMAIN_MOST)
      return from;
    if (text.p[i] == '_')
      underscores++;
    else if (text.p[i] == '.') {
      before = underscores;
      underscores = 0;
      dots++;
    } else if ((unsigned char)text.p[i] >= 0x80 && ((unsigned char)text.p[i] & 0xC0) == 0x80)
      continue;
    else if (text.p[i] != '-' && !is_host_char(span_from(text, i)))
      break;
  }
  return before || underscores || (dotted && !dots) ? from : i;
}

/* ";" at the end: an entity reference does not belong to the address, nor does the ";" alone. */
static size_t semicolon_cut(struct span text, size_t from, size_t end)
{
  size_t i = end - 1;
  while (i > from && is_alpha(text.p[i - 1]))
    i--;
  return i < end - 1 && i > from && text.p[i - 1] == '&' ? i - 1 : end - 1;
}

/* A reference to a footnote behind an address, replaced or not. */
static bool is_reference(struct span s)
{
  return span_starts(s, SPAN("[^")) || (s.p[0] == '\xEF' && markdown_mark_at(s) == MARK_FOOTNOTE);
}

/* Marks at the end do not belong to the address, nor does a ")" that nothing in it opens. */
static size_t path_end(struct span text, size_t from)
{
  size_t end = from, open = 0, closed = 0;
  for (; end < text.n && !is_space(text.p[end]) && text.p[end] != '<' && !is_reference(span_from(text, end)); end++) {
    open += text.p[end] == '(';
    closed += text.p[end] == ')';
  }
  while (end > from) {
    if (is_one_of(text.p[end - 1], "?!.,:*_~'\""))
      end--;
    else if (text.p[end - 1] == ';')
      end = semicolon_cut(text, from, end);
    else if (text.p[end - 1] == ')' && closed > open) {
      end--;
      closed--;
    } else
      break;
  }
  return end;
}

/* The address whose host stands from `host` to `path`. */
static bool whole(struct span text, size_t from, size_t host, size_t path, struct markdown_autolink *out)
{
  if (path == host)
    return false;
  size_t end = path_end(text, path);
  *out = (struct markdown_autolink){.from = from, .end = end > path ? end : path_end(span_head(text, path), host), .path = path};
  return out->end > host;
}

static bool url_at(struct span text, size_t at, size_t from, struct markdown_autolink *out)
{
  size_t begin = at;
  while (begin > from && at - begin < 6 && is_alpha(text.p[begin - 1]))
    begin--;
  struct span scheme = span_of(text.p + begin, at - begin), host = span_from(text, at + 3);
  if (!span_starts(span_from(text, at), SPAN("://")) || !is_host_char(host) ||
      !((scheme.n == 4 && !strncasecmp(scheme.p, "http", 4)) || (scheme.n == 5 && !strncasecmp(scheme.p, "https", 5))))
    return false;
  return whole(text, begin, at + 3, host_end(text, at + 3, false), out);
}

static bool www_at(struct span text, size_t at, size_t from, struct markdown_autolink *out)
{
  bool begins = at == from || is_space(text.p[at - 1]) || is_one_of(text.p[at - 1], "*_~(");
  if (!begins || !span_starts(span_from(text, at), SPAN("www.")))
    return false;
  return whole(text, at, at, host_end(text, at, true), out);
}

static bool mail_at(struct span text, size_t at, size_t from, struct markdown_autolink *out)
{
  size_t begin = at, end = at + 1, dots = 0;
  while (begin > from && (is_alnum(text.p[begin - 1]) || is_one_of(text.p[begin - 1], ".+-_")))
    begin--;
  if (begin == at || (begin > from && text.p[begin - 1] == '/'))
    return false;
  for (; end < text.n; end++)
    if (text.p[end] == '.' && end + 1 < text.n && is_alnum(text.p[end + 1]))
      dots++;
    else if (!is_alnum(text.p[end]) && text.p[end] != '-' && text.p[end] != '_')
      break;
  if (!dots || !is_alpha(text.p[end - 1]) || (end < text.n && text.p[end] == '@'))
    return false;
  *out = (struct markdown_autolink){.from = begin, .end = end, .path = end, .mail = true};
  return true;
}

bool markdown_autolink_at(struct span text, size_t at, size_t from, struct markdown_autolink *out)
{
  switch (text.p[at]) {
  case ':': return url_at(text, at, from, out);
  case 'w': return www_at(text, at, from, out);
  case '@': return mail_at(text, at, from, out);
  default: return false;
  }
}
