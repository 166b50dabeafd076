/* Finished pictures in memcached, under their version. */
#include "image/image_queue_state.h"

bool image_queue_kept(struct image_queue *g, struct span key, struct arena *arena, struct span *png)
{
  struct span value = {0};
  cache_get(g->cache, &key, 1, arena, &value);
  return value.p && envelope_open(value, key, g->secret, png);
}

void image_queue_keep(struct image_queue *g, struct span key, struct span png)
{
  struct buf value = BUF_INIT;
  envelope_wrap(&value, key, png, g->secret);
  if (!value.failed)
    cache_set(g->cache, key, buf_view(&value));
  buf_free(&value);
}
