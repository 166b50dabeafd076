/* The tokens of previews, and how many wrong ones the pool looks up.
 *
 * A token is 48 hex digits.  The database finds a row by the first 16 of them, its selector, in an index.  How long that
 * takes may tell an attacker something about selectors.  The other 32 digits, 128 random bits, are only compared here, in
 * a time that depends on nothing but their number.  So nothing that can be measured helps to guess these.
 *
 * All workers of a pool share a bucket of wrong tokens.  When it is empty, tokens are refused without a question to the
 * database.  The tokens that were right last are remembered, and pass nevertheless, so that somebody who guesses does
 * not lock out the editors.  What is remembered is a keyed hash. */
#ifndef DIPTYCH_PREVIEW_PREVIEW_TOKEN_H
#define DIPTYCH_PREVIEW_PREVIEW_TOKEN_H

#include <stdatomic.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

#define PREVIEW_TOKEN 48    /* hex digits, lower case */
#define PREVIEW_SELECTOR 16
#define PREVIEW_WRONG_MOST 30                   /* wrong tokens at once */
#define PREVIEW_WRONG_US (2 * CLOCK_SECOND)     /* one more after this time */
#define PREVIEW_RIGHT 64

struct preview_limits { /* in shared memory; zero bytes but for the key */
  _Atomic int64_t full_us; /* monotonic: when the bucket will be full again */
  _Atomic uint64_t right[PREVIEW_RIGHT];
  unsigned char key[16];
};

void preview_limits_init(struct preview_limits *l); /* before the first fork; makes the key */

bool preview_token_valid(struct span token);
/* Compares whole tokens of PREVIEW_TOKEN digits in constant time. */
bool preview_token_same(struct span a, struct span b);

/* Seconds until the next token may be looked up; 0: now. */
int preview_token_wait(const struct preview_limits *l, struct span token, int64_t now_us);
void preview_token_wrong(struct preview_limits *l, struct span token, int64_t now_us);
void preview_token_right(struct preview_limits *l, struct span token);

#endif
