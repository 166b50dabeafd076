/* The start of every hash over rows.
 *
 * It differs between builds whose sources read rows differently: other columns in a hash, another way to make it, other facts or
 * other texts made of the same row.  A build therefore uses no saved catalog of such another build, and reads the database
 * instead.  A change that decides nothing, such as that of a comment, costs one full load at the next start. */
#ifndef DIPTYCH_ROWS_ROWS_FORMAT_H
#define DIPTYCH_ROWS_ROWS_FORMAT_H

#include <stdint.h>

uint64_t rows_hash_start(void);

#endif
