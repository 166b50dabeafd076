#include "site/image_link.h"

#include "image/image.h"
#include "site/site.h"
#include "text/utf8.h"

#define NAME_CHARS 120

static struct span image_text(struct page *p, struct span s)
{
  return utf8_cut(utf8_clean(p->arena, s), NAME_CHARS);
}

struct span image_link_pack(struct page *p, const struct planned_product *set, size_t n)
{
  struct image picture = {.site = image_text(p, span_z(site_config(p->site)->site_name)),
                          .eyebrow = n > 1 ? SPAN("Comparison") : SPAN("Trajectory"),
                          .n = n};
  struct buf packed = BUF_INIT;
  for (size_t i = 0; i < n && i < IMAGE_PANELS; i++) {
    const struct planned_product *g = &set[i];
    struct image_panel *panel = &picture.panels[i];
    panel->name = image_text(p, g->member.facts.name);
    panel->note = g->n_sectors ? image_text(p, g->sectors[0].name) : SPAN("");
    if (g->member.facts.lifecycle == LIFECYCLE_DISCONTINUED)
      panel->note = SPAN("Discontinued");
    if (g->member.tenths == SCORE_NONE)
      continue;
    panel->tenths = g->member.tenths;
    panel->score = arena_printf(p->arena, "%d.%d", panel->tenths / 10, panel->tenths % 10);
    panel->band = band_name(score_band(panel->tenths));
  }
  image_pack(&picture, &packed);
  return arena_take(p->arena, &packed);
}

struct span image_link_path(struct page *p, const struct planned_product *set, size_t n)
{
  char version[IMAGE_VERSION + 1];
  struct span names = SPAN("");
  image_version(version, image_link_pack(p, set, n));
  for (size_t i = 0; i < n; i++)
    names = ARENA_JOIN(p->arena, names, i ? SPAN("-vs-") : SPAN(""), set[i].member.facts.slug);
  return arena_printf(p->arena, "/og/%.*s-%s.png", SPAN_ARG(names), version);
}
