/* Where a page gets its picture from: the real image queue (images.h), or one in the memory of a test. */
#ifndef DIPTYCH_IMAGE_IMAGE_SOURCE_H
#define DIPTYCH_IMAGE_IMAGE_SOURCE_H

#include "base/arena.h"
#include "base/deferred.h"
#include "base/err.h"
#include "base/stage.h"

struct image_request {
  struct span packed; /* of image_pack */
  bool may_defer;       /* LATER is an answer too */
  int64_t deadline_us;
  struct arena *arena;
  struct stage *stage;
};

/* OK: *png is valid as long as the request's arena and until the image queue works again.  LATER: *later is what
 * to wait for; ask again when it is done.  UNAVAILABLE: not now. */
struct image_source {
  enum err (*get)(struct image_source *s, const struct image_request *rq, struct span *png, struct deferred **deferred);
};

#endif
