/* The picture of a page for links to it, and the picture's address.  Every page that search engines may index has one,
 * and so has every comparison.
 *
 *   /products/kafka            /og/kafka-{version}.png
 *   /compare/kafka-vs-nats     /og/kafka-vs-nats-{version}.png
 *   /sectors/devops            /og/sectors/devops-{version}.png
 *   /leaderboard, /            /og/pages/leaderboard-{version}.png, /og/pages/index-{version}.png
 *
 * The version is a hash of everything that the picture shows. */
#ifndef DIPTYCH_SITE_IMAGE_LINK_H
#define DIPTYCH_SITE_IMAGE_LINK_H

#include "image/image.h"
#include "site/build.h"

/* The picture of products in canonical order, for page_frame.picture.  NULL: no memory. */
const struct image *image_link_products(struct page *p, const struct planned_product *set, const struct profile *const *f,
                                        size_t n);
/* Makes the page's picture from f->picture, or from its title and description, and sets og_image and og_alt. */
void image_link_frame(struct page *p, const struct page_frame *f, struct page_view *v);
/* The page whose picture is at /og/{param}.png, without the version. */
struct span image_link_page(struct page *p, struct span param);

#endif
