/* Whole files into memory. */
#ifndef DIPTYCH_BASE_FILE_H
#define DIPTYCH_BASE_FILE_H

#include "base/buf.h"

/* Appends all of it.  False with errno when it cannot; EFBIG: more than into->max, ENOMEM: no memory. */
bool file_read(struct buf *into, const char *path);

#endif
