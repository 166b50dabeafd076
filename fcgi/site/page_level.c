#include "site/page_level.h"

#define LOAD(m, name) atomic_load_explicit(&(m)->name, memory_order_relaxed)

struct page_level page_level_begin(const struct metrics *m)
{
  return (struct page_level){LOAD(m, pages_hit), LOAD(m, pages_rendered), LOAD(m, fragments_reused), LOAD(m, cache_gets),
                             LOAD(m, fills)};
}

void page_level_end(const struct page_level *before, struct metrics *m)
{
  struct page_level now = page_level_begin(m);
  if (now.pages_hit != before->pages_hit)
    METRICS_ADD(m, level_page_cache, 1);
  else if (now.pages_rendered == before->pages_rendered)
    return;
  else if (now.fills != before->fills)
    METRICS_ADD(m, level_database, 1);
  else if (now.cache_gets != before->cache_gets)
    METRICS_ADD(m, level_memcached, 1);
  else if (now.fragments_reused != before->fragments_reused)
    METRICS_ADD(m, level_fragment_cache, 1);
  else
    METRICS_ADD(m, level_catalog, 1);
}
