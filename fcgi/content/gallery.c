#include "content/gallery.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "content/cache.h"
#include "content/painter.h"
#include "text/envelope.h"

struct gallery {
  struct cache *cache;
  struct painter *painter;
  struct gallery_pens *pens;
  struct metrics *metrics;
  size_t n_pens;
  unsigned char secret[ENVELOPE_SECRET];
};

struct gallery *gallery_open(const struct config *c, struct metrics *m, struct breaker *cache, struct gallery_pens *pens)
{
  struct gallery *g = calloc(1, sizeof *g);
  if (!g)
    return NULL;
  g->pens = pens;
  g->metrics = m;
  g->n_pens = c->workers < 2 ? 1 : c->workers / 2 < GALLERY_PENS ? (size_t)c->workers / 2 : GALLERY_PENS;
  envelope_secret(g->secret, span_z(c->cache_secret));
  g->cache = cache_new(c, m, cache);
  g->painter = painter_new();
  if (!g->cache || !g->painter)
    gallery_close(&g);
  return g;
}

void gallery_close(struct gallery **g)
{
  if (!*g)
    return;
  cache_free(&(*g)->cache);
  painter_free(&(*g)->painter);
  free(*g);
  *g = NULL;
}

void gallery_tidy(struct gallery *g)
{
  painter_tidy(g->painter);
}

#define KEY_MAX 48

static struct span key_of(struct span packed, char out[KEY_MAX])
{
  unsigned char hash[crypto_generichash_BYTES_MIN];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)packed.p, packed.n, NULL, 0);
  out[0] = 'i';
  out[1] = ':';
  sodium_bin2hex(out + 2, KEY_MAX - 2, hash, sizeof hash);
  return span_of(out, 2 + 2 * sizeof hash);
}

static bool from_cache(struct gallery *g, const struct gallery_request *rq, struct span key, struct span *png)
{
  struct span value = {0};
  stage_set(rq->stage, STAGE_CACHE);
  cache_get(g->cache, &key, 1, rq->arena, &value);
  return value.p && envelope_open(value, key, g->secret, png);
}

static void keep(struct gallery *g, struct span key, struct span png)
{
  struct buf value = BUF_INIT;
  envelope_wrap(&value, key, png, g->secret);
  if (!value.failed)
    cache_set(g->cache, key, buf_view(&value));
  buf_free(&value);
}

/* The number of a pen that is now ours until the deadline; -1: all are in use. */
static int pen_take(struct gallery *g, int64_t deadline_us)
{
  int64_t now_us = clock_mono_us();
  for (size_t i = 0; i < g->n_pens; i++) {
    int64_t until_us = atomic_load(&g->pens->until_us[i]);
    if (until_us < now_us && atomic_compare_exchange_strong(&g->pens->until_us[i], &until_us, deadline_us))
      return (int)i;
  }
  return -1;
}

static void pen_give(struct gallery *g, int pen, int64_t deadline_us)
{
  int64_t ours = deadline_us; /* unless it was taken for abandoned */
  atomic_compare_exchange_strong(&g->pens->until_us[pen], &ours, 0);
}

enum err gallery_get(struct gallery *g, const struct gallery_request *rq, struct span *png)
{
  char text[KEY_MAX];
  struct span key = key_of(rq->packed, text);
  if (from_cache(g, rq, key, png))
    return ERR_OK;
  int pen = pen_take(g, rq->deadline_us);
  if (pen < 0) {
    METRICS_ADD(g->metrics, pictures_refused, 1);
    return ERR_UNAVAILABLE;
  }
  stage_set(rq->stage, STAGE_PICTURE);
  enum err e = painter_draw(g->painter, rq->packed, rq->deadline_us, rq->arena, png);
  pen_give(g, pen, rq->deadline_us);
  if (e != ERR_OK) {
    METRICS_ADD(g->metrics, pictures_refused, 1);
    return e;
  }
  METRICS_ADD(g->metrics, pictures_drawn, 1);
  keep(g, key, *png);
  return ERR_OK;
}
