/* A value is read once, with a stack of the controls that are open.  A control that closes nothing is left out: a PDI
 * would end the isolate around the value.  So is a control that opens more than DEPTH levels, which is the limit of the
 * algorithm (max_depth of Annex 9) and ends nothing either. */
#include "text/bidi.h"

#include <utf8proc.h>

#include "text/utf8.h"

#define DEPTH 124
#define FSI "\xE2\x81\xA8"
#define PDI "\xE2\x81\xA9"
#define PDF "\xE2\x80\xAC"
#define ELLIPSIS "\xE2\x80\xA6"

enum kind { OTHER, RIGHT_TO_LEFT, EMBEDDING, ISOLATE, EMBEDDING_END, ISOLATE_END };

static enum kind kind_of(uint32_t c)
{
  if (c < 0x590)
    return OTHER;
  switch (utf8proc_get_property((utf8proc_int32_t)c)->bidi_class) {
  case UTF8PROC_BIDI_CLASS_R:
  case UTF8PROC_BIDI_CLASS_AL:
  case UTF8PROC_BIDI_CLASS_AN: return RIGHT_TO_LEFT;
  case UTF8PROC_BIDI_CLASS_LRE:
  case UTF8PROC_BIDI_CLASS_LRO:
  case UTF8PROC_BIDI_CLASS_RLE:
  case UTF8PROC_BIDI_CLASS_RLO: return EMBEDDING;
  case UTF8PROC_BIDI_CLASS_LRI:
  case UTF8PROC_BIDI_CLASS_RLI:
  case UTF8PROC_BIDI_CLASS_FSI: return ISOLATE;
  case UTF8PROC_BIDI_CLASS_PDF: return EMBEDDING_END;
  case UTF8PROC_BIDI_CLASS_PDI: return ISOLATE_END;
  default: return OTHER;
  }
}

/* The first byte of the characters from U+0580 on is at least this. */
static bool is_plain(struct span s)
{
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] >= 0xD6)
      return false;
  return true;
}

static bool turns(struct span s)
{
  uint32_t c;
  for (size_t n; s.n; s = span_from(s, n ? n : 1))
    if ((n = utf8_next(s, &c)) && kind_of(c) != OTHER)
      return true;
  return false;
}

struct open {
  size_t n, isolates, most; /* most: levels, 0: DEPTH */
  enum kind at[DEPTH];
};

static bool open_push(struct open *o, enum kind kind)
{
  if (o->n == (o->most ? o->most : DEPTH))
    return false;
  o->at[o->n++] = kind;
  o->isolates += kind == ISOLATE;
  return true;
}

static void open_pop(struct open *o)
{
  o->isolates -= o->at[--o->n] == ISOLATE;
}

/* Whether the character is kept.  The end of an isolate also ends the embeddings in it. */
static bool open_follow(struct open *o, enum kind kind)
{
  switch (kind) {
  case EMBEDDING:
  case ISOLATE: return open_push(o, kind);
  case EMBEDDING_END:
    if (!o->n || o->at[o->n - 1] != EMBEDDING)
      return false;
    open_pop(o);
    return true;
  case ISOLATE_END:
    if (!o->isolates)
      return false;
    while (o->at[o->n - 1] != ISOLATE)
      open_pop(o);
    open_pop(o);
    return true;
  default: return true;
  }
}

static void ends_put(struct buf *out, struct open *o)
{
  for (; o->n; open_pop(o))
    buf_puts(out, o->at[o->n - 1] == ISOLATE ? PDI : PDF);
}

/* Writes s with all its controls closed. */
static void closed_put(struct buf *out, struct span s)
{
  struct open open = {.most = DEPTH - 1}; /* the isolate around it is a level too */
  uint32_t c;
  for (size_t n; s.n; s = span_from(s, n)) {
    n = utf8_next(s, &c);
    if (!n || open_follow(&open, kind_of(c)))
      buf_put(out, s.p, n ? n : 1);
    n = n ? n : 1;
  }
  ends_put(out, &open);
}

/* True: the value begins with FSI, and the PDI at its end is the one that ends it. */
static bool is_isolated(struct span s)
{
  struct open open = {0};
  uint32_t c;
  if (!span_starts(s, SPAN(FSI)) || !span_ends(s, SPAN(PDI)))
    return false;
  for (size_t n; s.n; s = span_from(s, n ? n : 1))
    if ((n = utf8_next(s, &c)) && (!open_follow(&open, kind_of(c)) || (!open.isolates && s.n > n)))
      return false;
  return open.n == 0;
}

struct span bidi_isolated(struct arena *a, struct span s)
{
  struct buf out = BUF_INIT;
  if (is_plain(s) || !turns(s) || is_isolated(s))
    return s;
  buf_puts(&out, FSI);
  closed_put(&out, s);
  buf_puts(&out, PDI);
  return arena_take(a, &out);
}

struct span bidi_bare(struct span s)
{
  return s.n && s.p[0] == FSI[0] && is_isolated(s) ? span_from(span_head(s, s.n - strlen(PDI)), strlen(FSI)) : s;
}

struct span bidi_shortened(struct arena *a, struct span s, size_t chars)
{
  struct span cut = utf8_cut(s, chars);
  struct buf out = BUF_INIT;
  struct open open = {0};
  uint32_t c;
  if (cut.n == s.n)
    return s;
  buf_span(&out, cut);
  buf_puts(&out, ELLIPSIS);
  for (size_t n; cut.n && !is_plain(cut); cut = span_from(cut, n ? n : 1))
    if ((n = utf8_next(cut, &c)))
      (void)open_follow(&open, kind_of(c));
  ends_put(&out, &open);
  return arena_take(a, &out);
}
