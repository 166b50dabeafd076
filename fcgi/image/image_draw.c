/* Draws the picture: one panel for each product, with the product's colour and shape from the page, or the title and
 * the line of a page. */
#include <math.h>
#include <pango/pangocairo.h>

#include "base/messages.h"
#include "image/image.h"

#define MARGIN 64.0
#define GAP 64.0
#define TOP 150.0
#define BOTTOM 578.0
#define METER 560.0

static const double bands[] = {0, 1, 3, 5, 8, 10};

/* What is drawn on, and with which colours and font. */
struct canvas {
  cairo_t *cr;
  struct image_style style;
};

struct letters {
  double px;
  bool bold, italic, spaced;
  unsigned colour;
};

static void ink(struct canvas *c, unsigned colour)
{
  cairo_set_source_rgb(c->cr, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0);
}

static void box(struct canvas *c, unsigned colour, double x, double y, double w, double h)
{
  ink(c, colour);
  cairo_rectangle(c->cr, x, y, w, h);
  cairo_fill(c->cr);
}

/* Disc, diamond, square, triangle: they tell the products apart without colour. */
static void shape_path(cairo_t *cr, size_t position, double x, double y, double r)
{
  static const double corners[][4][2] = {{{0, 0}},
                                         {{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}},
                                         {{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}},
                                         {{0, -1.1}, {1.15, 0.9}, {-1.15, 0.9}, {0, -1.1}}};
  cairo_new_path(cr);
  if (position == 0)
    cairo_arc(cr, x, y, r, 0, 2 * M_PI);
  else
    for (size_t i = 0; i < 4; i++)
      cairo_line_to(cr, x + corners[position][i][0] * r, y + corners[position][i][1] * r);
  cairo_close_path(cr);
}

static PangoLayout *layout_new(struct canvas *c, struct span text, const struct letters *l, double px)
{
  PangoLayout *layout = pango_cairo_create_layout(c->cr);
  PangoFontDescription *font = pango_font_description_from_string(c->style.font);
  pango_font_description_set_absolute_size(font, px * PANGO_SCALE);
  pango_font_description_set_weight(font, l->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_style(font, l->italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_text(layout, text.p ? text.p : "", (int)text.n);
  pango_layout_set_single_paragraph_mode(layout, TRUE);
  if (l->spaced) {
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_letter_spacing_new((int)(px * 0.05 * PANGO_SCALE)));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
  }
  return layout;
}

struct area {
  double x, y, w, h; /* h 0: one line; y: the top, or with `middle` the middle */
  bool middle;
};

/* Fits text into an area: reduces it down to half its size, then truncates it with an ellipsis.  Returns its height. */
static double text_fit(struct canvas *c, struct span text, const struct letters *l, const struct area *a)
{
  PangoLayout *layout = NULL;
  int w, h = 0;
  for (double px = l->px; !layout; px *= 0.93) {
    layout = layout_new(c, text, l, px);
    pango_layout_set_width(layout, (int)(a->w * PANGO_SCALE));
    pango_layout_set_height(layout, (int)(a->h * PANGO_SCALE));
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_get_pixel_size(layout, &w, &h);
    if ((pango_layout_is_ellipsized(layout) || (a->h > 0 && h > a->h)) && px > l->px * 0.5)
      g_clear_object(&layout);
  }
  ink(c, l->colour);
  cairo_move_to(c->cr, a->x, a->middle ? a->y - h / 2.0 : a->y);
  pango_cairo_show_layout(c->cr, layout);
  g_object_unref(layout);
  return h;
}

/* Draws one line on a base line and returns its width. */
static double text_on(struct canvas *c, struct span text, const struct letters *l, double x, double base, bool right)
{
  PangoLayout *layout = layout_new(c, text, l, l->px);
  int w, h;
  pango_layout_get_pixel_size(layout, &w, &h);
  ink(c, l->colour);
  cairo_move_to(c->cr, right ? x - w : x, base - pango_layout_get_baseline(layout) / (double)PANGO_SCALE);
  pango_cairo_show_layout(c->cr, layout);
  g_object_unref(layout);
  return w;
}

static void meter(struct canvas *c, const struct image_panel *panel, size_t position, double x, double y, double w)
{
  for (size_t i = 0; i < IMAGE_BANDS; i++)
    box(c, c->style.bands[i], x + w * bands[i] / 10, y - 6, w * (bands[i + 1] - bands[i]) / 10, 12);
  if (!panel->score.n)
    return;
  shape_path(c->cr, position, x + w * panel->tenths / 100.0, y, 15);
  ink(c, c->style.paper);
  cairo_set_line_width(c->cr, 6);
  cairo_stroke_preserve(c->cr);
  ink(c, c->style.hues[position]);
  cairo_fill(c->cr);
}

/* The name, and below it the line, which has at least two fifths of the height. */
static void name_draw(struct canvas *c, const struct image *p, const struct image_panel *panel, double x, double w, double h)
{
  static const double sizes[] = {92, 76, 54, 42}, lines[] = {34, 27, 27, 24};
  struct letters name = {.px = sizes[p->n - 1], .bold = true, .colour = c->style.ink};
  struct letters line = {.px = lines[p->n - 1], .colour = c->style.ink};
  double y = TOP + 68;
  double used = text_fit(c, panel->name, &name, &(struct area){x, y, w, panel->line.n ? h * 0.6 : h, false});
  if (panel->line.n)
    text_fit(c, panel->line, &line, &(struct area){x, y + used + 6, w, h - used - 6, false});
}

static void panel_draw(struct canvas *c, const struct image *p, size_t i, double x, double w)
{
  static const double scores[] = {64, 64, 58, 52};
  const struct image_panel *panel = &p->panels[i];
  struct letters note = {.px = p->n > 2 ? 23 : 27, .colour = c->style.quiet};
  struct letters score = {.px = scores[p->n - 1], .bold = true, .colour = c->style.ink};
  struct letters band = {.px = scores[p->n - 1] * 0.5, .italic = true, .colour = c->style.ink};
  bool alone = p->n == 1; /* its meter has room beside the score */
  double base = alone ? BOTTOM - 6 : BOTTOM - 44;
  box(c, c->style.hues[i], x, TOP, w, 6);
  shape_path(c->cr, i, x + 13, TOP + 45, 11);
  ink(c, c->style.hues[i]);
  cairo_fill(c->cr);
  text_fit(c, panel->note, &note, &(struct area){x + 38, TOP + 45, w - 38, 0, true});
  name_draw(c, p, panel, x, w, base - score.px - note.px - TOP - 80);
  text_on(c, _("Velocity"), &note, x, base - score.px - 4, false);
  if (panel->score.n) {
    double at = x + text_on(c, panel->score, &score, x, base, false);
    text_on(c, panel->band, &band, at + band.px * 0.5, base, false);
  } else
    text_on(c, _("not scored"), &band, x, base, false);
  meter(c, panel, i, alone ? x + w - METER : x, alone ? BOTTOM - 24 : BOTTOM - 12, w < METER ? w : METER);
}

/* The title and the line below it, under a rule in the colours of two products. */
static void title_draw(struct canvas *c, const struct image *p)
{
  struct letters title = {.px = 88, .bold = true, .colour = c->style.ink};
  struct letters line = {.px = 36, .colour = c->style.quiet};
  double w = IMAGE_WIDTH - 2 * MARGIN, y = TOP + 40;
  box(c, c->style.hues[0], MARGIN, TOP, w / 2, 6);
  box(c, c->style.hues[1], MARGIN + w / 2, TOP, w / 2, 6);
  y += text_fit(c, p->title, &title, &(struct area){MARGIN, y, w, 230, false}) + 16;
  if (p->line.n)
    text_fit(c, p->line, &line, &(struct area){MARGIN, y, w, BOTTOM - y, false});
}

static void frame_draw(struct canvas *c, const struct image *p)
{
  struct letters brand = {.px = 40, .bold = true, .colour = c->style.ink};
  struct letters eyebrow = {.px = 24, .spaced = true, .colour = c->style.quiet};
  double right = IMAGE_WIDTH - MARGIN;
  box(c, c->style.paper, 0, 0, IMAGE_WIDTH, IMAGE_HEIGHT);
  box(c, c->style.ink, 0, 0, IMAGE_WIDTH, 12);
  right -= text_on(c, p->date, &eyebrow, right, 84, true);
  if (p->eyebrow.n) {
    right -= text_on(c, span_z(" · "), &eyebrow, right, 84, true);
    right -= text_on(c, p->eyebrow, &eyebrow, right, 84, true);
  }
  text_fit(c, p->site, &brand, &(struct area){MARGIN, 76, right - MARGIN - 32, 0, true});
  box(c, c->style.ink, MARGIN, 112, IMAGE_WIDTH - 2 * MARGIN, 1.5);
}

static cairo_status_t take(void *closure, const unsigned char *bytes, unsigned n)
{
  struct buf *out = closure;
  buf_put(out, bytes, n);
  return out->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

bool image_draw(const struct image *p, struct buf *png)
{
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, IMAGE_WIDTH, IMAGE_HEIGHT);
  struct canvas canvas = {.cr = cairo_create(surface)}, *c = &canvas;
  double n = (double)p->n, gap = p->n > 2 ? GAP * 0.6 : GAP;
  double w = n > 0 ? (IMAGE_WIDTH - 2 * MARGIN - (n - 1) * gap) / n : 0;
  bool styled = image_style_unpack(p->style, &canvas.style);
  frame_draw(c, p);
  if (!p->n)
    title_draw(c, p);
  for (size_t i = 0; i < p->n; i++) {
    double x = MARGIN + (double)i * (w + gap);
    panel_draw(c, p, i, x, w);
    if (i) /* the rule between two panels */
      box(c, c->style.rule, x - gap / 2 - 0.75, TOP, 1.5, BOTTOM - TOP);
  }
  bool ok = styled && cairo_status(c->cr) == CAIRO_STATUS_SUCCESS;
  cairo_destroy(c->cr);
  ok = ok && cairo_surface_write_to_png_stream(surface, take, png) == CAIRO_STATUS_SUCCESS;
  cairo_surface_destroy(surface);
  return ok;
}
