/* The picture of a product or a set, for those who link to its page: 1200 by 630, a PNG.
 *
 * A picture is a function of the few words below.  Packed, they are what the image worker is sent; their
 * hash is the version in the picture's address, so an edit that shows changes the address, and an
 * address never changes its picture.  A new look is a new IMAGE_LOOK.
 *
 * image_draw is called in a image worker only (image/image_worker.h): what cairo, pango and fontconfig do
 * with memory and time stays there. */
#ifndef DIPTYCH_IMAGE_IMAGE_H
#define DIPTYCH_IMAGE_IMAGE_H

#include "base/buf.h"

#define IMAGE_WIDTH 1200
#define IMAGE_HEIGHT 630
#define IMAGE_PANELS 4
#define IMAGE_VERSION 12 /* hex digits */
#define IMAGE_LOOK 1

struct image_panel {
  struct span name, note, score, band; /* valid UTF-8; score and band empty: not scored */
  int tenths;                          /* of the score */
};

struct image {
  struct span site, eyebrow;
  size_t n; /* 1 to IMAGE_PANELS */
  struct image_panel panels[IMAGE_PANELS];
};

void image_pack(const struct image *p, struct buf *out);
bool image_unpack(struct span packed, struct image *out); /* points into packed */
void image_version(char out[IMAGE_VERSION + 1], struct span packed);

/* False: memory, or something that cairo or pango refused. */
bool image_draw(const struct image *p, struct buf *png);

#endif
