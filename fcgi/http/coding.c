#include "http/coding.h"

#include <string.h>
#include <strings.h>

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#define WEIGHT_ONE 1000
#define GZIP_LEVEL 6
#define ZSTD_LEVEL 6
#define BROTLI_QUALITY 5
#define BROTLI_FINE_QUALITY 10
#define BROTLI_WINDOW 18 /* 256 KB: pages are smaller */

static const struct {
  const char *name, *suffix;
} codings[CODING_COUNT] = {[CODING_IDENTITY] = {NULL, ""},
                           [CODING_GZIP] = {"gzip", "-gz"},
                           [CODING_ZSTD] = {"zstd", "-zs"},
                           [CODING_BROTLI] = {"br", "-br"},
                           [CODING_BROTLI_FINE] = {"br", "-bf"}};

const char *coding_name(enum coding c)
{
  return codings[c].name;
}

const char *coding_suffix(enum coding c)
{
  return codings[c].suffix;
}

/* ---- what is accepted */

/* A qvalue (RFC 9110 section 12.4.2) in thousandths.  A malformed one counts as 0: the uncompressed answer is always allowed. */
static int weight(struct span q)
{
  int value = 0, scale = WEIGHT_ONE;
  if (!q.n || q.n > 5 || q.p[0] < '0' || q.p[0] > '1' || (q.n > 1 && q.p[1] != '.'))
    return 0;
  for (size_t i = 0; i < q.n; i++) {
    if (i == 1)
      continue;
    if (q.p[i] < '0' || q.p[i] > '9')
      return 0;
    value += (q.p[i] - '0') * scale;
    scale /= 10;
  }
  return value > WEIGHT_ONE ? 0 : value;
}

static bool token_is(struct span s, const char *token)
{
  return s.n == strlen(token) && strncasecmp(s.p, token, s.n) == 0;
}

/* The weight in the parameters of a coding; 1 when there is none. */
static int weight_named(struct span params)
{
  while (params.p) {
    struct span value = span_trim(span_split(&params, ';')), name = span_trim(span_split(&value, '='));
    if (token_is(name, "q"))
      return weight(span_trim(value));
  }
  return WEIGHT_ONE;
}

struct coding_weights coding_read(struct span accept)
{
  struct coding_weights w = {.of = {[CODING_GZIP] = -1}}; /* -1: not named */
  int any = -1, identity = -1;
  while (accept.p) {
    struct span params = span_trim(span_split(&accept, ',')), coding = span_trim(span_split(&params, ';'));
    int q = weight_named(params);
    if (token_is(coding, "gzip") || token_is(coding, "x-gzip"))
      w.of[CODING_GZIP] = q;
    else if (token_is(coding, "zstd"))
      w.of[CODING_ZSTD] = q;
    else if (token_is(coding, "br"))
      w.of[CODING_BROTLI] = q;
    else if (token_is(coding, "identity"))
      identity = q;
    else if (token_is(coding, "*"))
      any = q;
  }
  if (w.of[CODING_GZIP] < 0)
    w.of[CODING_GZIP] = any;
  w.of[CODING_BROTLI_FINE] = w.of[CODING_BROTLI];
  for (enum coding c = CODING_GZIP; c < CODING_COUNT; c++)
    if (w.of[c] < 0 || w.of[c] < identity)
      w.of[c] = 0;
  return w;
}

enum coding coding_choose(const struct coding_weights *w, bool again, bool fine)
{
  static const enum coding at_first[] = {CODING_ZSTD, CODING_GZIP, CODING_BROTLI};
  static const enum coding later[] = {CODING_BROTLI, CODING_ZSTD, CODING_GZIP};
  const enum coding *order = again ? later : at_first;
  enum coding best = CODING_IDENTITY;
  for (size_t i = 0; i < sizeof later / sizeof *later; i++)
    if (w->of[order[i]] > (best == CODING_IDENTITY ? 0 : w->of[best]))
      best = order[i];
  return best == CODING_BROTLI && fine ? CODING_BROTLI_FINE : best;
}

/* ---- compression */

static bool gzip_make(struct span body, struct buf *out)
{
  z_stream z = {0};
  if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return false;
  bool ok = buf_reserve(out, deflateBound(&z, body.n));
  if (ok) {
    z.next_in = (unsigned char *)body.p;
    z.avail_in = (unsigned)body.n;
    z.next_out = (unsigned char *)out->p + out->n;
    z.avail_out = (unsigned)(out->cap - out->n);
    ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
    out->n += z.total_out;
  }
  deflateEnd(&z);
  return ok;
}

static bool zstd_make(struct span body, struct buf *out)
{
  if (!buf_reserve(out, ZSTD_compressBound(body.n)))
    return false;
  size_t n = ZSTD_compress(out->p + out->n, out->cap - out->n, body.p, body.n, ZSTD_LEVEL);
  if (ZSTD_isError(n))
    return false;
  out->n += n;
  return true;
}

static bool brotli_make(struct span body, int quality, struct buf *out)
{
  size_t n = BrotliEncoderMaxCompressedSize(body.n);
  if (!n || !buf_reserve(out, n))
    return false;
  n = out->cap - out->n;
  if (!BrotliEncoderCompress(quality, BROTLI_WINDOW, BROTLI_MODE_TEXT, body.n, (const uint8_t *)body.p, &n,
                             (uint8_t *)out->p + out->n))
    return false;
  out->n += n;
  return true;
}

bool coding_compress(enum coding c, struct span body, struct buf *out)
{
  switch (c) {
  case CODING_GZIP: return gzip_make(body, out);
  case CODING_ZSTD: return zstd_make(body, out);
  case CODING_BROTLI: return brotli_make(body, BROTLI_QUALITY, out);
  case CODING_BROTLI_FINE: return brotli_make(body, BROTLI_FINE_QUALITY, out);
  default: return false;
  }
}
