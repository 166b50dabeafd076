/* /og/{page}-{version}.png: the preview picture of links to a page (image_link.h has the addresses).
 *
 * A picture shows what its page says, so this page plans and builds that page; its frame makes the picture.  An address
 * with another version or without one redirects to the current picture, which only the build knows.  When the picture
 * must be drawn first, the build returns ERR_DEFERRED.  No other page does. */
#include "image/image.h"
#include "image/image_source.h"
#include "site/image_link.h"
#include "site/pages.h"
#include "site/routes.h"
#include "site/site.h"
#include "site/sort.h"

#define PLANS_MAX 2 /* the second is that of the page's canonical address */

struct image_plan {
  struct target target; /* of the page */
  const struct route *route;
  struct span canonical; /* of the page */
  void *plan;            /* of the page */
};

/* "kafka-vs-nats-0123456789ab" -> "kafka-vs-nats" */
static struct span without_version(struct span param)
{
  size_t from = param.n > IMAGE_VERSION + 1 ? param.n - IMAGE_VERSION : param.n;
  if (from == param.n || param.p[from - 1] != '-')
    return param;
  for (size_t i = from; i < param.n; i++)
    if (!memchr("0123456789abcdef", param.p[i], 16))
      return param;
  return span_head(param, from - 1);
}

static enum plan plan_page(struct page *p, struct image_plan *plan, struct span path)
{
  struct span param;
  if (target_parse(path, p->arena, &plan->target) != TARGET_OK || plan->target.form != FORM_HTML ||
      !(plan->route = p->route_find(&plan->target, &param)))
    return PLAN_NOT_FOUND;
  p->target = &plan->target;
  p->n_wants = 0;
  p->order = p->usual_order = sort_usual(plan->route);
  enum plan result = plan->route->plan(p, param);
  plan->canonical = p->canonical;
  plan->plan = p->plan;
  return result == PLAN_GONE || result == PLAN_OK ? result : PLAN_NOT_FOUND;
}

enum plan plan_image(struct page *p, struct span param)
{
  struct image_plan *plan = ARENA_NEW(p->arena, struct image_plan);
  struct span raw_path = p->target->raw_path, path = image_link_page(p, without_version(param));
  enum plan result = PLAN_OK;
  for (int i = 0; plan && result == PLAN_OK && i < PLANS_MAX && !span_eq(path, plan->canonical); i++) {
    result = plan_page(p, plan, i ? plan->canonical : path);
    path = plan->target.path;
  }
  p->plan = plan;
  p->canonical = raw_path; /* the build redirects another spelling */
  return result;
}

/* Builds the page, for its picture. */
static enum err page_build(struct page *p, const struct image_plan *plan)
{
  struct span raw_path = p->canonical;
  p->canonical = plan->canonical;
  p->plan = plan->plan;
  enum err e = plan->route->build(p);
  p->canonical = raw_path;
  return e != ERR_OK || p->picture.n ? e : ERR_NOT_FOUND;
}

enum err build_image(struct page *p)
{
  static const struct span none;
  struct image_plan *plan = p->plan;
  struct image_source *images = site_resources_of(p->site)->images;
  enum err e = plan ? page_build(p, plan) : ERR_NO_MEMORY;
  p->view = &none; /* no template renders it */
  if (e != ERR_OK || arena_failed(p->arena))
    return e != ERR_OK ? e : ERR_NO_MEMORY;
  if (!span_eq(p->picture_path, p->canonical)) {
    p->location = p->picture_path;
    return ERR_OK;
  }
  if (!images)
    return ERR_UNAVAILABLE;
  struct image_request rq = {.packed = p->picture,
                             .may_defer = p->rq->may_defer,
                             .deadline_us = p->rq->deadline_us,
                             .arena = p->arena,
                             .stage = p->rq->stage};
  return images->get(images, &rq, &p->body, &p->deferred);
}
