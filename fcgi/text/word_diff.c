#include "text/word_diff.h"

#include <stdlib.h>

#include "base/hash.h"
#include "text/utf8.h"
#include "text/word_diff_private.h"

#define SHORT_MOST 2    /* unchanged words between two changes that are counted to them */
#define CONTEXT_WORDS 12 /* unchanged words that are shown on each side of a change */

/* ---- words */

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

/* Scripts without blanks between words: CJK radicals to Yi, compatibility ideographs, and beyond the BMP. */
static bool is_alone(struct span rest, size_t n)
{
  unsigned char c = (unsigned char)rest.p[0];
  return n == 4 ? (unsigned char)rest.p[0] == 0xF0 && (unsigned char)rest.p[1] >= 0xA0
                : n == 3 && ((c == 0xE2 && (unsigned char)rest.p[1] >= 0xBA) || (c >= 0xE3 && c <= 0xE9) ||
                             (c == 0xEF && ((unsigned char)rest.p[1] & 0xFC) == 0xA4));
}

static size_t char_bytes(unsigned char c)
{
  return c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* The length of the word that `rest` begins with. */
static size_t word_bytes(struct span rest)
{
  if (rest.p[0] == '\n')
    return 1;
  size_t i = 0;
  while (i < rest.n && rest.p[i] != '\n' && !is_blank(rest.p[i])) {
    size_t n = char_bytes((unsigned char)rest.p[i]);
    n = n < rest.n - i ? n : rest.n - i;
    if (is_alone(span_from(rest, i), n))
      return i ? i : n;
    i += n;
  }
  return i;
}

static size_t blanks(struct span text, size_t at)
{
  while (at < text.n && is_blank(text.p[at]))
    at++;
  return at;
}

static bool words_read(struct span text, struct words *w)
{
  size_t at = blanks(text, 0);
  for (; at < text.n; at = blanks(text, w->end[w->n++])) {
    if (w->n == WORD_DIFF_WORDS)
      return false;
    w->at[w->n] = (uint32_t)at;
    w->end[w->n] = (uint32_t)(at + word_bytes(span_from(text, at)));
  }
  return true;
}

static bool words_new(struct span text, struct words *w)
{
  size_t most = (text.n < WORD_DIFF_WORDS ? text.n : WORD_DIFF_WORDS) + 1;
  *w = (struct words){.id = calloc(most, sizeof *w->id), .at = calloc(most, sizeof *w->at),
                      .end = calloc(most, sizeof *w->end), .changed = calloc(most, sizeof *w->changed)};
  return w->id && w->at && w->end && w->changed;
}

static void words_free(struct words *w)
{
  free(w->id);
  free(w->at);
  free(w->end);
  free(w->changed);
}

static struct span word_of(struct span text, const struct words *w, uint32_t i)
{
  return span_of(text.p + w->at[i], w->end[i] - w->at[i]);
}

/* A hash table of words.  Entries are numbers of words + 1: first those of one text, then those of the other. */
struct table {
  uint32_t *entries, mask;
  struct span texts[2];
  const struct words *words[2];
};

static struct span table_word(const struct table *t, uint32_t number)
{
  bool second = number >= t->words[0]->n;
  return word_of(t->texts[second], t->words[second], second ? number - t->words[0]->n : number);
}

/* The number of the first word that is the same. */
static uint32_t table_number(const struct table *t, uint32_t number)
{
  struct span word = table_word(t, number);
  uint32_t at = (uint32_t)hash_span(0, word) & t->mask;
  while (t->entries[at] && !span_eq(table_word(t, t->entries[at] - 1), word))
    at = (at + 1) & t->mask;
  if (!t->entries[at])
    t->entries[at] = number + 1;
  return t->entries[at] - 1;
}

static bool words_number(struct span before, struct span after, struct words *a, struct words *b)
{
  struct table t = {.mask = 63, .texts = {before, after}, .words = {a, b}};
  while (t.mask < 2 * (a->n + b->n))
    t.mask = 2 * t.mask + 1;
  t.entries = calloc((size_t)t.mask + 1, sizeof *t.entries);
  if (!t.entries)
    return false;
  for (uint32_t i = 0; i < a->n; i++)
    a->id[i] = table_number(&t, i);
  for (uint32_t i = 0; i < b->n; i++)
    b->id[i] = table_number(&t, a->n + i);
  free(t.entries);
  return true;
}

/* ---- changes, made readable */

/* Words [a0, a1) were removed and [b0, b1) added; `same` unchanged words follow. */
struct hunk {
  uint32_t a0, a1, b0, b1, same;
};

/* The hunk at (a0, b0), and the unchanged words after it. */
static struct hunk hunk_at(const struct words *a, const struct words *b, uint32_t a0, uint32_t b0)
{
  struct hunk h = {a0, a0, b0, b0, 0};
  while (h.a1 < a->n && a->changed[h.a1])
    h.a1++;
  while (h.b1 < b->n && b->changed[h.b1])
    h.b1++;
  while (h.a1 + h.same < a->n && h.b1 + h.same < b->n && !a->changed[h.a1 + h.same] && !b->changed[h.b1 + h.same])
    h.same++;
  return h;
}

static uint32_t hunk_words(const struct hunk *h)
{
  return h->a1 - h->a0 + h->b1 - h->b0;
}

/* Two or fewer unchanged words between larger changes are only in the reader's way. */
static void short_absorb(struct words *a, struct words *b)
{
  struct hunk h = hunk_at(a, b, 0, 0);
  while (h.a1 + h.same < a->n || h.b1 + h.same < b->n) {
    struct hunk next = hunk_at(a, b, h.a1 + h.same, h.b1 + h.same);
    if (hunk_words(&h) > h.same && hunk_words(&next) > h.same && h.same <= SHORT_MOST)
      for (uint32_t i = 0; i < h.same; i++)
        a->changed[h.a1 + i] = b->changed[h.b1 + i] = true;
    h = next;
  }
}

struct runs {
  struct word_run *v;
  size_t n;
};

/* Words [from, to) of a text as runs, one for each line. */
static void runs_add(struct runs *r, enum word_diff_op op, struct span text, const struct words *w, uint32_t from, uint32_t to)
{
  while (from < to && r->n < WORD_DIFF_RUNS) {
    uint32_t end = from;
    while (end < to && text.p[w->at[end]] != '\n')
      end++;
    bool ends_line = end < to;
    struct word_run *run = &r->v[r->n++];
    *run = (struct word_run){.op = op, .ends_line = ends_line};
    if (end > from) {
      run->text = span_of(text.p + w->at[from], w->end[end - 1] - w->at[from]);
      run->space = end < w->n ? w->at[end] > w->end[end - 1] : false;
    }
    from = end + ends_line;
  }
}

/* first, last: no change comes before them, or after them. */
static void same_add(struct runs *r, struct span text, const struct words *w, uint32_t from, uint32_t to, bool first, bool last)
{
  uint32_t head = first ? 0 : CONTEXT_WORDS, tail = last ? 0 : CONTEXT_WORDS;
  if (to - from <= head + tail + CONTEXT_WORDS / 2 + 1) {
    runs_add(r, WORDS_SAME, text, w, from, to);
    return;
  }
  runs_add(r, WORDS_SAME, text, w, from, from + head);
  uint32_t left_out = 0;
  for (uint32_t i = from + head; i < to - tail; i++)
    left_out += text.p[w->at[i]] != '\n';
  if (r->n < WORD_DIFF_RUNS)
    r->v[r->n++] = (struct word_run){.op = WORDS_LEFT_OUT, .words = left_out, .space = true};
  runs_add(r, WORDS_SAME, text, w, to - tail, to);
}

static void runs_write(struct runs *r, struct span before, struct span after, const struct words *a, const struct words *b)
{
  struct hunk h = hunk_at(a, b, 0, 0);
  bool first = true;
  while (r->n < WORD_DIFF_RUNS) {
    runs_add(r, WORDS_REMOVED, before, a, h.a0, h.a1);
    runs_add(r, WORDS_ADDED, after, b, h.b0, h.b1);
    first = first && !hunk_words(&h);
    bool last = h.a1 + h.same == a->n && h.b1 + h.same == b->n;
    same_add(r, after, b, h.b1, h.b1 + h.same, first, last);
    if (last)
      break;
    h = hunk_at(a, b, h.a1 + h.same, h.b1 + h.same);
  }
}

static bool any_changed(const struct words *w)
{
  for (uint32_t i = 0; i < w->n; i++)
    if (w->changed[i])
      return true;
  return false;
}

static enum err texts_compare(struct arena *arena, struct span before, struct span after, int64_t deadline_us, struct words *a,
                        struct words *b, struct word_diff *out)
{
  struct runs r = {0};
  if (!words_read(before, a) || !words_read(after, b))
    return ERR_LIMIT;
  if (!words_number(before, after, a, b))
    return ERR_NO_MEMORY;
  enum err e = word_diff_search(a, b, deadline_us);
  out->changed = e == ERR_OK && (any_changed(a) || any_changed(b));
  if (!out->changed)
    return e;
  short_absorb(a, b);
  if (!(r.v = ARENA_ARRAY(arena, WORD_DIFF_RUNS, struct word_run)))
    return ERR_NO_MEMORY;
  runs_write(&r, before, after, a, b);
  out->v = r.v;
  out->n = r.n;
  out->cut = r.n == WORD_DIFF_RUNS;
  return ERR_OK;
}

enum err word_diff_make(struct arena *a, struct span before, struct span after, int64_t deadline_us, struct word_diff *out)
{
  struct words x, y;
  *out = (struct word_diff){0};
  bool ok = words_new(before, &x);
  ok = words_new(after, &y) && ok;
  enum err e = ok ? texts_compare(a, before, after, deadline_us, &x, &y, out) : ERR_NO_MEMORY;
  words_free(&x);
  words_free(&y);
  return e;
}
