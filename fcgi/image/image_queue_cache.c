/* Loads and stores pictures in memcached. */
#include "image/image_queue_state.h"

bool image_queue_load(struct image_queue *q, struct span key, struct arena *arena, struct span *png)
{
  struct span value = {0};
  cache_get(q->cache, &key, 1, arena, &value);
  return value.p && envelope_open(value, key, q->secret, png);
}

void image_queue_store(struct image_queue *q, struct span key, struct span png)
{
  struct buf value = BUF_INIT;
  envelope_wrap(&value, key, png, q->secret);
  if (!value.failed)
    cache_set(q->cache, key, buf_view(&value));
  cache_settle(q->cache);
  buf_free(&value);
}
