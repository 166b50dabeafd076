/* The envelope around every value in memcached.  It proves that the value was stored under this key, in this format,
 * by a process that knows cache_secret.  A value of another key, a truncated or damaged value and a value of an older
 * format do not open; the caller treats them as misses.
 *
 *   "dpt1" | key length, 2 bytes | body length, 4 bytes | key | body | 16 bytes SipHash-2-4
 *
 * Numbers are little-endian.  The secret is the key of the checksum, which covers all bytes before it. */
#ifndef DIPTYCH_CACHE_ENVELOPE_H
#define DIPTYCH_CACHE_ENVELOPE_H

#include "base/buf.h"
#include "base/err.h"

#define ENVELOPE_SECRET 16

/* Derives the key of the checksum from the configured cache_secret. */
void envelope_secret(unsigned char secret[ENVELOPE_SECRET], struct span text);

/* Appends the value to `out`.  Sets out->failed when the key has over 65,535 bytes or the body over 4 GB. */
void envelope_wrap(struct buf *out, struct span key, struct span body, const unsigned char secret[ENVELOPE_SECRET]);

/* True: the value is valid, and *body points to the body inside it. */
MUST_USE bool envelope_open(struct span value, struct span key, const unsigned char secret[ENVELOPE_SECRET], struct span *body);

#endif
