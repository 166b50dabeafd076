/* What a request waits for when its answer is not ready and the waiting is somebody else's to do: another
 * process works on it, and the request is deferred meanwhile.  Whoever makes a response.later owns this
 * struct and keeps it as long as anybody waits; whoever sets the request aside counts itself in, looks at
 * `done` whenever the owner has been at work, then hands the whole request in again and counts itself
 * out.  One process only; nothing here is shared. */
#ifndef DIPTYCH_BASE_DEFERRED_H
#define DIPTYCH_BASE_DEFERRED_H

#include <stdbool.h>

struct deferred {
  bool done;        /* well or badly: the answer can be made now */
  unsigned waiters; /* requests deferred for it */
};

#endif
