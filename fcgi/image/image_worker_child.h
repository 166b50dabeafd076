/* The protocol between a worker and its image worker.  Each message is a length of 4 bytes in native byte order, then
 * that many bytes.  The worker sends a packed picture.  The image worker answers with a PNG, which is empty when it
 * cannot draw the picture. */
#ifndef DIPTYCH_IMAGE_IMAGE_WORKER_CHILD_H
#define DIPTYCH_IMAGE_IMAGE_WORKER_CHILD_H

#include <stdint.h>

#define IMAGE_WORKER_PACKED_MAX 65536
#define IMAGE_WORKER_PNG_MAX (1 << 20)

/* Runs in the child, right after the fork: serves requests on fd, then exits. */
_Noreturn void image_worker_child_run(int fd);

#endif
