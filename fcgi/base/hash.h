/* A 64-bit hash that is built value by value.  The order of the values counts.
 *
 * It detects changes.  It is no defence against somebody who looks for a collision.  Hashes are stored in
 * memcached and in the catalog's file, so a new formula invalidates what was stored. */
#ifndef DIPTYCH_BASE_HASH_H
#define DIPTYCH_BASE_HASH_H

#include <stdint.h>

#include "base/span.h"

uint64_t hash_mix(uint64_t hash, uint64_t value);
uint64_t hash_span(uint64_t hash, struct span s); /* its length, then its bytes */

#endif
