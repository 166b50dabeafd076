#include "model/texts.h"

static void line_put(struct buf *texts, struct span line)
{
  size_t from = texts->n;
  buf_span(texts, line);
  for (size_t i = from; !texts->failed && i < texts->n; i++)
    if ((unsigned char)texts->p[i] < ' ')
      texts->p[i] = ' ';
}

static struct span cut(struct span text, size_t max)
{
  size_t n = text.n < max ? text.n : max;
  while (n && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
    n--;
  return span_head(text, n);
}

void texts_summary_put(struct buf *texts, struct span summary)
{
  line_put(texts, cut(summary, TEXTS_MAX));
}

void texts_fact_put(struct buf *texts, uint64_t attribute, struct span value)
{
  value = span_trim(value);
  if (!value.n || texts->n + value.n + 22 > TEXTS_MAX)
    return;
  buf_putc(texts, '\n');
  buf_uint(texts, attribute);
  buf_putc(texts, '\t');
  line_put(texts, value);
}

/* Removes the id and the tab; a line without them is a fact of attribute 0. */
static void fact_take(struct texts_line *line)
{
  struct span s = line->text;
  size_t n = 0;
  for (; n < s.n && n < 20 && s.p[n] >= '0' && s.p[n] <= '9'; n++)
    line->attribute = line->attribute * 10 + (uint64_t)(s.p[n] - '0');
  line->text = span_from(s, n < s.n && s.p[n] == '\t' ? n + 1 : n);
}

bool texts_next(struct texts_reader *r, struct texts_line *out)
{
  if (!r->rest.n && r->begun)
    return false;
  size_t n = span_find(r->rest, '\n');
  *out = (struct texts_line){.text = span_head(r->rest, n), .fact = r->begun};
  r->rest = span_from(r->rest, n < r->rest.n ? n + 1 : n);
  r->begun = true;
  if (out->fact)
    fact_take(out);
  return true;
}
