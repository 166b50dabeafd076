#include "store/fragment_text.h"

#include <stdlib.h>
#include <xxhash.h>

#include "base/format.h"
#include "base/log.h"
#include "markdown/markdown.h"
#include "rows/rows.h"
#include "text/day_text.h"
#include "text/pack.h"

#define PREFIX_ROOM 32
#define SLOW_LEAST 1000 /* bytes; a smaller body is never slow */

/* The level of a body's highest heading: one below the heading that the templates put above the body. */
static int heading_base(const char *table)
{
  if (!strcmp(table, "page"))
    return 2;
  if (!strncmp(table, "comparison", strlen("comparison")))
    return 3;
  return strcmp(table, "faq") ? 5 : 4;
}

static enum body_format format_of(const struct fragment_renderer *r, enum body_format of_row)
{
  return of_row != BODY_DEFAULT ? of_row : body_format_of(span_z(r->config->body_format));
}

static int id_compare(const void *id, const void *activity)
{
  uint64_t a = *(const uint64_t *)id, b = ((const struct activity *)activity)->id;
  return (a > b) - (a < b);
}

static bool cited_find(void *arg, uint64_t id, struct markdown_activity *out)
{
  struct fragment_renderer *r = arg;
  const struct activity *a = NULL;
  for (size_t i = 0; i < sizeof r->cited / sizeof *r->cited && !a; i++)
    a = r->cited[i].n ? bsearch(&id, r->cited[i].v, r->cited[i].n, sizeof *a, id_compare) : NULL;
  if (!a)
    return false;
  *out = (struct markdown_activity){.title = a->title.n ? a->title : a->version, .url = a->url, .spark = a->class == CLASS_SPARK,
                                    .day = day_text_short(r->arena, a->occurred_us)};
  return true;
}

/* `prefix`: room for the prefix of ids. */
static struct markdown_limits limits_of(struct fragment_renderer *r, struct fragment_place at, char prefix[PREFIX_ROOM])
{
  const struct config *c = r->config;
  int n = format_print(prefix, PREFIX_ROOM, "%c%llu%c-", at.table[0], (unsigned long long)at.id, at.part);
  return (struct markdown_limits){.bytes = (size_t)c->markdown_bytes,
                                  .output_bytes = (size_t)c->markdown_output_bytes,
                                  .deadline_us = r->deadline_us,
                                  .cpu_ms = (int)c->markdown_cpu,
                                  .heading_base = heading_base(at.table),
                                  .base_url = span_z(c->base_url),
                                  .id_prefix = span_of(prefix, (size_t)n),
                                  .activity = cited_find,
                                  .activity_arg = r,
                                  .format = format_of(r, at.format)};
}

static uint64_t hash_of(struct span md, enum body_format format)
{
  uint64_t hash = XXH3_64bits_withSeed(md.p, md.n, format);
  return hash ? hash : 1;
}

static bool known_slow(const struct fragment_renderer *r, struct span md, enum body_format format)
{
  if (!r->slow || md.n < SLOW_LEAST)
    return false;
  uint64_t hash = hash_of(md, format);
  for (size_t i = 0; i < FRAGMENT_SLOW; i++)
    if (r->slow->hashes[i] == hash)
      return true;
  return false;
}

typedef enum markdown_result markdown_renderer(const struct markdown_limits *l, struct span source, struct buf *out);

static enum markdown_result render(struct fragment_renderer *r, struct fragment_place at, struct span md,
                                   markdown_renderer *function, struct buf *out)
{
  char prefix[PREFIX_ROOM];
  struct markdown_limits limits = limits_of(r, at, prefix);
  if (!md.n)
    return MARKDOWN_OK;
  if (known_slow(r, md, limits.format))
    return MARKDOWN_TOO_SLOW;
  enum markdown_result result = markdown_format_find(&limits, md);
  if (result == MARKDOWN_OK)
    result = function(&limits, md, out);
  if (result == MARKDOWN_TOO_SLOW && r->slow)
    r->slow->hashes[r->slow->next++ % FRAGMENT_SLOW] = hash_of(md, format_of(r, at.format));
  r->incomplete = r->incomplete || result == MARKDOWN_NO_TIME;
  return result;
}

bool fragment_text_pack(struct fragment_renderer *r, struct buf *out, struct fragment_place at, struct span md)
{
  struct buf html = BUF_INIT;
  enum markdown_result result = render(r, at, md, markdown_html, &html);
  if (result == MARKDOWN_NO_MEMORY || html.failed)
    out->failed = true; /* a fragment that was made under an error must not be stored */
  else if (result == MARKDOWN_NO_TIME) {
    static struct log_limit limit;
    if (!r->ahead)
      log_limited(&limit, 10, LOG_LEVEL_WARN, "%s %llu: no time was left to render a Markdown body of %zu bytes: this response "
                  "shows a notice instead", at.table, (unsigned long long)at.id, md.n);
  } else if (result != MARKDOWN_OK) {
    log_warn("%s %llu: a Markdown body of %zu bytes is %s: pages show a notice instead; shorten it, or raise "
             "markdown_bytes, markdown_output_bytes or markdown_cpu",
             at.table, (unsigned long long)at.id, rows_body_bytes(md, (size_t)r->config->markdown_bytes),
             markdown_result_text(result));
    if (r->metrics)
      METRICS_ADD(r->metrics, markdown_refused, 1);
  }
  bool shown = result == MARKDOWN_OK && markdown_html_shows(buf_view(&html));
  pack_uint(out, result != MARKDOWN_OK);
  pack_span(out, shown ? buf_view(&html) : SPAN(""));
  buf_free(&html);
  return shown || result != MARKDOWN_OK;
}

void fragment_text_source(struct fragment_renderer *r, struct buf *out, struct fragment_place at, struct span md)
{
  struct buf clean = BUF_INIT;
  enum markdown_result result = render(r, at, md, markdown_source, &clean);
  if (result == MARKDOWN_NO_MEMORY || clean.failed)
    out->failed = true;
  pack_span(out, result == MARKDOWN_OK ? buf_view(&clean) : SPAN(""));
  buf_free(&clean);
}

bool fragment_text_lines(struct fragment_renderer *r, struct buf *out, struct fragment_place at, struct span md)
{
  enum markdown_result result = render(r, at, md, markdown_lines, out);
  if (result == MARKDOWN_NO_MEMORY)
    out->failed = true;
  return result == MARKDOWN_OK;
}

void fragment_text_plain(struct fragment_renderer *r, struct buf *out, struct span md, enum body_format format, size_t chars)
{
  struct arena *a = arena_new(0);
  if (!a) {
    out->failed = true;
    return;
  }
  char prefix[PREFIX_ROOM];
  struct markdown_limits whole = limits_of(r, (struct fragment_place){"", 0, 'x', format}, prefix);
  enum markdown_result result = md.n && !known_slow(r, md, whole.format) ? markdown_format_find(&whole, md) : MARKDOWN_OK;
  struct markdown_plain_limits limits = {whole.format, chars, r->deadline_us};
  if (result == MARKDOWN_NO_MEMORY)
    arena_fail(a);
  pack_span(out, md.n && result == MARKDOWN_OK ? markdown_plain_by(a, &limits, md, &result) : SPAN(""));
  r->incomplete = r->incomplete || result == MARKDOWN_NO_TIME;
  if (arena_failed(a))
    out->failed = true;
  arena_free(&a);
}

void fragment_answers_pack(struct fragment_renderer *r, struct buf *b, const struct question *v, size_t n)
{
  struct buf all = BUF_INIT;
  size_t shown = 0;
  for (size_t i = 0; i < n; i++) {
    struct fragment_place at = {"faq", v[i].id, 'a', v[i].format};
    size_t before = all.n;
    pack_uint(&all, v[i].id);
    pack_span(&all, v[i].question);
    if (!fragment_text_pack(r, &all, at, v[i].answer_md)) {
      buf_truncate(&all, before);
      continue;
    }
    fragment_text_source(r, &all, at, v[i].answer_md);
    shown++;
  }
  pack_uint(b, shown);
  buf_put(b, all.p, all.n);
  b->failed = b->failed || all.failed;
  buf_free(&all);
}
