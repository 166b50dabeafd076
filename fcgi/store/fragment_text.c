#include "store/fragment_text.h"

#include "base/log.h"
#include "markdown/markdown.h"
#include "text/pack.h"

/* What a body's highest heading becomes: one below the heading that the body stands under, which is
 * the same wherever the templates show it. */
static int heading_base(const char *table)
{
  if (!strcmp(table, "page"))
    return 2;
  if (!strncmp(table, "comparison", strlen("comparison")))
    return 3;
  return strcmp(table, "faq") ? 5 : 4;
}

static struct markdown_limits limits_of(const struct config *c, const char *table)
{
  return (struct markdown_limits){.bytes = (size_t)c->markdown_bytes,
                                  .output_bytes = (size_t)c->markdown_output_bytes,
                                  .cpu_ms = (int)c->markdown_cpu,
                                  .heading_base = heading_base(table),
                                  .base_url = span_z(c->base_url)};
}

void fragment_text_pack(const struct config *c, struct buf *out, const char *table, uint64_t id, struct span md)
{
  struct markdown_limits limits = limits_of(c, table);
  struct buf html = BUF_INIT;
  enum markdown_result r = md.n ? markdown_html(&limits, md, &html) : MARKDOWN_OK;
  if (r == MARKDOWN_NO_MEMORY || html.failed)
    out->failed = true; /* nothing made under an error is kept */
  else if (r != MARKDOWN_OK)
    log_warn("%s %llu: a Markdown body of %zu bytes is %s: a notice stands in its place; shorten it, or raise "
             "markdown_bytes, markdown_output_bytes or markdown_cpu",
             table, (unsigned long long)id, md.n, markdown_result_text(r));
  pack_uint(out, r != MARKDOWN_OK);
  pack_span(out, r == MARKDOWN_OK ? buf_view(&html) : SPAN(""));
  buf_free(&html);
}

void fragment_text_source(const struct config *c, struct buf *out, const char *table, struct span md)
{
  struct markdown_limits limits = limits_of(c, table);
  struct buf clean = BUF_INIT;
  enum markdown_result r = md.n ? markdown_source(&limits, md, &clean) : MARKDOWN_OK;
  if (r == MARKDOWN_NO_MEMORY || clean.failed)
    out->failed = true;
  pack_span(out, r == MARKDOWN_OK ? buf_view(&clean) : SPAN(""));
  buf_free(&clean);
}

void fragment_text_summary(struct buf *out, struct span md)
{
  struct arena *a = arena_new(0);
  if (!a) {
    out->failed = true;
    return;
  }
  pack_span(out, md.n ? markdown_plain(a, md, SUMMARY_CHARS) : SPAN(""));
  if (arena_failed(a))
    out->failed = true;
  arena_free(&a);
}
