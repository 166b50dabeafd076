#include "text/address.h"

#include <strings.h>

#include "text/url.h"
#include "text/utf8.h"

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool starts_with(struct span s, const char *what)
{
  return s.n >= strlen(what) && strncasecmp(s.p, what, strlen(what)) == 0;
}

/* "x.example": at least two labels of letters, digits and hyphens; the last one is no number and no single letter. */
static bool is_host(struct span s)
{
  size_t labels = 0, letters = 0, at = 0;
  for (size_t i = 0; i <= s.n; i++) {
    if (i == s.n || s.p[i] == '.') {
      if (i == at)
        return false;
      labels++;
      at = i + 1;
      letters = i == s.n ? letters : 0;
    } else if (is_letter(s.p[i]))
      letters++;
    else if (!is_digit(s.p[i]) && s.p[i] != '-')
      return false;
  }
  return labels >= 2 && letters >= 2;
}

/* The bytes before the path, the query or the fragment. */
static struct span authority_of(struct span s)
{
  size_t n = 0;
  while (n < s.n && !strchr("/?#", s.p[n]))
    n++;
  return span_head(s, n);
}

/* Removes ":8080".  *port: there was one. */
static struct span port_split(struct span authority, struct span *port)
{
  size_t n = authority.n;
  while (n && is_digit(authority.p[n - 1]))
    n--;
  bool has = n && n < authority.n && authority.p[n - 1] == ':';
  *port = has ? span_from(authority, n) : SPAN("");
  return has ? span_head(authority, n - 1) : authority;
}

static struct address without_scheme(struct span typed, bool in_column)
{
  struct address a = {.rest = utf8_trim_unseen(typed)};
  struct span port, authority = authority_of(a.rest), host = port_split(authority, &port);
  if (span_starts(a.rest, SPAN("//")) && url_host_ok(span_from(a.rest, 2)))
    a.before = SPAN("https:");
  else if (is_host(host) && (in_column || starts_with(host, "www.") || authority.n < a.rest.n))
    a.before = SPAN("https://");
  return a;
}

struct address address_of_column(struct span typed)
{
  return without_scheme(typed, true);
}

struct address address_of_link(struct span typed)
{
  return without_scheme(typed, false);
}

struct address address_of_picture(struct span typed, struct span base_url)
{
  struct address a = without_scheme(typed, false), none = {{NULL, 0}, {NULL, 0}};
  struct span port;
  if (a.before.n || (base_url.n && span_starts(a.rest, base_url)))
    return a;
  if (!url_scheme_ok(a.rest) || starts_with(a.rest, "mailto:"))
    return none;
  if (!starts_with(a.rest, "http:"))
    return a;
  port_split(authority_of(span_from(a.rest, strlen("http://"))), &port);
  if (!url_web(a.rest) || port.n)
    return none;
  a.before = SPAN("https:");
  a.rest = span_from(a.rest, strlen("http:"));
  return a;
}

struct span address_completed(struct arena *a, struct span typed)
{
  struct address whole = address_of_column(typed);
  return whole.before.n ? ARENA_JOIN(a, whole.before, whole.rest) : whole.rest;
}

bool address_is_web(struct span typed)
{
  struct address whole = address_of_column(typed);
  return whole.before.n || url_web(whole.rest);
}

bool address_has_user(struct span typed)
{
  struct address whole = address_of_column(typed);
  struct span rest = whole.rest;
  if (!address_is_web(typed))
    return false;
  size_t slashes = span_find_span(rest, SPAN("//"));
  struct span authority = authority_of(whole.before.n > strlen("https:") ? rest : span_from(rest, slashes + 2));
  return span_find(authority, '@') < authority.n;
}
