#include "markdown/markdown_parse.h"

struct writing {
  const struct markdown_limits *limits;
  const struct markdown_prepared *prepared;
  markdown_writer *writer;
  struct buf *out;
};

static void tree_write(void *arg)
{
  const struct writing *w = arg;
  w->writer(markdown_parse(w->limits, w->prepared), w->limits, w->out);
}

enum markdown_result markdown_tree_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                         struct buf *out)
{
  struct markdown_prepared prepared;
  struct writing w = {l, &prepared, writer, out};
  enum markdown_result result = MARKDOWN_NO_MEMORY;
  if (markdown_prepare(source, &prepared))
    result = markdown_area_run(prepared.source.n, tree_write, &w);
  markdown_prepared_free(&prepared);
  if (result == MARKDOWN_OK && out->failed)
    return MARKDOWN_NO_MEMORY;
  return result == MARKDOWN_OK && out->n > l->output_bytes ? MARKDOWN_TOO_LARGE : result;
}
