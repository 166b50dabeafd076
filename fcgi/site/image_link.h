/* Which picture shows a set of products, and its address: /og/{a}-vs-{b}-{version}.png, where the
 * version is a hash over all that the picture shows. */
#ifndef DIPTYCH_SITE_IMAGE_LINK_H
#define DIPTYCH_SITE_IMAGE_LINK_H

#include "site/build.h"

/* What the image worker is sent (image/image.h), in the request's arena; set: in canonical order. */
struct span image_link_pack(struct page *p, const struct planned_product *set, size_t n);
struct span image_link_path(struct page *p, const struct planned_product *set, size_t n);

#endif
