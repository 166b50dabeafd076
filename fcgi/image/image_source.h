/* The interface through which a page gets its picture: the image queue (image_queue.h), or a test's source. */
#ifndef DIPTYCH_IMAGE_IMAGE_SOURCE_H
#define DIPTYCH_IMAGE_IMAGE_SOURCE_H

#include "base/arena.h"
#include "base/deferred.h"
#include "base/err.h"
#include "base/stage.h"

struct image_request {
  struct span packed;  /* of image_pack */
  bool may_defer;      /* DEFERRED is a possible result */
  int64_t deadline_us; /* monotonic */
  struct arena *arena;
  struct stage *stage;
};

/* OK: *png is valid until the request's arena is reset or until the next image_queue_work, whichever comes first.
 * DEFERRED: wait for *deferred, then call again.  UNAVAILABLE: there is no picture now. */
struct image_source {
  enum err (*get)(struct image_source *s, const struct image_request *rq, struct span *png, struct deferred **deferred);
};

#endif
