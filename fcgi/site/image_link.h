/* The image for a set of products, and its address: /og/{a}-vs-{b}-{version}.png.  The version is a hash of everything
 * that the image shows. */
#ifndef DIPTYCH_SITE_IMAGE_LINK_H
#define DIPTYCH_SITE_IMAGE_LINK_H

#include "site/build.h"

/* The message to the image worker (image/image.h), in the request's arena.  `set` is in canonical order. */
struct span image_link_pack(struct page *p, const struct planned_product *set, size_t n);
struct span image_link_path(struct page *p, const struct planned_product *set, size_t n);

#endif
