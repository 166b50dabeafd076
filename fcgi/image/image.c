#include "image/image.h"

#include <sodium.h>

#include "text/pack.h"

const struct image_style image_style_usual = {.font = "Charis SIL,Charter,Georgia,DejaVu Serif,serif",
                                              .paper = 0xfbf9f4,
                                              .ink = 0x1c1a17,
                                              .quiet = 0x625d53,
                                              .rule = 0xd9d4c8,
                                              .hues = {0x1a5fa8, 0xad4413, 0x0b6e5c, 0x7a4596},
                                              .bands = {0xe9e4d8, 0xd6cfbf, 0xbdb5a3, 0xa39a87, 0x857c6b}};

void image_style_pack(const struct image_style *s, struct buf *out)
{
  const unsigned first[] = {s->paper, s->ink, s->quiet, s->rule};
  pack_span(out, span_z(s->font));
  for (size_t i = 0; i < sizeof first / sizeof *first; i++)
    pack_uint(out, first[i]);
  for (size_t i = 0; i < IMAGE_PANELS; i++)
    pack_uint(out, s->hues[i]);
  for (size_t i = 0; i < IMAGE_BANDS; i++)
    pack_uint(out, s->bands[i]);
}

bool image_style_unpack(struct span packed, struct image_style *out)
{
  struct unpack u = {.rest = packed};
  *out = image_style_usual;
  if (!packed.n)
    return true;
  unsigned *first[] = {&out->paper, &out->ink, &out->quiet, &out->rule};
  struct span font = unpack_span(&u);
  for (size_t i = 0; i < sizeof first / sizeof *first; i++)
    *first[i] = (unsigned)unpack_uint(&u);
  for (size_t i = 0; i < IMAGE_PANELS; i++)
    out->hues[i] = (unsigned)unpack_uint(&u);
  for (size_t i = 0; i < IMAGE_BANDS; i++)
    out->bands[i] = (unsigned)unpack_uint(&u);
  if (u.failed || font.n >= sizeof out->font)
    return false;
  memset(out->font, 0, sizeof out->font);
  memcpy(out->font, font.p, font.n);
  return true;
}

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
  pack_span(out, p->style);
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
  out->style = unpack_span(&u);
  return !u.failed;
}

void image_version(char out[IMAGE_VERSION + 1], struct span packed)
{
  unsigned char hash[crypto_generichash_BYTES_MIN];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)packed.p, packed.n, NULL, 0);
  sodium_bin2hex(out, IMAGE_VERSION + 1, hash, IMAGE_VERSION / 2);
}
