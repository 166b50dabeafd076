/* Searching names and slugs: one pass over the published products. */
#include "content/catalog_layout.h"

size_t catalog_search(const struct catalog_pin *pin, struct span needle, struct catalog_match *out, size_t max)
{
  struct catalog_list ranking = catalog_ranking(pin);
  size_t n = 0;
  for (uint32_t i = 0; i < ranking.n && n < max && needle.n; i++) {
    struct catalog_record r;
    const void *body = catalog_record_read(pin, ranking.ordinals[i], &r);
    if (!body)
      continue;
    struct span slug = catalog_record_slug(&r, body), fold = catalog_record_fold(&r, body);
    if (span_find_span(slug, needle) < slug.n || span_find_span(fold, needle) < fold.n)
      out[n++] = (struct catalog_match){ranking.ordinals[i], span_eq(slug, needle) || span_eq(fold, needle) ? 0 : 1};
  }
  return n;
}
