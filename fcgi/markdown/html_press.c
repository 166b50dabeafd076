#include "markdown/html_press.h"

#include "text/utf8.h"

#define SHORTCODE_MOST 2000 /* bytes */

struct html_press {
  enum { CAPTION_NONE, CAPTION_OPEN, CAPTION_LEGEND } caption;
  size_t depth; /* of the legend */
};

struct shortcode {
  struct span name, whole;
  bool closing, escaped; /* "[/name]", "[[name]]" */
};

struct html_press *html_press_new(void)
{
  return markdown_memory()->calloc(1, sizeof(struct html_press));
}

/* ---- reading shortcodes */

static bool is_name_char(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool is_own(struct span name)
{
  static const char *const names[] = {"caption", "wp_caption", "gallery", "audio", "video", "playlist", "embed"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (span_eq(name, span_z(names[i])))
      return true;
  return false;
}

/* " key=": the first thing behind the name of a shortcode that is not WordPress's own. */
static bool has_key(struct span s)
{
  size_t n = 0;
  if (!s.n || s.p[0] != ' ')
    return false;
  s = span_trim(s);
  while (n < s.n && is_name_char(s.p[n]))
    n++;
  return n && n < s.n && s.p[n] == '=';
}

/* s begins with "[". */
static bool shortcode_read(struct span s, struct shortcode *out)
{
  size_t n = 1;
  out->escaped = n < s.n && s.p[n] == '[';
  n += out->escaped;
  out->closing = n < s.n && s.p[n] == '/';
  n += out->closing;
  size_t from = n;
  while (n < s.n && is_name_char(s.p[n]))
    n++;
  out->name = span_head(span_from(s, from), n - from);
  struct span rest = span_head(span_from(s, n), SHORTCODE_MOST), inner = span_head(rest, span_find(rest, ']'));
  if (!out->name.n || inner.n == rest.n || span_find(inner, '[') < inner.n)
    return false;
  size_t end = n + inner.n + 1;
  if (out->escaped && (end == s.n || s.p[end] != ']'))
    return false;
  out->whole = span_head(s, end + out->escaped);
  bool named = is_own(out->name) && (!inner.n || inner.p[0] == ' ' || inner.p[0] == '/');
  return named || (!out->closing && has_key(inner));
}

/* ---- showing them */

static void caption_close(struct html_press *p, struct html_builder *b)
{
  if (p->caption == CAPTION_LEGEND)
    html_builder_inline_close(b, p->depth);
  p->caption = CAPTION_NONE;
  html_builder_boundary(b);
}

static void shortcode_show(struct html_press *p, struct html_builder *b, const struct shortcode *s)
{
  bool caption = span_eq(s->name, SPAN("caption")) || span_eq(s->name, SPAN("wp_caption"));
  if (s->escaped)
    html_builder_text(b, span_head(span_from(s->whole, 1), s->whole.n - 2));
  else if (caption && s->closing)
    caption_close(p, b);
  else if (caption) {
    html_builder_boundary(b);
    p->caption = CAPTION_OPEN;
  } else if (span_eq(s->name, SPAN("embed")))
    html_builder_boundary(b);
  else if (!s->closing)
    html_builder_left_out(b, s->whole);
}

/* The text in a caption is its legend. */
static void words_show(struct html_press *p, struct html_builder *b, struct span s)
{
  if (p->caption == CAPTION_OPEN && !utf8_is_blank(s)) {
    html_builder_boundary(b);
    html_builder_inline_open(b, HTML_EMPH, NULL, NULL, &p->depth);
    p->caption = CAPTION_LEGEND;
  }
  html_builder_text(b, s);
}

void html_press_text(struct html_press *p, struct html_builder *b, struct span s)
{
  size_t from = 0;
  while (from < s.n) {
    struct shortcode found;
    size_t at = from + span_find(span_from(s, from), '[');
    if (at < s.n && !shortcode_read(span_from(s, at), &found))
      at += 1;
    else if (at < s.n) {
      words_show(p, b, span_head(s, at));
      shortcode_show(p, b, &found);
      s = span_from(s, at + found.whole.n);
      at = 0;
    }
    from = at;
  }
  words_show(p, b, s);
}

/* " wp:latest-posts {...} /": a block without content is filled in by WordPress, unless it is one of these. */
void html_press_comment(struct html_builder *b, struct span s)
{
  static const char *const empty[] = {"paragraph", "heading", "list", "spacer", "separator", "column", "columns", "group"};
  struct span block = span_trim(s);
  if (!span_starts(block, SPAN("wp:")) || !span_ends(block, SPAN("/")))
    return;
  struct span name = span_from(block, 3);
  name = span_head(name, strcspn(name.p, " /{"));
  for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
    if (span_eq(name, span_z(empty[i])))
      return;
  html_builder_left_out(b, block);
}
