#include "image/image.h"

#include <sodium.h>

#include "text/pack.h"

void image_pack(const struct image *p, struct buf *out)
{
  pack_uint(out, IMAGE_LOOK);
  pack_span(out, p->site);
  pack_span(out, p->eyebrow);
  pack_span(out, p->date);
  pack_span(out, p->title);
  pack_span(out, p->line);
  pack_uint(out, p->n);
  for (size_t i = 0; i < p->n; i++) {
    const struct image_panel *panel = &p->panels[i];
    pack_span(out, panel->name);
    pack_span(out, panel->note);
    pack_span(out, panel->line);
    pack_span(out, panel->score);
    pack_span(out, panel->band);
    pack_int(out, panel->tenths);
  }
}

bool image_unpack(struct span packed, struct image *out)
{
  struct unpack u = {.rest = packed};
  *out = (struct image){0};
  bool known = unpack_uint(&u) == IMAGE_LOOK;
  out->site = unpack_span(&u);
  out->eyebrow = unpack_span(&u);
  out->date = unpack_span(&u);
  out->title = unpack_span(&u);
  out->line = unpack_span(&u);
  uint64_t n = unpack_uint(&u);
  if (!known || u.failed || n > IMAGE_PANELS)
    return false;
  out->n = (size_t)n;
  for (size_t i = 0; i < out->n; i++) {
    struct image_panel *panel = &out->panels[i];
    panel->name = unpack_span(&u);
    panel->note = unpack_span(&u);
    panel->line = unpack_span(&u);
    panel->score = unpack_span(&u);
    panel->band = unpack_span(&u);
    panel->tenths = (int)unpack_int(&u);
  }
  return !u.failed;
}

void image_version(char out[IMAGE_VERSION + 1], struct span packed)
{
  unsigned char hash[crypto_generichash_BYTES_MIN];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)packed.p, packed.n, NULL, 0);
  sodium_bin2hex(out, IMAGE_VERSION + 1, hash, IMAGE_VERSION / 2);
}
