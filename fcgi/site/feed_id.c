#include "site/feed_id.h"

#include "site/site.h"

#define TAG_DATE "2026-01-01" /* part of every tag; must never change */
#define HOST_MAX 256

/* "[2001:db8::1]" as "2001-db8--1": a tag has names of letters, digits and hyphens, which stand inside (RFC 4151). */
static struct span ipv6_name(struct page *p, struct span address)
{
  char *name = arena_alloc(p->arena, address.n + 2);
  size_t n = 0;
  if (!name)
    return SPAN("");
  if (span_starts(address, SPAN(":")))
    name[n++] = '0';
  for (size_t i = 0; i < address.n; i++)
    name[n++] = address.p[i] == ':' ? '-' : address.p[i];
  if (span_ends(address, SPAN(":")))
    name[n++] = '0';
  return span_of(name, n);
}

/* feed_host, or the host of base_url without brackets and port, which RFC 4151 does not allow. */
static struct span host(struct page *p)
{
  if (site_config(p->site)->feed_host[0])
    return span_z(site_config(p->site)->feed_host);
  struct span url = span_z(site_config(p->site)->base_url);
  struct span authority = span_from(url, span_find_span(url, SPAN("://")) + 3);
  if (span_starts(authority, SPAN("[")))
    return ipv6_name(p, span_head(span_from(authority, 1), span_find(authority, ']') - 1));
  char name[HOST_MAX];
  size_t n = 0;
  for (size_t i = 0; i < authority.n && n < sizeof name && !strchr("/:", authority.p[i]); i++)
    name[n++] = authority.p[i];
  return arena_copy(p->arena, span_of(name, n));
}

struct span feed_id_tag(struct page *p, struct span what)
{
  return ARENA_JOIN(p->arena, SPAN("tag:"), host(p), SPAN("," TAG_DATE ":"), what);
}

struct span feed_id_uid(struct page *p, struct span what)
{
  return ARENA_JOIN(p->arena, what, SPAN("@"), host(p));
}
