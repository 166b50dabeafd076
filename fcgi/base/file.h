/* Reads whole files. */
#ifndef DIPTYCH_BASE_FILE_H
#define DIPTYCH_BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

/* Appends the file to *into.  false with errno: the file could not be read; EFBIG: it does not fit into
 * into->max bytes; ENOMEM: no memory. */
MUST_USE bool file_read(struct buf *into, const char *path);

#endif
