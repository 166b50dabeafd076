/* What the pictures of pages share: positions as text, and path data of lines.  Build only. */
#ifndef DIPTYCH_SITE_DRAW_H
#define DIPTYCH_SITE_DRAW_H

#include "site/page.h"

/* Path data.  `steps` of draw_path_new is the largest number of steps; out of memory, the path stays empty. */
struct draw_path {
  char *p, *end;
};

struct draw_path draw_path_new(struct page *p, size_t steps);
void draw_path_step(struct draw_path *d, char command, int x, int64_t y);    /* "M2610 44" or "L2610 44" */
void draw_path_bar(struct draw_path *d, int x, int64_t from_y, int64_t to_y); /* "M2610 44V26"; takes two steps */
struct span draw_path_data(const struct draw_path *d);

/* A position in hundredths of a percent, 0 or more, as an SVG length without its unit: "34.25". */
struct span draw_percent(struct page *p, int hundredths);

#endif
