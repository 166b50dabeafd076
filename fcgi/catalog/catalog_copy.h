/* A private copy of the current publication.  A preview changes it and shows pages from it; nobody else sees it.
 *
 * The copy has the layout of the original, so catalog_writer_open takes it over.  Its memory is not shared.  Version floors,
 * stored versions and the watcher's state stay empty.  Its cost is that of the records, about 256 bytes a product. */
#ifndef DIPTYCH_CATALOG_CATALOG_COPY_H
#define DIPTYCH_CATALOG_CATALOG_COPY_H

#include "catalog/catalog.h"

/* NULL: nothing is published, or no memory.  The caller ends it with catalog_destroy. */
struct catalog *catalog_copy(const struct catalog *c);

#endif
