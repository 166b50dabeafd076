/* The preview picture of a page for links to it (Open Graph): a PNG of 1200 by 630 pixels.  A page about products has a
 * panel for each; any other has its title and one line.
 *
 * A picture is a function of struct image.  The packed struct is the request to the image worker.  Its hash is the
 * version in the picture's address: an edit that changes the picture also changes the address, and the picture at an
 * address never changes.  A new design needs a new IMAGE_LOOK.
 *
 * Only an image worker calls image_draw (image/image_worker.h), so that the memory and the time that cairo, pango and
 * fontconfig take do not affect the process that answers pages. */
#ifndef DIPTYCH_IMAGE_IMAGE_H
#define DIPTYCH_IMAGE_IMAGE_H

#include "base/buf.h"
#include "base/err.h"

#define IMAGE_WIDTH 1200
#define IMAGE_HEIGHT 630
#define IMAGE_PANELS 4
#define IMAGE_VERSION 12 /* hex digits */
#define IMAGE_LOOK 3     /* number of the design */
#define IMAGE_BANDS 5
#define IMAGE_FONT 256   /* bytes, with the NUL */

/* Colours as 0xRRGGBB, and fonts as Pango names them, separated by commas. */
struct image_style {
  char font[IMAGE_FONT];
  unsigned paper, ink, quiet, rule;
  unsigned hues[IMAGE_PANELS], bands[IMAGE_BANDS];
};
extern const struct image_style image_style_usual; /* the light colours of templates/assets/site.css */

void image_style_pack(const struct image_style *s, struct buf *out);

/* All texts are valid UTF-8. */
struct image_panel {
  struct span name, note, line; /* note: its sector; line: what it is, or figures; each may be empty */
  struct span score, band;      /* empty without a score */
  int tenths;                   /* the score in tenths */
};

struct image {
  struct span site, eyebrow, date; /* eyebrow may be empty; date: "As of 22 August 2026" */
  struct span title, line;         /* of a picture without panels */
  size_t n;                        /* 0 to IMAGE_PANELS */
  struct image_panel panels[IMAGE_PANELS];
  struct span style; /* of image_style_pack; empty: the usual one */
};

void image_pack(const struct image *p, struct buf *out);
bool image_unpack(struct span packed, struct image *out); /* the spans point into `packed` */
MUST_USE bool image_style_unpack(struct span packed, struct image_style *out); /* of an empty one: the usual style */
void image_version(char out[IMAGE_VERSION + 1], struct span packed);

/* Appends the PNG.  False: no memory, or cairo or pango failed. */
bool image_draw(const struct image *p, struct buf *png);

#endif
