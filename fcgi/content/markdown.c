#include "content/markdown.h"

#include "content/markdown_tree.h"
#include "text/utf8.h"

/* The worst known inputs took 45 ns per byte squared / 1000 on a slow machine (see the unit test,
 * which measures them): what this many bytes can cost stays under the budget in any case. */
#define QUADRATIC_US(n) ((n) / 1000 * ((n) / 1000) * 60)
#define IN_PLACE_MOST ((size_t)16 * 1024)
#define PLAIN_LOOKS_AT ((size_t)8 * 1024)

static bool in_place(const struct markdown_limits *l, size_t n)
{
  return n <= IN_PLACE_MOST && QUADRATIC_US(n) <= (size_t)l->cpu_ms * 1000;
}

static enum markdown_result markdown_write(const struct markdown_limits *l, struct span source,
                                           markdown_writer *writer, struct buf *out)
{
  if (source.n > l->bytes)
    return MARKDOWN_TOO_LARGE;
  struct buf made = {.max = l->output_bytes};
  enum markdown_result result = in_place(l, source.n) ? markdown_tree_write(l, source, writer, &made)
                                                      : markdown_child_write(l, source, writer, &made);
  if (result == MARKDOWN_OK && (made.failed || !buf_reserve(out, made.n)))
    result = MARKDOWN_NO_MEMORY;
  if (result == MARKDOWN_OK)
    buf_span(out, buf_view(&made));
  buf_free(&made);
  return result;
}

enum markdown_result markdown_html(const struct markdown_limits *l, struct span source, struct buf *out)
{
  return markdown_write(l, source, markdown_write_html, out);
}

enum markdown_result markdown_source(const struct markdown_limits *l, struct span source, struct buf *out)
{
  return markdown_write(l, source, markdown_write_source, out);
}

struct span markdown_plain(struct arena *a, struct span source, size_t max_chars)
{
  struct markdown_limits l = {.bytes = PLAIN_LOOKS_AT, .output_bytes = 4 * PLAIN_LOOKS_AT, .cpu_ms = 1000};
  struct buf words = BUF_INIT;
  struct span head = span_head(source, PLAIN_LOOKS_AT), kept = span_of(NULL, 0);
  while (head.n < source.n && head.n && (source.p[head.n] & 0xC0) == 0x80)
    head.n--;
  if (markdown_write(&l, head, markdown_write_plain, &words) == MARKDOWN_OK) {
    struct span all = span_trim(buf_view(&words)), cut = utf8_cut(all, max_chars);
    kept = cut.n < all.n ? arena_printf(a, "%.*s\xE2\x80\xA6", SPAN_ARG(span_trim(cut))) : arena_copy(a, all);
  }
  buf_free(&words);
  return kept;
}

const char *markdown_result_text(enum markdown_result r)
{
  switch (r) {
  case MARKDOWN_OK: return "ok";
  case MARKDOWN_TOO_LARGE: return "too large";
  case MARKDOWN_TOO_SLOW: return "too slow";
  default: return "out of memory";
  }
}
