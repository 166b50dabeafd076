#include "text/slug.h"

bool slug_valid(struct span s)
{
  if (s.n == 0 || s.n > SLUG_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
    return false;
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (c != '-' || s.p[i + 1] == '-'))
      return false;
  }
  return !span_starts(s, SPAN("vs-")) && !span_ends(s, SPAN("-vs")) && span_find_span(s, SPAN("-vs-")) == s.n;
}

bool slug_valid_page(struct span s)
{
  static const char *const reserved[] = {
      "alternatives", "api",  "badge",   "compare", "faq",        "favicon",     "feed",    "feeds",    "healthz",
      "index",        "leaderboard", "llms", "metrics", "og",     "opensearch",  "predictions", "preview", "products",
      "readyz",       "robots", "search", "sectors", "sitemap",   "sitemaps",    "static",  "themes"};
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
    if (span_eq(s, span_z(reserved[i])))
      return false;
  return slug_valid(s);
}
