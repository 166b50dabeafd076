#include "text/url.h"

#include <strings.h>

#include "text/byte_block.h"

static const char hex[] = "0123456789ABCDEF";

/* Where a byte is allowed without escaping (RFC 3986 section 2): anywhere, in a URL, in a part of a URL, in a query. */
enum { ANYWHERE = 1, URL = 2, PART = 4, QUERY = 8 };
#define UNRESERVED (ANYWHERE | URL | PART | QUERY)
#define RESERVED (URL | PART | QUERY)
#define OUTSIDE (URL | PART) /* reserved, but not allowed in a query (RFC 3986 section 3.4) */
#define COLON (URL | QUERY)

#define TEN(c, v)                                                                                                      \
  [c] = v, [c + 1] = v, [c + 2] = v, [c + 3] = v, [c + 4] = v, [c + 5] = v, [c + 6] = v, [c + 7] = v, [c + 8] = v,     \
  [c + 9] = v
#define LETTERS(c, v)                                                                                                  \
  TEN(c, v), TEN(c + 10, v), [c + 20] = v, [c + 21] = v, [c + 22] = v, [c + 23] = v, [c + 24] = v, [c + 25] = v
static const unsigned char allowed_in[256] = {
    LETTERS('a', UNRESERVED), LETTERS('A', UNRESERVED), TEN('0', UNRESERVED),
    ['-'] = UNRESERVED, ['.'] = UNRESERVED, ['_'] = UNRESERVED, ['~'] = UNRESERVED, [':'] = COLON,
    ['/'] = RESERVED,   ['?'] = RESERVED,   ['#'] = OUTSIDE,    ['['] = OUTSIDE,    [']'] = OUTSIDE,  ['@'] = RESERVED,
    ['!'] = RESERVED,   ['$'] = RESERVED,   ['&'] = RESERVED,   ['('] = RESERVED,   [')'] = RESERVED, ['*'] = RESERVED,
    ['+'] = RESERVED,   [','] = RESERVED,   [';'] = RESERVED,   ['='] = RESERVED,
};

static bool is_alnum(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static int hex_value(char c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_escape(struct span s, size_t at)
{
  return s.p[at] == '%' && at + 2 < s.n && hex_value(s.p[at + 1]) >= 0 && hex_value(s.p[at + 2]) >= 0;
}

static void byte_encode(struct buf *out, char c)
{
  char e[] = {'%', hex[(unsigned char)c >> 4], hex[(unsigned char)c & 15]};
  buf_put(out, e, sizeof e);
}

/* Bytes that few addresses have.  All others are allowed in a URL. */
static inline byte_block rare_mask(byte_block b)
{
  return ~(byte_block_letters(b) | byte_block_within(b, '(', ':' - '(' + 1) | (byte_block)(b == '_') | (byte_block)(b == '=') |
           (byte_block)(b == '?'));
}

static bool all_allowed(struct span s, unsigned where)
{
  size_t n = where == URL && s.n >= sizeof(byte_block) ? byte_block_clean(s, rare_mask) : 0;
  const unsigned char *at = (const unsigned char *)s.p + n, *end = (const unsigned char *)s.p + s.n;
  unsigned allowed = where;
  for (; end - at >= 4; at += 4)
    allowed &= (unsigned)allowed_in[at[0]] & allowed_in[at[1]] & allowed_in[at[2]] & allowed_in[at[3]];
  for (; at < end; at++)
    allowed &= allowed_in[*at];
  return allowed;
}

/* Copies the bytes that are allowed there, and encodes the rest. */
static void encode(struct buf *out, struct span s, unsigned where, bool escapes)
{
  size_t from = all_allowed(s, where) ? s.n : 0;
  if (from)
    buf_span(out, s);
  for (size_t i = from; i < s.n; i++) {
    if (allowed_in[(unsigned char)s.p[i]] & where || (escapes && is_escape(s, i)))
      continue;
    buf_put(out, s.p + from, i - from);
    byte_encode(out, s.p[i]);
    from = i + 1;
  }
  if (from < s.n)
    buf_put(out, s.p + from, s.n - from);
}

void url_percent_encode(struct buf *out, struct span s)
{
  encode(out, s, ANYWHERE, false);
}

void url_tidy(struct buf *out, struct span s)
{
  encode(out, s, URL, true);
}

struct span url_tidied(struct arena *a, struct span s)
{
  struct buf tidy = BUF_INIT;
  if (all_allowed(s, URL))
    return s;
  url_tidy(&tidy, s);
  return arena_take(a, &tidy);
}

void url_tidy_part(struct buf *out, struct span s)
{
  encode(out, s, PART, true);
}

struct span url_query_tidied(struct arena *a, struct span s)
{
  struct buf tidy = BUF_INIT;
  if (all_allowed(s, QUERY))
    return s;
  encode(&tidy, s, QUERY, true);
  return arena_take(a, &tidy);
}

bool url_percent_decode(struct arena *a, struct span s, bool plus, struct span *decoded)
{
  char *to = arena_alloc(a, s.n + 1);
  size_t n = 0;
  for (size_t i = 0; to && i < s.n; i++) {
    char c = s.p[i];
    if (c == '%') {
      if (!is_escape(s, i))
        return false;
      c = (char)(hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]));
      i += 2;
    } else if (c == '+' && plus)
      c = ' ';
    if (!c)
      return false;
    to[n++] = c;
  }
  *decoded = span_of(to, n);
  return to != NULL;
}

bool url_scheme_ok(struct span url)
{
  static const char *const schemes[] = {"http", "https", "mailto"};
  static const bool ends[256] = {[':'] = true, ['/'] = true, ['?'] = true, ['#'] = true};
  size_t end = 0;
  while (end < url.n && !ends[(unsigned char)url.p[end]])
    end++;
  if (end == url.n || url.p[end] != ':')
    return true;
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    if (strlen(schemes[i]) == end && strncasecmp(schemes[i], url.p, end) == 0)
      return true;
  return false;
}

bool url_external(struct span url)
{
  size_t n = 0;
  while (n < url.n && is_alnum(url.p[n]))
    n++;
  if (n && n < url.n && url.p[n] == ':')
    return strncasecmp(url.p, "http", 4) == 0;
  /* Browsers read "\" as "/", and remove leading blanks and controls and all tabs and line ends. */
  size_t slashes = 0;
  for (size_t i = 0; i < url.n && slashes < 2; i++)
    if (url.p[i] == '/' || url.p[i] == '\\')
      slashes++;
    else if ((unsigned char)url.p[i] > ' ')
      return false;
  return slashes == 2;
}

/* Of each byte of an authority. */
enum { HOST_NONE, HOST_ANY, HOST_END, HOST_BAD }; /* HOST_ANY: a host has at least one of these */
static const unsigned char host_bytes[256] = {
    [0 ... ' '] = HOST_BAD, ['"'] = HOST_BAD, ['<'] = HOST_BAD, ['>'] = HOST_BAD, ['\\'] = HOST_BAD, ['^'] = HOST_BAD,
    ['`'] = HOST_BAD, ['{'] = HOST_BAD, ['|'] = HOST_BAD, ['}'] = HOST_BAD, ['/'] = HOST_END, ['?'] = HOST_END,
    ['#'] = HOST_END, LETTERS('a', HOST_ANY), LETTERS('A', HOST_ANY), TEN('0', HOST_ANY), ['['] = HOST_ANY,
    [0x80 ... 0xff] = HOST_ANY,
};

bool url_host_ok(struct span authority)
{
  bool any = false;
  for (size_t i = 0; i < authority.n; i++) {
    unsigned char kind = host_bytes[(unsigned char)authority.p[i]];
    if (kind >= HOST_END)
      return kind == HOST_END && any;
    any = any || kind == HOST_ANY;
  }
  return any;
}

bool url_web(struct span url)
{
  size_t at = span_find_span(url, SPAN("://"));
  bool web = (at == 4 || at == 5) && strncasecmp(url.p, "https", at) == 0;
  return web && url_host_ok(span_from(url, at + 3));
}

bool url_query_find(struct span query, struct span name, struct span *value)
{
  while (query.p) {
    struct span pair = span_split(&query, '&');
    struct span key = span_split(&pair, '=');
    if (span_eq(key, name)) {
      *value = pair;
      return true;
    }
  }
  return false;
}
