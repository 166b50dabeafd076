/* A painter: a child of one worker that draws pictures, so that no page's process ever holds fonts, and
 * a picture that takes too long can be ended.  It is started with the first picture, and ends by itself
 * when nothing was asked for half a minute, after many pictures, or with its worker.
 *
 * Nothing here waits: a picture is begun, and looked for when the painter's socket has something to say.
 * How long one may take is the caller's to decide. */
#ifndef DIPTYCH_IMAGE_IMAGE_WORKER_H
#define DIPTYCH_IMAGE_IMAGE_WORKER_H

#include "base/buf.h"

struct painter;

/* Its socket, whichever it is at the time, is in that epoll set.  NULL: no memory.  Starts nothing yet. */
struct painter *painter_new(int epoll_fd);
void painter_free(struct painter **p);

/* packed: of picture_pack.  One at a time.  false: it cannot be begun (logged). */
bool painter_begin(struct painter *p, struct span packed);

enum painter_news {
  PAINTER_WORKS,   /* nothing yet, or nothing was begun */
  PAINTER_DRAWN,   /* all of it is in png */
  PAINTER_REFUSED, /* it cannot draw this one */
  PAINTER_GONE     /* it ended before it had drawn */
};
enum painter_news painter_look(struct painter *p, struct buf *png);

/* Ends it, whatever it does; the next picture gets another one. */
void painter_end(struct painter *p);

/* Between requests: buries those that ended. */
void painter_tidy(struct painter *p);

#endif
