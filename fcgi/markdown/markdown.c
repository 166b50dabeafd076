#include "markdown/markdown.h"

#include <cmark.h>

#include "base/clock.h"
#include "markdown/html_reader.h"
#include "text/bidi.h"
#include "text/utf8.h"

/* Which bodies are rendered in place.  libcmark has two kinds of worst cases: a deep nest of quotes or lists, which
 * each following line is compared with (8 KB took 150 ms), and delimiters, for which it searches backwards (3 ms).
 * A nest needs markers or blanks at the start of a line.  A body without such a line costs at most about 100 us times
 * the square of its KB; the unit test prints times.  A child process adds less than 1 ms, so using one without need
 * is cheap. */
#define QUADRATIC_US(n) ((n) / 1000 * ((n) / 1000) * 100)
#define IN_PLACE_MAX ((size_t)8 * 1024)
#define CHEAP_MAX ((size_t)1000) /* bytes; at most 100 us, so it is rendered even after the deadline */
#define NEST_MAX 16
#define PLAIN_SOURCE_MAX ((size_t)4 * 1024)
#define PLAIN_HTML_MAX ((size_t)12 * 1024) /* most of it is markup */

const char *markdown_parser_version(void)
{
  return cmark_version_string();
}

/* The deepest nest that this line can open or continue: its leading markers, and one level for two blanks. */
static size_t line_nest(struct span line)
{
  size_t nest = 0, blanks = 0, i = 0;
  for (; i < line.n; i++)
    if (line.p[i] == ' ' || line.p[i] == '\t')
      blanks += line.p[i] == ' ' ? 1 : 4;
    else if (strchr(">-+*.)", line.p[i]) && line.p[i])
      nest++;
    else if (line.p[i] < '0' || line.p[i] > '9')
      break;
  return i == line.n && !nest ? 0 : nest + blanks / 2;
}

static size_t line_end(struct span s)
{
  return span_find(span_head(s, span_find(s, '\n')), '\r');
}

static bool fits_in_place(const struct markdown_limits *l, struct span source)
{
  if (source.n > IN_PLACE_MAX || QUADRATIC_US(source.n) > (size_t)l->cpu_ms * 1000)
    return false;
  if (l->format > BODY_MARKDOWN)
    return html_reader_is_plain(source);
  while (source.n) {
    size_t end = line_end(source);
    if (line_nest(span_head(source, end)) > NEST_MAX)
      return false;
    source = span_from(source, end + 1);
  }
  return true;
}

enum markdown_result markdown_write(const struct markdown_limits *l, struct span source, markdown_writer *writer, struct buf *out)
{
  if (source.n > l->bytes)
    return MARKDOWN_TOO_LARGE;
  if (source.n > CHEAP_MAX && l->deadline_us && clock_mono_us() >= l->deadline_us)
    return MARKDOWN_NO_TIME;
  struct buf rendered = BUF_INIT;
  enum markdown_result result = fits_in_place(l, source) ? markdown_tree_write(l, source, writer, &rendered)
                                                         : markdown_child_write(l, source, writer, &rendered);
  if (result == MARKDOWN_OK && !buf_reserve(out, rendered.n))
    result = MARKDOWN_NO_MEMORY;
  if (result == MARKDOWN_OK) /* a reference like "&#xFFFE;" can produce any character */
    utf8_clean_put(out, buf_view(&rendered));
  buf_free(&rendered);
  return result;
}

enum markdown_result markdown_html(const struct markdown_limits *l, struct span source, struct buf *out)
{
  return markdown_write(l, source, markdown_write_html, out);
}

bool markdown_html_shows(struct span html)
{
  while (html.n) {
    size_t tag = span_find(html, '<');
    struct span rest = span_from(html, tag);
    if (!utf8_is_blank(span_head(html, tag)) || span_starts(rest, SPAN("<img")) || span_starts(rest, SPAN("<hr")))
      return true;
    html = span_from(rest, span_find(rest, '>') + 1);
  }
  return false;
}

enum markdown_result markdown_format_find(struct markdown_limits *l, struct span source)
{
  struct buf html = BUF_INIT;
  if (l->format > BODY_MARKDOWN || !span_starts(utf8_trim(source), SPAN("<")))
    return MARKDOWN_OK;
  enum markdown_result result = markdown_html(l, source, &html);
  if (result == MARKDOWN_OK && !markdown_html_shows(buf_view(&html)))
    l->format = BODY_HTML;
  buf_free(&html);
  return result;
}

enum markdown_result markdown_source(const struct markdown_limits *l, struct span source, struct buf *out)
{
  return markdown_write(l, source, markdown_write_source, out);
}

enum markdown_result markdown_lines(const struct markdown_limits *l, struct span source, struct buf *out)
{
  return markdown_write(l, source, markdown_write_lines, out);
}

struct span markdown_plain(struct arena *a, struct span source, size_t max_chars)
{
  enum markdown_result result;
  return markdown_plain_by(a, &(struct markdown_plain_limits){.max_chars = max_chars}, source, &result);
}

struct span markdown_plain_by(struct arena *a, const struct markdown_plain_limits *p, struct span source,
                              enum markdown_result *result)
{
  size_t most = p->format > BODY_MARKDOWN ? PLAIN_HTML_MAX : PLAIN_SOURCE_MAX;
  struct markdown_limits l = {.bytes = most, .output_bytes = 4 * most, .cpu_ms = 1000, .deadline_us = p->deadline_us,
                              .format = p->format};
  struct buf text = BUF_INIT;
  struct span head = span_head(source, most), plain = span_of(NULL, 0);
  while (head.n < source.n && head.n && (source.p[head.n] & 0xC0) == 0x80)
    head.n--;
  *result = markdown_write(&l, head, markdown_write_plain, &text);
  if (*result == MARKDOWN_NO_MEMORY)
    arena_fail(a);
  if (*result == MARKDOWN_OK) {
    struct span all = span_trim(buf_view(&text)), cut = bidi_shortened(a, all, p->max_chars);
    plain = bidi_isolated(a, cut.p == all.p ? arena_copy(a, all) : cut);
  }
  buf_free(&text);
  return plain;
}

const char *markdown_result_text(enum markdown_result r)
{
  switch (r) {
  case MARKDOWN_OK: return "ok";
  case MARKDOWN_TOO_LARGE: return "too large";
  case MARKDOWN_TOO_SLOW: return "too slow";
  case MARKDOWN_NO_TIME: return "out of time";
  case MARKDOWN_FAILED: return "unreadable";
  default: return "out of memory";
  }
}
