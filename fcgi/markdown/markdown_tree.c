#include "markdown/html_reader.h"
#include "markdown/markdown_parse.h"

struct writing {
  const struct markdown_limits *limits;
  const struct markdown_prepared *prepared;
  struct span source; /* in HTML */
  markdown_writer *writer;
  struct buf *out;
};

static void tree_write(void *arg)
{
  const struct writing *w = arg;
  w->writer(markdown_parse(w->limits, w->prepared), w->limits, w->out);
}

static void html_write(void *arg)
{
  const struct writing *w = arg;
  w->writer(html_reader_tree(w->limits, w->source), w->limits, w->out);
}

static enum markdown_result prepared_write(struct span source, struct writing *w)
{
  struct markdown_prepared prepared;
  enum markdown_result result = MARKDOWN_NO_MEMORY;
  w->prepared = &prepared;
  if (markdown_prepare(source, &prepared))
    result = markdown_area_run(prepared.source.n, tree_write, w);
  markdown_prepared_free(&prepared);
  return result;
}

enum markdown_result markdown_tree_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                         struct buf *out)
{
  struct writing w = {.limits = l, .source = source, .writer = writer, .out = out};
  bool html = l->format > BODY_MARKDOWN;
  enum markdown_result result = html ? markdown_area_run(source.n, html_write, &w) : prepared_write(source, &w);
  if (result == MARKDOWN_OK && out->failed)
    return MARKDOWN_NO_MEMORY;
  return result == MARKDOWN_OK && out->n > l->output_bytes ? MARKDOWN_TOO_LARGE : result;
}
