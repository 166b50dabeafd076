/* The file copy. */
#include "content/catalog_private.h"

enum err catalog_save(struct catalog_writer *w, const char *path)
{
  return ERR_OK;
}

enum err catalog_load(struct catalog_writer *w, const char *path)
{
  return ERR_NOT_FOUND;
}
