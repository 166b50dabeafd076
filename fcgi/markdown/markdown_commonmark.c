/* libcmark alone.  It checks UTF-8, and its memory is the area of the tree. */
#include "markdown/markdown_parse.h"

cmark_node *markdown_parse_plain(struct span source)
{
  cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_VALIDATE_UTF8, markdown_memory());
  cmark_parser_feed(parser, source.p, source.n);
  return cmark_parser_finish(parser);
}
