/* /og/{slug}-{version}.png and /og/{a}-vs-{b}-{version}.png: the preview image of links to a product or a comparison.
 * An address with another version or without one redirects to the current image.  When the image must be drawn first,
 * the build returns ERR_DEFERRED.  No other page does. */
#include "image/image.h"
#include "image/image_source.h"
#include "site/image_link.h"
#include "site/page_compare.h"
#include "site/pages.h"
#include "site/site.h"

struct image_plan {
  struct compare set;
  struct span packed;
};

/* "kafka-vs-nats-0123456789ab" -> "kafka-vs-nats" */
static struct span slugs_of(struct span param)
{
  size_t from = param.n > IMAGE_VERSION + 1 ? param.n - IMAGE_VERSION : param.n;
  if (from == param.n || param.p[from - 1] != '-')
    return param;
  for (size_t i = from; i < param.n; i++)
    if (!memchr("0123456789abcdef", param.p[i], 16))
      return param;
  return span_head(param, from - 1);
}

enum plan plan_image(struct page *p, struct span param)
{
  struct image_plan *plan = ARENA_NEW(p->arena, struct image_plan);
  p->plan = plan;
  if (!plan)
    return PLAN_OK; /* memory ran out; the arena remembers it */
  struct compare *c = &plan->set;
  enum plan result = compare_parse(p, slugs_of(param), c);
  for (size_t i = 0; result == PLAN_OK && i < c->n; i++)
    if (!planned_product_fill_card(p, c->set[i].member.ordinal, &c->set[i]))
      return PLAN_NOT_FOUND; /* the catalog changed; the plan is repeated */
  if (result != PLAN_OK)
    return result;
  plan->packed = image_link_pack(p, c->set, c->n);
  p->canonical = image_link_path(p, c->set, c->n);
  return PLAN_OK;
}

enum err build_image(struct page *p)
{
  static const struct span none;
  struct image_plan *plan = p->plan;
  struct image_source *images = site_resources_of(p->site)->images;
  if (!plan || !plan->packed.n)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < plan->set.n; i++)
    page_changed_at(p, plan->set.set[i].member.facts.changed_us);
  p->view = &none; /* no template renders it */
  if (!images)
    return ERR_UNAVAILABLE;
  struct image_request rq = {.packed = plan->packed,
                             .may_defer = p->rq->may_defer,
                             .deadline_us = p->rq->deadline_us,
                             .arena = p->arena,
                             .stage = p->rq->stage};
  return images->get(images, &rq, &p->body, &p->deferred);
}
