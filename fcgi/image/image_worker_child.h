/* What a image worker and its worker agree on.  A message, either way: 4 bytes of length as this machine writes
 * them, then so many; the worker's is a packed picture, the image worker's a PNG, empty when it cannot. */
#ifndef DIPTYCH_IMAGE_IMAGE_WORKER_CHILD_H
#define DIPTYCH_IMAGE_IMAGE_WORKER_CHILD_H

#include <stdint.h>

#define PAINTER_PACKED_MOST 65536
#define PAINTER_PNG_MOST (1 << 20)

/* In the child, right after the fork: draws what is asked on fd until there is no more. */
_Noreturn void image_worker_child_run(int fd);

#endif
