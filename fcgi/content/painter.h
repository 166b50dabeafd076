/* A painter: a child of one worker that draws pictures, so that no page's process ever holds fonts, and
 * a picture that takes too long can be ended.  It is started with the first picture, ends by itself when
 * nothing was asked for half a minute, after many pictures, or with its worker, and is ended and
 * replaced when it misses a deadline. */
#ifndef DIPTYCH_CONTENT_PAINTER_H
#define DIPTYCH_CONTENT_PAINTER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct painter;

struct painter *painter_new(void); /* NULL: no memory.  Starts nothing yet */
void painter_free(struct painter **p);

/* packed: of picture_pack.  UNAVAILABLE: it could not be drawn in time. */
enum err painter_draw(struct painter *p, struct span packed, int64_t deadline_us, struct arena *arena, struct span *png);

/* Between requests: buries one that ended. */
void painter_tidy(struct painter *p);

#endif
