/* A image worker: a child of one worker that draws pictures, so that no page's process ever holds fonts, and
 * a picture that takes too long can be ended.  It is started with the first picture, and ends by itself
 * when nothing was asked for half a minute, after many pictures, or with its worker.
 *
 * Nothing here waits: a picture is begun, and looked for when the image worker's socket has something to say.
 * How long one may take is the caller's to decide. */
#ifndef DIPTYCH_IMAGE_IMAGE_WORKER_H
#define DIPTYCH_IMAGE_IMAGE_WORKER_H

#include "base/buf.h"

struct image_worker;

/* Its socket, whichever it is at the time, is in that epoll set.  NULL: no memory.  Starts nothing yet. */
struct image_worker *image_worker_new(int epoll_fd);
void image_worker_free(struct image_worker **p);

/* packed: of image_pack.  One at a time.  false: it cannot be begun (logged). */
bool image_worker_begin(struct image_worker *p, struct span packed);

enum image_worker_result {
  IMAGE_WORKER_WORKS,   /* nothing yet, or nothing was begun */
  IMAGE_WORKER_DRAWN,   /* all of it is in png */
  IMAGE_WORKER_REFUSED, /* it cannot draw this one */
  IMAGE_WORKER_GONE     /* it ended before it had drawn */
};
enum image_worker_result image_worker_look(struct image_worker *p, struct buf *png);

/* Ends it, whatever it does; the next picture gets another one. */
void image_worker_end(struct image_worker *p);

/* Between requests: reaps those that ended. */
void image_worker_tidy(struct image_worker *p);

#endif
