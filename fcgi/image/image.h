/* The picture of a product or a set, for those who link to its page: 1200 by 630, a PNG.
 *
 * A picture is a function of the few words below.  Packed, they are what the painter is sent; their
 * hash is the version in the picture's address, so an edit that shows changes the address, and an
 * address never changes its picture.  A new look is a new PICTURE_LOOK.
 *
 * picture_draw is called in a painter only (image/image_worker.h): what cairo, pango and fontconfig do
 * with memory and time stays there. */
#ifndef DIPTYCH_IMAGE_IMAGE_H
#define DIPTYCH_IMAGE_IMAGE_H

#include "base/buf.h"

#define PICTURE_WIDTH 1200
#define PICTURE_HEIGHT 630
#define PICTURE_PANELS 4
#define PICTURE_VERSION 12 /* hex digits */
#define PICTURE_LOOK 1

struct picture_panel {
  struct span name, note, score, band; /* valid UTF-8; score and band empty: not scored */
  int tenths;                          /* of the score */
};

struct picture {
  struct span site, eyebrow;
  size_t n; /* 1 to PICTURE_PANELS */
  struct picture_panel panels[PICTURE_PANELS];
};

void picture_pack(const struct picture *p, struct buf *out);
bool picture_unpack(struct span packed, struct picture *out); /* points into packed */
void picture_version(char out[PICTURE_VERSION + 1], struct span packed);

/* False: memory, or something that cairo or pango refused. */
bool picture_draw(const struct picture *p, struct buf *png);

#endif
