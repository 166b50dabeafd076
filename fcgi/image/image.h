/* The preview picture of a product or a set for links to its page (Open Graph): a PNG of 1200 by 630 pixels.
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

#define IMAGE_WIDTH 1200
#define IMAGE_HEIGHT 630
#define IMAGE_PANELS 4
#define IMAGE_VERSION 12 /* hex digits */
#define IMAGE_LOOK 1     /* number of the design */

struct image_panel {
  struct span name, note, score, band; /* valid UTF-8; score and band are empty without a score */
  int tenths;                          /* the score in tenths */
};

struct image {
  struct span site, eyebrow;
  size_t n; /* 1 to IMAGE_PANELS */
  struct image_panel panels[IMAGE_PANELS];
};

void image_pack(const struct image *p, struct buf *out);
bool image_unpack(struct span packed, struct image *out); /* the spans point into `packed` */
void image_version(char out[IMAGE_VERSION + 1], struct span packed);

/* Appends the PNG.  False: no memory, or cairo or pango failed. */
bool image_draw(const struct image *p, struct buf *png);

#endif
