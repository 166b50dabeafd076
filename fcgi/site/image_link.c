#include "site/image_link.h"

#include "site/site.h"
#include "text/bidi.h"
#include "text/utf8.h"

#define NAME_CHARS 120
#define LINE_CHARS 200

static struct span image_text(struct page *p, struct span s, size_t chars)
{
  return bidi_shortened(p->arena, utf8_clean(p->arena, s), chars);
}

/* ---- what it shows */

/* "12 moves in 90 days. Latest: 4.3.1, 25 Jun 2026" */
static struct span figures(struct page *p, const struct facts *f, const struct profile *profile, bool latest)
{
  const struct activity *release = latest && profile ? profile->latest_release : NULL;
  struct span moves = !f->n90 ? _("No moves in 90 days")
                              : SAY(p->arena, PLURAL("%1$s move in 90 days", "%1$s moves in 90 days", f->n90),
                                    arena_uint(p->arena, f->n90, 1));
  if (!release)
    return moves;
  /* TRANSLATORS: moves, latest release, its day */
  return SAY(p->arena, _("%1$s. Latest: %2$s, %3$s"), moves, image_text(p, release->version, 40),
             day_text_short(p->arena, release->occurred_us));
}

static void panel_fill(struct page *p, const struct planned_product *g, const struct profile *f, size_t n,
                       struct image_panel *out)
{
  const struct facts *facts = &g->member.facts;
  out->name = image_text(p, facts->name, NAME_CHARS);
  out->note = g->n_sectors ? image_text(p, g->sectors[0].name, NAME_CHARS) : SPAN("");
  if (facts->lifecycle == LIFECYCLE_DISCONTINUED)
    out->note = _("Discontinued");
  out->line = n == 1 && f && f->summary.n ? image_text(p, f->summary, LINE_CHARS) : figures(p, facts, f, n <= 2);
  if (g->member.tenths == SCORE_NONE)
    return;
  out->tenths = g->member.tenths;
  out->score = decimal_text(p->arena, build_tenths(p, out->tenths));
  out->band = band_name(score_band(out->tenths));
}

const struct image *image_link_products(struct page *p, const struct planned_product *set, const struct profile *const *f,
                                        size_t n)
{
  struct image *picture = page_is_html(p) ? ARENA_NEW(p->arena, struct image) : NULL;
  if (!picture)
    return NULL;
  picture->eyebrow = n > 1 ? _("Comparison") : _("Trajectory");
  picture->n = n < IMAGE_PANELS ? n : IMAGE_PANELS;
  for (size_t i = 0; i < picture->n; i++)
    panel_fill(p, &set[i], f[i], n, &picture->panels[i]);
  return picture;
}

/* The description of a page, without the title that some begin with. */
static struct span line_of(struct page *p, const struct page_frame *f)
{
  struct span begins = ARENA_JOIN(p->arena, f->title, SPAN(": "));
  struct span line = span_starts(f->description, begins) ? span_from(f->description, begins.n) : f->description;
  return image_text(p, line, LINE_CHARS);
}

/* The picture in words. */
static struct span alt(struct page *p, const struct image *picture, struct span title)
{
  struct span out = picture->n ? sentences_stop(p->arena, title) : ARENA_JOIN(p->arena, title, SPAN(". "), picture->line);
  for (size_t i = 0; i < picture->n; i++) {
    const struct image_panel *panel = &picture->panels[i];
    struct span name = picture->n > 1 ? ARENA_JOIN(p->arena, panel->name, SPAN(": ")) : SPAN("");
    struct span score = panel->score.n ? SAY(p->arena, _("Velocity %1$s, %2$s."), panel->score, panel->band) : _("Not scored.");
    out = ARENA_JOIN(p->arena, out, SPAN(" "), name, sentences_stop(p->arena, panel->line), SPAN(" "), score);
  }
  return ARENA_JOIN(p->arena, out, SPAN(" "), picture->date, SPAN("."));
}

/* ---- where it is */

static struct span page_name(struct page *p, struct span canonical)
{
  struct span path = span_from(canonical, 1), rest = path, first = span_split(&rest, '/');
  bool deep = rest.n && span_find(rest, '/') < rest.n;
  if (!path.n)
    return SPAN("pages/index");
  if (!rest.n)
    return ARENA_JOIN(p->arena, SPAN("pages/"), first);
  return !deep && (span_eq(first, SPAN("products")) || span_eq(first, SPAN("compare"))) ? rest : path;
}

struct span image_link_page(struct page *p, struct span param)
{
  if (span_find(param, '/') == param.n) {
    bool joined = span_find_span(param, SPAN("-vs-")) < param.n;
    return ARENA_JOIN(p->arena, joined ? SPAN("/compare/") : SPAN("/products/"), param);
  }
  struct span rest = param, first = span_split(&rest, '/');
  bool single = span_eq(first, SPAN("pages")) && span_find(rest, '/') == rest.n;
  if (single && span_eq(rest, SPAN("index")))
    return SPAN("/");
  return ARENA_JOIN(p->arena, SPAN("/"), single && rest.n ? rest : param);
}

static struct span image_path(struct page *p)
{
  char version[IMAGE_VERSION + 1];
  image_version(version, p->picture);
  return ARENA_JOIN(p->arena, SPAN("/og/"), page_name(p, p->canonical), SPAN("-"), span_of(version, IMAGE_VERSION),
                    SPAN(".png"));
}

void image_link_frame(struct page *p, const struct page_frame *f, struct page_view *v)
{
  struct image picture = {.title = image_text(p, f->title, NAME_CHARS), .line = line_of(p, f)};
  struct buf packed = BUF_INIT;
  if (!p->canonical.n || !page_is_html(p) || (p->noindex && !f->picture))
    return;
  if (f->picture)
    picture = *f->picture;
  picture.site = image_text(p, span_z(site_config(p->site)->site_name), NAME_CHARS);
  picture.style = site_resources_of(p->site)->picture_style;
  picture.date = SAY(p->arena, _("As of %1$s"), page_day(p, p->pin.window_us));
  image_pack(&picture, &packed);
  p->picture = arena_take(p->arena, &packed);
  p->picture_path = image_path(p);
  v->og_image = page_absolute(p, p->picture_path);
  v->og_alt = alt(p, &picture, f->title);
}
