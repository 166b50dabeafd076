/* The envelope around every value in the shared cache, so that what is read back is what was stored,
 * under that key, in this format, by someone who knows the site's secret.  A cache may return another
 * key's value, a cut one, flipped bits, garbage, or what an older version wrote: all of it fails to
 * open and is a miss.
 *
 *   "dpt1" | key length, 2 bytes | body length, 4 bytes | key | body | 16 bytes SipHash-2-4
 *
 * Numbers are little-endian; the checksum covers all bytes before it, keyed by the secret. */
#ifndef DIPTYCH_CACHE_ENVELOPE_H
#define DIPTYCH_CACHE_ENVELOPE_H

#include "base/buf.h"

#define ENVELOPE_SECRET 16

/* The key of the checksum from the configured words. */
void envelope_secret(unsigned char secret[ENVELOPE_SECRET], struct span words);

/* Appends the value to `out`; sets its failure when the key is over 65,535 bytes or the body over 4 GB. */
void envelope_wrap(struct buf *out, struct span key, struct span body, const unsigned char secret[ENVELOPE_SECRET]);

/* True: *body is the part of `value` that was stored under `key`. */
bool envelope_open(struct span value, struct span key, const unsigned char secret[ENVELOPE_SECRET], struct span *body);

#endif
