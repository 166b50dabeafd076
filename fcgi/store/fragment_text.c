#include "store/fragment_text.h"

#include <xxhash.h>

#include "base/log.h"
#include "markdown/markdown.h"
#include "text/pack.h"

#define SLOW_LEAST 1000 /* bytes; less is never slow */

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

static struct markdown_limits limits_of(const struct fragment_maker *m, const char *table)
{
  const struct config *c = m->config;
  return (struct markdown_limits){.bytes = (size_t)c->markdown_bytes,
                                  .output_bytes = (size_t)c->markdown_output_bytes,
                                  .deadline_us = m->deadline_us,
                                  .cpu_ms = (int)c->markdown_cpu,
                                  .heading_base = heading_base(table),
                                  .base_url = span_z(c->base_url)};
}

static uint64_t hash_of(struct span md)
{
  uint64_t hash = XXH3_64bits(md.p, md.n);
  return hash ? hash : 1;
}

static bool known_slow(const struct fragment_maker *m, struct span md)
{
  if (!m->slow || md.n < SLOW_LEAST)
    return false;
  uint64_t hash = hash_of(md);
  for (size_t i = 0; i < FRAGMENT_SLOW; i++)
    if (m->slow->hashes[i] == hash)
      return true;
  return false;
}

typedef enum markdown_result renderer(const struct markdown_limits *l, struct span source, struct buf *out);

static enum markdown_result render(struct fragment_maker *m, const char *table, struct span md, renderer *how,
                                   struct buf *out)
{
  struct markdown_limits limits = limits_of(m, table);
  if (!md.n)
    return MARKDOWN_OK;
  if (known_slow(m, md))
    return MARKDOWN_TOO_SLOW;
  enum markdown_result r = how(&limits, md, out);
  if (r == MARKDOWN_TOO_SLOW && m->slow)
    m->slow->hashes[m->slow->next++ % FRAGMENT_SLOW] = hash_of(md);
  m->cut = m->cut || r == MARKDOWN_NO_TIME;
  return r;
}

void fragment_text_pack(struct fragment_maker *m, struct buf *out, const char *table, uint64_t id, struct span md)
{
  struct buf html = BUF_INIT;
  enum markdown_result r = render(m, table, md, markdown_html, &html);
  if (r == MARKDOWN_NO_MEMORY || html.failed)
    out->failed = true; /* nothing made under an error is kept */
  else if (r == MARKDOWN_NO_TIME) {
    static struct log_limit limit;
    log_limited(&limit, 10, LOG_LEVEL_WARN, "%s %llu: no time was left to render a Markdown body of %zu bytes: a notice stands "
                "in its place for this answer", table, (unsigned long long)id, md.n);
  } else if (r != MARKDOWN_OK)
    log_warn("%s %llu: a Markdown body of %zu bytes is %s: a notice stands in its place; shorten it, or raise "
             "markdown_bytes, markdown_output_bytes or markdown_cpu",
             table, (unsigned long long)id, md.n, markdown_result_text(r));
  pack_uint(out, r != MARKDOWN_OK);
  pack_span(out, r == MARKDOWN_OK ? buf_view(&html) : SPAN(""));
  buf_free(&html);
}

void fragment_text_source(struct fragment_maker *m, struct buf *out, const char *table, struct span md)
{
  struct buf clean = BUF_INIT;
  enum markdown_result r = render(m, table, md, markdown_source, &clean);
  if (r == MARKDOWN_NO_MEMORY || clean.failed)
    out->failed = true;
  pack_span(out, r == MARKDOWN_OK ? buf_view(&clean) : SPAN(""));
  buf_free(&clean);
}

void fragment_text_summary(struct fragment_maker *m, struct buf *out, struct span md)
{
  struct arena *a = arena_new(0);
  if (!a) {
    out->failed = true;
    return;
  }
  enum markdown_result r = MARKDOWN_OK;
  pack_span(out, md.n ? markdown_plain_by(a, md, SUMMARY_CHARS, m->deadline_us, &r) : SPAN(""));
  m->cut = m->cut || r == MARKDOWN_NO_TIME;
  if (arena_failed(a))
    out->failed = true;
  arena_free(&a);
}
