/* Draws the picture: one panel for each product, with the product's colour and shape from the page, or the title and
 * the line of a page. */
#include <math.h>
#include <pango/pangocairo.h>

#include "image/image.h"

#define MARGIN 64.0
#define GAP 64.0
#define TOP 150.0
#define BOTTOM 578.0
#define METER 560.0
#define SERIF "Charis SIL,Charter,Georgia,DejaVu Serif,serif"

/* The colours of the light theme in templates/assets/site.css. */
#define PAPER 0xfbf9f4u
#define INK 0x1c1a17u
#define QUIET 0x625d53u
#define RULE 0xd9d4c8u
static const unsigned hues[IMAGE_PANELS] = {0x1a5fa8, 0xad4413, 0x0b6e5c, 0x7a4596};
static const unsigned ramp[] = {0xe9e4d8, 0xd6cfbf, 0xbdb5a3, 0xa39a87, 0x857c6b};
static const double bands[] = {0, 1, 3, 5, 8, 10};

struct letters {
  double px;
  bool bold, italic, spaced;
  unsigned colour;
};

static void ink(cairo_t *cr, unsigned colour)
{
  cairo_set_source_rgb(cr, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0);
}

static void box(cairo_t *cr, unsigned colour, double x, double y, double w, double h)
{
  ink(cr, colour);
  cairo_rectangle(cr, x, y, w, h);
  cairo_fill(cr);
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

static PangoLayout *layout_new(cairo_t *cr, struct span text, const struct letters *l, double px)
{
  PangoLayout *layout = pango_cairo_create_layout(cr);
  PangoFontDescription *font = pango_font_description_from_string(SERIF);
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
static double text_fit(cairo_t *cr, struct span text, const struct letters *l, const struct area *a)
{
  PangoLayout *layout = NULL;
  int w, h = 0;
  for (double px = l->px; !layout; px *= 0.93) {
    layout = layout_new(cr, text, l, px);
    pango_layout_set_width(layout, (int)(a->w * PANGO_SCALE));
    pango_layout_set_height(layout, (int)(a->h * PANGO_SCALE));
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_get_pixel_size(layout, &w, &h);
    if ((pango_layout_is_ellipsized(layout) || (a->h > 0 && h > a->h)) && px > l->px * 0.5)
      g_clear_object(&layout);
  }
  ink(cr, l->colour);
  cairo_move_to(cr, a->x, a->middle ? a->y - h / 2.0 : a->y);
  pango_cairo_show_layout(cr, layout);
  g_object_unref(layout);
  return h;
}

/* Draws one line on a base line and returns its width. */
static double text_on(cairo_t *cr, struct span text, const struct letters *l, double x, double base, bool right)
{
  PangoLayout *layout = layout_new(cr, text, l, l->px);
  int w, h;
  pango_layout_get_pixel_size(layout, &w, &h);
  ink(cr, l->colour);
  cairo_move_to(cr, right ? x - w : x, base - pango_layout_get_baseline(layout) / (double)PANGO_SCALE);
  pango_cairo_show_layout(cr, layout);
  g_object_unref(layout);
  return w;
}

static void meter(cairo_t *cr, const struct image_panel *panel, size_t position, double x, double y, double w)
{
  for (size_t i = 0; i < sizeof ramp / sizeof *ramp; i++)
    box(cr, ramp[i], x + w * bands[i] / 10, y - 6, w * (bands[i + 1] - bands[i]) / 10, 12);
  if (!panel->score.n)
    return;
  shape_path(cr, position, x + w * panel->tenths / 100.0, y, 15);
  ink(cr, PAPER);
  cairo_set_line_width(cr, 6);
  cairo_stroke_preserve(cr);
  ink(cr, hues[position]);
  cairo_fill(cr);
}

/* The name, and below it the line, which has at least two fifths of the height. */
static void name_draw(cairo_t *cr, const struct image *p, const struct image_panel *panel, double x, double w, double h)
{
  static const double sizes[] = {92, 76, 54, 42}, lines[] = {34, 27, 27, 24};
  struct letters name = {.px = sizes[p->n - 1], .bold = true, .colour = INK};
  struct letters line = {.px = lines[p->n - 1], .colour = INK};
  double y = TOP + 68;
  double used = text_fit(cr, panel->name, &name, &(struct area){x, y, w, panel->line.n ? h * 0.6 : h, false});
  if (panel->line.n)
    text_fit(cr, panel->line, &line, &(struct area){x, y + used + 6, w, h - used - 6, false});
}

static void panel_draw(cairo_t *cr, const struct image *p, size_t i, double x, double w)
{
  static const double scores[] = {64, 64, 58, 52};
  const struct image_panel *panel = &p->panels[i];
  struct letters note = {.px = p->n > 2 ? 23 : 27, .colour = QUIET};
  struct letters score = {.px = scores[p->n - 1], .bold = true, .colour = INK};
  struct letters band = {.px = scores[p->n - 1] * 0.5, .italic = true, .colour = INK};
  bool alone = p->n == 1; /* its meter has room beside the score */
  double base = alone ? BOTTOM - 6 : BOTTOM - 44;
  box(cr, hues[i], x, TOP, w, 6);
  shape_path(cr, i, x + 13, TOP + 45, 11);
  ink(cr, hues[i]);
  cairo_fill(cr);
  text_fit(cr, panel->note, &note, &(struct area){x + 38, TOP + 45, w - 38, 0, true});
  name_draw(cr, p, panel, x, w, base - score.px - note.px - TOP - 80);
  text_on(cr, span_z("Velocity"), &note, x, base - score.px - 4, false);
  if (panel->score.n) {
    double at = x + text_on(cr, panel->score, &score, x, base, false);
    text_on(cr, panel->band, &band, at + band.px * 0.5, base, false);
  } else
    text_on(cr, span_z("not scored"), &band, x, base, false);
  meter(cr, panel, i, alone ? x + w - METER : x, alone ? BOTTOM - 24 : BOTTOM - 12, w < METER ? w : METER);
}

/* The title and the line below it, under a rule in the colours of two products. */
static void title_draw(cairo_t *cr, const struct image *p)
{
  struct letters title = {.px = 88, .bold = true, .colour = INK};
  struct letters line = {.px = 36, .colour = QUIET};
  double w = IMAGE_WIDTH - 2 * MARGIN, y = TOP + 40;
  box(cr, hues[0], MARGIN, TOP, w / 2, 6);
  box(cr, hues[1], MARGIN + w / 2, TOP, w / 2, 6);
  y += text_fit(cr, p->title, &title, &(struct area){MARGIN, y, w, 230, false}) + 16;
  if (p->line.n)
    text_fit(cr, p->line, &line, &(struct area){MARGIN, y, w, BOTTOM - y, false});
}

static void frame_draw(cairo_t *cr, const struct image *p)
{
  struct letters brand = {.px = 40, .bold = true, .colour = INK};
  struct letters eyebrow = {.px = 24, .spaced = true, .colour = QUIET};
  double right = IMAGE_WIDTH - MARGIN;
  box(cr, PAPER, 0, 0, IMAGE_WIDTH, IMAGE_HEIGHT);
  box(cr, INK, 0, 0, IMAGE_WIDTH, 12);
  right -= text_on(cr, p->date, &eyebrow, right, 84, true);
  if (p->eyebrow.n) {
    right -= text_on(cr, span_z(" · "), &eyebrow, right, 84, true);
    right -= text_on(cr, p->eyebrow, &eyebrow, right, 84, true);
  }
  text_fit(cr, p->site, &brand, &(struct area){MARGIN, 76, right - MARGIN - 32, 0, true});
  box(cr, INK, MARGIN, 112, IMAGE_WIDTH - 2 * MARGIN, 1.5);
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
  cairo_t *cr = cairo_create(surface);
  double n = (double)p->n, gap = p->n > 2 ? GAP * 0.6 : GAP;
  double w = n > 0 ? (IMAGE_WIDTH - 2 * MARGIN - (n - 1) * gap) / n : 0;
  frame_draw(cr, p);
  if (!p->n)
    title_draw(cr, p);
  for (size_t i = 0; i < p->n; i++) {
    double x = MARGIN + (double)i * (w + gap);
    panel_draw(cr, p, i, x, w);
    if (i) /* the rule between two panels */
      box(cr, RULE, x - gap / 2 - 0.75, TOP, 1.5, BOTTOM - TOP);
  }
  bool ok = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
  cairo_destroy(cr);
  ok = ok && cairo_surface_write_to_png_stream(surface, take, png) == CAIRO_STATUS_SUCCESS;
  cairo_surface_destroy(surface);
  return ok;
}
