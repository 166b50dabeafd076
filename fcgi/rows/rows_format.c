#include "rows/rows_format.h"

#include <rows_sources.h> /* the build makes it */

uint64_t rows_hash_start(void)
{
  return UINT64_C(0x9e3779b97f4a7c15) ^ ROWS_SOURCES;
}
