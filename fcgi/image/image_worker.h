/* An image worker is a child process of a worker and draws its pictures.  The worker itself loads no fonts, and can
 * kill a drawing that takes too long.  The child starts with the first picture.  It exits after 30 idle seconds, after
 * 500 pictures, or with its worker.
 *
 * No call blocks, except that image_worker_end may wait for an earlier child that was killed.  The caller begins a
 * picture, polls when the child's socket is readable, and decides how long a picture may take. */
#ifndef DIPTYCH_IMAGE_IMAGE_WORKER_H
#define DIPTYCH_IMAGE_IMAGE_WORKER_H

#include "base/buf.h"
#include "base/err.h"

struct image_worker;

/* The child's socket is always in this epoll set.  Starts no child yet.  NULL: no memory. */
struct image_worker *image_worker_new(int epoll_fd);
void image_worker_free(struct image_worker **w);

/* Begins one picture; packed: of image_pack.  False: too large, no memory, or no child can be started (logged). */
MUST_USE bool image_worker_begin(struct image_worker *w, struct span packed);

enum image_worker_result {
  IMAGE_WORKER_WORKS,   /* no answer yet, or no picture was begun */
  IMAGE_WORKER_DRAWN,   /* png has the whole picture */
  IMAGE_WORKER_REFUSED, /* the child cannot draw this picture */
  IMAGE_WORKER_GONE     /* the child exited before the picture was complete */
};
enum image_worker_result image_worker_poll(struct image_worker *w, struct buf *png);

/* Kills the child; the next picture starts a new one. */
void image_worker_end(struct image_worker *w);

/* Reaps children that ended; call it between requests. */
void image_worker_tidy(struct image_worker *w);

#endif
